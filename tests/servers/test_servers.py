"""The servers that other tests lean on are real."""

import gc
import smtplib
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import requests
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.browser import serve
from tests.oath import oathtool_totp
from tests.servers.mariadb import MariaDB
from tests.servers.missing import need
from tests.servers.postgres import Postgres
from tests.servers.sms_gateway import SmsGateway
from tests.servers.smtp import MailServer, html_text, plain_text, running_mail_server
from tests.servers.twilio_api import TwilioApi

TO = "+447700900123"
FROM = "+447700900456"
# RFC 6238, appendix B: the last six of the eight digits at 59 seconds.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODE = "287082"


def test_postgres_answers_in_an_empty_database(postgres_url: str) -> None:
    assert version_of(postgres_url).startswith("PostgreSQL")


def test_mariadb_answers_in_an_empty_database(mariadb_url: str) -> None:
    assert "MariaDB" in version_of(mariadb_url)


def test_postgres_drops_a_database_that_is_still_in_use(postgres: Postgres) -> None:
    assert_drops_while_in_use(postgres)


def test_mariadb_drops_a_database_that_is_still_in_use(mariadb: MariaDB) -> None:
    assert_drops_while_in_use(mariadb)


def test_two_databases_of_one_server_are_apart(postgres: Postgres, mariadb: MariaDB) -> None:
    for server in (postgres, mariadb):
        with server.fresh_database() as one, server.fresh_database() as other:
            assert one != other
            make_table(one)
            assert tables_of(one) == ["note"]
            assert tables_of(other) == []


def test_mariadb_keeps_any_character(mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words VARCHAR(20))"))
        connection.execute(text("INSERT INTO note VALUES ('\N{KEY} \N{SNOWMAN}')"))
        assert connection.scalar(text("SELECT words FROM note")) == "\N{KEY} \N{SNOWMAN}"
    engine.dispose()


def test_a_letter_arrives_with_both_its_parts(mail_server: MailServer) -> None:
    send(mail_server, letter("ada@example.com"))
    send(mail_server, letter("bob@example.com"))
    assert len(mail_server.wait_for(2)) == 2
    newest = mail_server.newest_to("Ada@example.com")
    assert newest["Subject"] == "Grüße"
    assert plain_text(newest) == "Your code: 12 €\n"
    assert "<b>12 €</b>" in html_text(newest)


def test_a_mail_server_that_ends_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a letter that is on its way when a test ends would leave an open socket to a later one."""
    left_open: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", left_open.append)
    for _ in range(10):
        with running_mail_server() as server:
            where = (server.host, server.port)
            senders = [socket.create_connection(where, timeout=10) for _ in range(3)]
        for sender in senders:
            sender.close()
    gc.collect()
    assert left_open == []


def test_a_letter_that_never_comes_is_missed(mail_server: MailServer) -> None:
    with pytest.raises(AssertionError, match=r"a letter to ada@example\.com"):
        mail_server.newest_to("ada@example.com", timeout=0.05)


def test_the_mail_server_refuses_when_told(mail_server: MailServer) -> None:
    mail_server.refuse()
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mail_server, letter("ada@example.com"))
    assert refused.value.recipients["ada@example.com"][0] == 550
    mail_server.behave()
    send(mail_server, letter("ada@example.com"))
    assert len(mail_server.messages) == 1


def test_the_mail_server_hangs_when_told(mail_server: MailServer) -> None:
    mail_server.hang(30)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(mail_server, letter("ada@example.com"), timeout=0.2)
    assert mail_server.messages == []


def test_the_mail_server_hangs_up_when_told(mail_server: MailServer) -> None:
    mail_server.drop()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mail_server, letter("ada@example.com"))
    assert mail_server.messages == []


def test_the_gateway_keeps_json_and_forms(sms_gateway: SmsGateway) -> None:
    message = {"to": TO, "text": "12 €"}
    answers = [
        requests.post(sms_gateway.url, json=message, headers={"X-Key": "k"}, timeout=5),
        requests.post(sms_gateway.url, data=message, timeout=5),
    ]
    first, second = sms_gateway.wait_for(2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert first.fields == second.fields == message
    assert first.header("x-key") == "k"
    assert second.body.startswith(b"to=%2B44")


def test_the_gateway_fails_and_hangs_when_told(sms_gateway: SmsGateway) -> None:
    sms_gateway.answer_with(503)
    assert requests.post(sms_gateway.url, json={}, timeout=5).status_code == 503
    sms_gateway.hang(30)
    with pytest.raises(requests.ReadTimeout):
        requests.post(sms_gateway.url, json={}, timeout=0.2)


def test_twilios_own_client_sends_a_message(twilio_api: TwilioApi) -> None:
    message = twilio_client(twilio_api).messages.create(to=TO, from_=FROM, body="12 €")
    (kept,) = twilio_api.wait_for(1)
    assert (kept.to, kept.sender, kept.body) == (TO, FROM, "12 €")
    assert (message.sid, message.status, message.error_code) == (kept.sid, "queued", None)
    assert message.date_created is not None


def test_twilios_own_client_sees_every_kind_of_failure(twilio_api: TwilioApi) -> None:
    assert twilio_failure(twilio_api, to="12") == (400, 21211)
    twilio_api.refuse(500, 20500, "An internal server error has occurred")
    assert twilio_failure(twilio_api) == (500, 20500)
    twilio_api.refuse()
    assert twilio_failure(twilio_api) == (400, 21211)
    assert twilio_failure(twilio_api, token="wrong") == (401, 20003)
    twilio_api.hang(30)
    with pytest.raises(requests.ReadTimeout):
        twilio_client(twilio_api).messages.create(to=TO, from_=FROM, body="12")
    assert twilio_api.messages == []


def test_a_hanging_mail_server_still_stops_at_once() -> None:
    started = time.monotonic()
    with running_mail_server() as server:
        server.hang(30)
        client = smtplib.SMTP(server.host, server.port, timeout=5)
        client.ehlo()
        client.mail("site@example.com")
        client.putcmd("rcpt", "to:<ada@example.com>")
    client.close()
    assert_under(started, 5)


def test_the_browser_reads_a_page(page: Page) -> None:
    def app(environ: dict[str, object], start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<title>Airlock</title>" + str(environ["PATH_INFO"]).encode()]

    with serve(app) as base_url:
        page.goto(f"{base_url}/inside")
        assert page.title() == "Airlock"
        assert page.inner_text("body") == "/inside"


def test_oathtool_counts_as_the_standard_says() -> None:
    assert oathtool_totp(RFC_SECRET, datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)) == RFC_CODE
    assert len(oathtool_totp(RFC_SECRET)) == 6


def test_what_is_missing_skips_here_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install it: like this"):
        need("it", "like this")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="install it: like this"):
        need("it", "like this")


def version_of(url: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        version = connection.scalar(text("SELECT version()"))
    engine.dispose()
    return str(version)


def tables_of(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def make_table(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words VARCHAR(20))"))
    engine.dispose()


def assert_drops_while_in_use(server: Postgres | MariaDB) -> None:
    started = time.monotonic()
    with server.fresh_database() as url:
        make_table(url)
        engine = create_engine(url)
        connection = engine.connect()
        connection.execute(text("SELECT * FROM note"))
    assert_under(started, 5)
    connection.invalidate()
    engine.dispose()


def assert_under(started: float, seconds: float) -> None:
    assert time.monotonic() - started < seconds


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "site@example.com", to, "Grüße"
    message.set_content("Your code: 12 €\n")
    message.add_alternative("<p>Your code: <b>12 €</b></p>\n", subtype="html")
    return message


def send(server: MailServer, message: EmailMessage, timeout: float = 5) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=timeout) as client:
        client.send_message(message)


def twilio_client(api: TwilioApi, token: str | None = None) -> Client:
    http = TwilioHttpClient(timeout=0.5)
    client = Client(api.account_sid, token or api.auth_token, http_client=http)
    client.api.base_url = api.base_url
    return client


def twilio_failure(api: TwilioApi, to: str = TO, token: str | None = None) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as failure:
        twilio_client(api, token).messages.create(to=to, from_=FROM, body="12")
    return failure.value.status, failure.value.code
