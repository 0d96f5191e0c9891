"""Letters: what they say, how they travel, and what happens when they can't."""

import logging
import re
import time
from collections.abc import Callable

import pytest

from flask_airlock.domain.letters import Channel
from tests.applications import Application
from tests.journeys.support import enrolled_person, own_templates
from tests.people import Browser, Person
from tests.servers.smtp import MailServer, html_text, plain_text

HANGS_S = 2.0
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def posted(
    applications: Callable[..., Application], mail_server: MailServer, **settings: object
) -> Application:
    """An application whose letters go to a real SMTP server."""
    mail = {
        "MAIL_SERVER": mail_server.host,
        "MAIL_PORT": mail_server.port,
        "MAIL_DEFAULT_SENDER": "login@example.com",
        "MAIL_SUPPRESS_SEND": False,
    }
    return applications(**(mail | settings))


def given_password(application: Application) -> tuple[Person, Browser]:
    """Somebody with mail as second factor, between the doors."""
    ada, browser = enrolled_person(application, "email")
    return ada, browser.give_password(ada)


def test_a_letter_has_a_text_and_an_html_part_and_no_code_in_its_subject(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    """X-10: codes stand in the body only; X-65: one part is plain text."""
    application = posted(applications, mail_server)
    ada, _ = given_password(application)
    letter = mail_server.newest_to(ada.email)
    code = ada.mailed_code()
    assert letter["Subject"] == "Your code to sign in to Test service"
    assert letter["From"] == "login@example.com"
    assert not re.search(r"\d", letter["Subject"])
    for part in (plain_text(letter), html_text(letter)):
        assert re.findall(r"\b\d{6,10}\b", part) == [code]
    assert code in plain_text(letter).splitlines()


def test_a_letter_tells_when_and_from_where_it_was_asked_for(application: Application) -> None:
    """X-65: the time has its zone."""
    ada = application.person()
    browser = application.browser(**{"User-Agent": FIREFOX})
    browser.give_password(ada)
    text = ada.newest_letter()
    assert "Firefox on Linux" in text
    assert f"{application.clock.now:%H:%M} UTC" in text
    assert "127.0.0.1" in text
    assert "10 minutes" in text


def test_a_browsers_name_can_not_write_into_a_letter(application: Application) -> None:
    """S-133: only names that we know appear, never what the header says."""
    ada = application.person()
    browser = application.browser(
        **{"User-Agent": "<b>Firefox/1</b> 12345678 https://evil.example"}
    )
    browser.give_password(ada)
    assert "evil.example" not in ada.newest_letter()
    html = application.outbox.messages(to=ada.email)[-1].message.html
    assert "<b>Firefox" not in html


def test_the_sender_may_be_a_setting_of_ours(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    application = posted(
        applications, mail_server, MAIL_DEFAULT_SENDER=None, SECURITY_EMAIL_SENDER="a@b.example"
    )
    ada = application.person()
    application.browser().give_password(ada)
    assert mail_server.newest_to(ada.email)["From"] == "a@b.example"


def test_threads_deliver_to_a_real_server(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    """`SECURITY_DELIVERY = "thread"`: the response does not wait for the server."""
    application = posted(applications, mail_server, SECURITY_DELIVERY="thread")
    ada, browser = application.person(), application.browser()
    mail_server.hang(HANGS_S)
    browser.get("/login")
    began = time.monotonic()
    browser.give_password(ada)
    assert time.monotonic() - began < HANGS_S
    letter = mail_server.newest_to(ada.email)
    (code,) = re.findall(r"\b\d{8}\b", plain_text(letter))
    browser.post("/login/set-up", action="prove", code=code)
    assert browser.page.count("data-method") == 3
    wait_until(lambda: [row["state"] for row in application.rows("letters")] == ["sent"])


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Look again and again, for a while."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def test_a_letters_text_is_sealed_and_wiped_once_sent(application: Application) -> None:
    _ada, _ = given_password(application)
    rows = application.rows("letters")
    assert rows
    assert {row["state"] for row in rows} == {"sent"}
    assert all(row["message"] is None for row in rows)


def test_a_waiting_letter_is_sealed(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    application = posted(applications, mail_server)
    mail_server.refuse()
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    (row,) = application.rows("letters")
    assert row["state"] == "waiting"
    assert row["message"]
    assert ada.email.encode() not in row["message"]
    assert b"code" not in row["message"]


def test_a_mail_server_that_is_away_is_told_on_the_next_view(
    applications: Callable[..., Application],
    mail_server: MailServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """X-14: no details for the visitor, no code in the log, the other methods open."""
    application = posted(applications, mail_server)
    ada, browser = enrolled_person(application, "email")
    browser.log_in(ada, "email").set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    mail_server.refuse()
    with caplog.at_level(logging.DEBUG):
        browser.give_password(ada)
    assert "The message could not be sent" in browser.page
    assert "550" not in browser.page
    assert "SMTP" not in browser.page
    ours = [record.getMessage() for record in caplog.records if record.name == "flask_airlock"]
    assert any("could not be sent" in line for line in ours)
    assert not re.search(r"\d{6,10}", "".join(ours))
    assert "letter_failed" in application.events()
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in


@pytest.mark.parametrize("way", ["refuse", "drop"])
def test_sending_again_works_once_the_server_is_back(
    applications: Callable[..., Application], mail_server: MailServer, way: str
) -> None:
    application = posted(applications, mail_server)
    ada, browser = application.person(), application.browser()
    getattr(mail_server, way)()
    browser.give_password(ada)
    assert "could not be sent" in browser.page
    mail_server.behave()
    browser.post("/login/send-code", method="email", purpose="first_setup")
    assert "could not be sent" not in browser.page
    browser.prove_mailbox(ada)
    assert browser.page.count("data-method") == 3


def test_overdue_letters_are_picked_up_by_later_requests(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    application = posted(applications, mail_server)
    ada, browser = application.person(), application.browser()
    mail_server.refuse()
    browser.give_password(ada)
    mail_server.behave()
    application.clock.advance(seconds=31)
    application.browser().get("/login")
    (code,) = re.findall(r"\b\d{8}\b", plain_text(mail_server.newest_to(ada.email)))
    browser.get("/login/set-up")
    assert "could not be sent" not in browser.page
    browser.post("/login/set-up", action="prove", code=code)
    assert browser.page.count("data-method") == 3


def test_a_letter_that_never_gets_through_is_given_up_and_wiped(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    """Each time it waits longer; a code has less time than a notice."""
    application = posted(applications, mail_server)
    ada, _ = enrolled_person(application)
    application.clock.advance(minutes=10)
    before = len(application.rows("letters"))
    mail_server.refuse()
    application.browser().give_password(application.person("bob@example.com"))
    application.browser().log_in(ada, "authenticator")
    assert application.rows("letters")[-1]["template"] == "new_browser"
    for minute in range(60 * 48):
        application.clock.advance(minutes=1)
        if minute < 30 or minute % 30 == 0:
            application.browser().get("/login")
    code, notice = application.rows("letters")[before:]
    assert (code["state"], code["message"], code["attempts"]) == ("failed", None, 6)
    assert (notice["state"], notice["message"], notice["attempts"]) == ("failed", None, 10)


def test_a_letter_whose_time_has_passed_is_wiped_unsent(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    application = posted(applications, mail_server)
    mail_server.refuse()
    ada = application.person()
    application.browser().give_password(ada)
    mail_server.behave()
    application.clock.advance(minutes=11)
    application.browser().get("/login")
    (row,) = application.rows("letters")
    assert row["state"] == "failed"
    assert row["message"] is None
    assert mail_server.messages == []


def test_without_a_mail_server_debug_prints_the_letter(
    applications: Callable[..., Application], capsys: pytest.CaptureFixture[str]
) -> None:
    """In debug without MAIL_SERVER letters go to the outbox and to the console."""
    application = applications(TESTING=False, DEBUG=True, SECURITY_DELIVERY="sync")
    ada = application.person()
    application.browser().give_password(ada)
    assert ada.mailed_code() in capsys.readouterr().err


def test_nothing_is_printed_outside_debug(
    application: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    application.browser().give_password(application.person())
    shown = capsys.readouterr()
    assert not re.search(r"\d{8}", shown.out + shown.err)


def test_letters_under_testing_are_sent_in_place(application: Application) -> None:
    """`sync` is the default under TESTING: the outbox is full when the response is here."""
    ada = application.person()
    application.browser().give_password(ada)
    assert len(application.outbox.messages(to=ada.email, channel=Channel.MAIL)) == 1


def test_the_mailer_is_looked_up_when_a_letter_is_sent(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    """`Mail(app)` may be made after Security, as in the seed: this application does so."""
    application = posted(applications, mail_server)
    assert list(application.app.extensions).index("mail") > list(application.app.extensions).index(
        "security"
    )
    application.browser().give_password(application.person())
    assert len(mail_server.messages) == 1


def test_a_letter_template_of_the_application_is_used(
    application: Application,
) -> None:
    own_templates(
        application, {"security/letters/code.subject.txt": "Hello\n\n from {{ service }} "}
    )
    application.browser().give_password(application.person())
    subject = application.outbox.messages()[-1].message.subject
    assert subject == "Hello from Test service"
