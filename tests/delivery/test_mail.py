"""Letters by Flask-Mail, to a real mail server that behaves and misbehaves."""

import gc
import logging
import smtplib
import warnings
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask_mail import Mail

from flask_airlock.delivery.mail import FlaskMailTransport
from flask_airlock.domain.letters import Channel, Message
from flask_airlock.errors import DeliveryFailed
from tests.applications import Application
from tests.servers.smtp import MailServer, html_text, plain_text

CODE = "13579024"
TEXT = f"Grüße!\n\n{CODE}\n\nIt works once.\n"
HTML = f"<p>Grüße!</p><p><b>{CODE}</b></p>\n"
PATIENCE = 0.3


def letter(to: str = "ada@example.com", **changes: str) -> Message:
    parts = {"subject": "Your code for Ex Cö", "text": TEXT, "html": HTML, **changes}
    return Message(to=to, channel=Channel.MAIL, **parts)


class Sender:
    """Sends letters as an application with this mail server would."""

    def __init__(self, port: int, **config: Any) -> None:
        self._app = Flask(__name__)
        self._app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, **config)
        Mail(self._app)

    def send(self, message: Message) -> None:
        """Send one letter, within the application."""
        with self._app.app_context():
            FlaskMailTransport(
                lambda: self._app.extensions["mail"], lambda: "Ex Co <site@example.com>"
            ).send(message)


def failure(sender: Sender, message: Message) -> str:
    """What is told of a letter that could not be sent: never a part of it."""
    with pytest.raises(DeliveryFailed) as failed:
        sender.send(message)
    told = f"{failed.value!r} {failed.value.__cause__!r}"
    assert CODE not in told
    assert message.to not in told
    assert failed.value.__suppress_context__
    return str(failed.value)


def unclosed() -> list[str]:
    """Connections that were dropped without being closed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        gc.collect()
    return [str(warning.message) for warning in caught]


def only(mail_server: MailServer) -> EmailMessage:
    (message,) = mail_server.wait_for(1)
    return message


def said_by_us(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged, without the mail server's own log."""
    records = [record for record in caplog.records if record.name != "mail.log"]
    return "\n".join(record.getMessage() for record in records)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Shortens whatever time limit the standard library's client is given; the limits given."""
    given: list[float] = []
    original = smtplib.SMTP.__init__

    def hurried(self: smtplib.SMTP, host: str, port: int, *, timeout: float) -> None:
        given.append(timeout)
        original(self, host, port, timeout=PATIENCE)

    monkeypatch.setattr(smtplib.SMTP, "__init__", hurried)
    return given


def test_a_letter_arrives_with_text_and_html(mail_server: MailServer) -> None:
    Sender(mail_server.port).send(letter())
    message = only(mail_server)
    assert mail_server.deliveries[0].recipients == ("ada@example.com",)
    assert message["To"] == "ada@example.com"
    assert message["From"] == "Ex Co <site@example.com>"
    assert message["Subject"] == "Your code for Ex Cö"
    assert "multipart/alternative" in [part.get_content_type() for part in message.walk()]
    assert (plain_text(message), html_text(message).strip()) == (TEXT, HTML.strip())
    assert CODE not in str(message["Subject"])


def test_a_letter_without_html_is_text_alone(mail_server: MailServer) -> None:
    Sender(mail_server.port).send(letter(html=""))
    message = only(mail_server)
    assert not [part for part in message.walk() if part.get_content_type() == "text/html"]
    assert plain_text(message) == TEXT


@pytest.mark.parametrize("to", ["o'hara+tag@example.com", "a@xn--mnchen-3ya.de"])
def test_a_letter_goes_to_the_stored_address_alone(mail_server: MailServer, to: str) -> None:
    Sender(mail_server.port).send(letter(to))
    only(mail_server)
    assert mail_server.deliveries[0].recipients == (to,)


def test_a_mailbox_with_letters_beyond_ascii_gets_its_letter_or_nobody_does(
    mail_server: MailServer,
) -> None:
    """Its name in an encoded form would be another mailbox, which might be another person's."""
    try:
        Sender(mail_server.port).send(letter("jörg@example.com"))
    except DeliveryFailed:
        assert mail_server.deliveries == []
        return
    assert [kept.recipients for kept in mail_server.deliveries] == [("jörg@example.com",)]


@pytest.mark.parametrize(
    "message",
    [letter("ada@example.com\r\nBcc: eve@example.com"), letter(subject="Hi\r\nBcc: eve@x.org")],
    ids=["reader", "subject"],
)
def test_no_header_can_be_slipped_in(mail_server: MailServer, message: Message) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever the library says, it stops)
        Sender(mail_server.port).send(message)
    assert mail_server.deliveries == []


def test_a_server_that_refuses_is_a_failure(mail_server: MailServer) -> None:
    mail_server.refuse()
    sender = Sender(mail_server.port)
    assert failure(sender, letter()) == "SMTPRecipientsRefused"
    mail_server.behave()
    sender.send(letter())
    assert len(mail_server.messages) == 1


def test_a_server_that_stays_silent_is_given_up(
    mail_server: MailServer, impatient: list[float]
) -> None:
    mail_server.hang(30)
    assert failure(Sender(mail_server.port), letter())
    assert mail_server.messages == []
    (limit,) = impatient
    assert 1 <= limit <= 30


def test_a_server_that_hangs_up_is_a_failure(mail_server: MailServer) -> None:
    mail_server.drop()
    assert failure(Sender(mail_server.port), letter()) == "SMTPServerDisconnected"


def test_a_server_that_is_not_there_is_a_failure(mail_server: MailServer) -> None:
    assert failure(Sender(1), letter()) == "ConnectionRefusedError"


def test_a_server_that_can_not_encrypt_gets_nothing_where_encryption_is_asked(
    mail_server: MailServer,
) -> None:
    unclosed()
    assert failure(Sender(mail_server.port, MAIL_USE_TLS=True), letter())
    assert mail_server.messages == []
    assert unclosed() == []


def test_a_wrong_name_at_the_server_is_a_failure(mail_server: MailServer) -> None:
    config = {"MAIL_USERNAME": "site", "MAIL_PASSWORD": "not this one"}
    told = failure(Sender(mail_server.port, **config), letter())
    assert "not this one" not in told
    assert mail_server.messages == []
    assert unclosed() == []


def test_nothing_of_a_letter_is_printed_where_flask_mail_debugs(
    mail_server: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    Sender(mail_server.port, MAIL_DEBUG=True).send(letter())
    only(mail_server)
    shown = capfd.readouterr()
    assert CODE not in shown.out + shown.err


def test_a_failure_is_logged_and_recorded_without_code_or_reader(
    applications: Any, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """S-33, and the failure is logged without the code."""
    application: Application = applications(
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=mail_server.port,
        MAIL_SUPPRESS_SEND=False,
        MAIL_DEFAULT_SENDER="site@example.com",
    )
    ada = application.person()
    mail_server.refuse()
    with caplog.at_level(logging.DEBUG):
        application.browser().give_password(ada)
    logged = said_by_us(caplog)
    assert "could not be sent: SMTPRecipientsRefused" in logged
    assert ada.email not in logged
    assert "letter_failed" in application.events()
    mail_server.behave()
    application.clock.advance(minutes=1)
    application.browser().get("/login")
    newest = mail_server.newest_to(ada.email)
    code = next(line for line in plain_text(newest).splitlines() if line.isdigit())
    assert code not in said_by_us(caplog)
    assert all(code not in str(row) for row in application.rows("events"))
