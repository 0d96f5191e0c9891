"""No secret can be read in our tables, the logs, the events or the signals."""

import json
import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.signals import SIGNALS
from tests.applications import Application
from tests.secrets_at_rest.canaries import Canaries, cells, without_timings
from tests.secrets_at_rest.life_story import live_a_whole_life
from tests.secrets_at_rest.story import IN_THE_WRONG_FIELD, PASSWORD, World, live_through, world
from tests.servers.sms_gateway import SmsGateway
from tests.servers.smtp import MailServer

BETWEEN_CELLS = b"\0\n\0"


def assert_tables_are_silent(here: World) -> None:
    """Every cell of every table of ours; all of them together first, which is quick."""
    written = list(cells(here.application))
    if not here.canaries.found_in_private(BETWEEN_CELLS.join(content for _, content in written)):
        return
    found = {
        (place, secret)
        for place, content in written
        for secret in here.canaries.found_in_private(content)
    }
    assert not found


def logged(caplog: pytest.LogCaptureFixture, *, sql: bool) -> bytes:
    """All that was logged, at any level, arguments and tracebacks included; SQL on its own.

    The mail server of the tests lives in this process and logs every line that it receives.
    """
    form = logging.Formatter("%(name)s %(message)s")
    lines = [
        f"{form.format(record)} {record.args!r}"
        for record in caplog.get_records("call")
        if record.name.startswith("sqlalchemy") is sql and not record.name.startswith("mail.")
    ]
    return without_timings("\n".join(lines)).encode("utf-8", "surrogateescape")


def test_no_secret_can_be_read_anywhere(
    applications: Callable[..., Application],
    mail_server: MailServer,
    sms_gateway: SmsGateway,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """S-33, S-101, S-132, X-10: canaries pushed through every flow show up nowhere."""
    for name in (None, "sqlalchemy", "werkzeug", "flask_airlock"):
        caplog.set_level(logging.DEBUG, name)
    signalled: list[str] = []

    def listen(sender: Any, **facts: Any) -> None:
        signalled.append(f"{facts!r} {[vars(fact) for fact in facts.values()]!r}")

    for signal in SIGNALS.values():
        signal.connect(listen)
    with world(applications, None, mail_server, sms_gateway) as here:
        here.looked = lambda: assert_tables_are_silent(here)
        live_through(here)
        live_a_whole_life(here)
    written = capfd.readouterr()
    texts = {
        "log": logged(caplog, sql=False),
        "sql": logged(caplog, sql=True),
        "console": (written.out + written.err).encode(),
        "signals": "\n".join(signalled).encode(),
        "events": json.dumps(here.application.rows("events"), default=str).encode(),
    }
    assert len(signalled) > 30
    assert b"UPDATE airlock_sessions" in texts["sql"]
    found = {name: here.canaries.found_in_private(text) for name, text in texts.items()}
    # Who logs the database's statements sees which name was looked up, and every address.
    looked_up = {IN_THE_WRONG_FIELD, *here.canaries.private}
    found["sql"] = [name for name in found["sql"] if name not in looked_up]
    assert not any(found.values()), found


def test_the_users_own_columns_hold_only_the_hash(
    applications: Callable[..., Application], mail_server: MailServer, sms_gateway: SmsGateway
) -> None:
    """X-12, S-43: no number and no seed goes into the application's table by itself."""
    with world(applications, None, mail_server, sms_gateway) as here:
        live_through(here)
        users = here.application.datastore.user_model.__table__
        with here.application.app.app_context():
            row = here.application.db.session.execute(sa.select(users)).mappings().one()
    assert row["phone_number"] is None
    assert row["totp_secret"] is None
    assert row["password"].startswith("$argon2id$")
    assert here.canaries.found_in(repr(dict(row)).encode()) == []


def test_cookies_a_page_can_read_hold_no_secret(application: Application) -> None:
    """S-44, X-38: the signed but readable session cookie holds the form token alone."""
    ada, browser = application.person(password=PASSWORD), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    with browser.client.session_transaction() as session:
        assert set(session) <= {"csrf_token"}


@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
def test_tables_of_a_database_server_are_silent(
    applications: Callable[..., Application],
    request: pytest.FixtureRequest,
    mail_server: MailServer,
    sms_gateway: SmsGateway,
    server: str,
) -> None:
    url = request.getfixturevalue(server)
    with world(applications, url, mail_server, sms_gateway) as here:
        live_through(here)
        live_a_whole_life(here)
        assert_tables_are_silent(here)


def test_the_search_finds_what_is_there(application: Application) -> None:
    """The test of the test: each form of a secret is recognised."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    secrets = Canaries()
    secrets.note_key(ada)
    secrets.note_cookies(browser)
    secrets.note_code("code", "123456")
    (key,) = secrets.keys.values()
    (token,) = [text for name, text in secrets.long.items() if name.startswith("__Host-airlock ")]
    shown = [key.hex(), ada.app_key, token, token.encode().hex()]
    coded = [form.encode() for form in (*shown, "code: 123456.", "MTIzNDU2", "313233343536")]
    for form in (key, *coded):
        assert secrets.found_in(b"x|" + form + b"|x"), form
    assert secrets.found_in(b"91234567 a1234567") == []
    secrets.private["address"] = "ada@example.com"
    for content in (b"to ada@example.com.", sha256(b"ada@example.com").digest()):
        assert secrets.found_in_private(content) == ["address"]
        assert secrets.found_in(content) == []
