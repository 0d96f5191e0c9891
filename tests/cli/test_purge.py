"""`flask airlock purge`: what is over goes, in batches; what is not stays."""

import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.domain.vault import digest
from tests.applications import Application
from tests.cli.support import answer, done, run, users
from tests.cli.test_removal import add_order
from tests.journeys.life import newest_text
from tests.journeys.support import enrolled_person, set_user, signed_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = timedelta(days=1000)
# By table: which time decides, and how long a row stays after it.
KEPT = {
    "sessions": ("expires_at", 7 * DAY),
    "trusted_browsers": ("expires_at", 7 * DAY),
    "codes": ("expires_at", DAY),
    "setups": ("expires_at", DAY),
    "rescue_addresses": ("removed_at", DAY),
    "recovery_codes": ("voided_at", 30 * DAY),
    "rescues": ("closed_at", 365 * DAY),
    "link_tokens": ("expires_at", DAY),
    "letters": ("expires_at", 7 * DAY),
    "windows": ("expires_at", DAY),
    "throttles": ("last_at", 30 * DAY),
    "events": ("at", 90 * DAY),
}
FILLING: dict[str, dict[str, Any]] = {
    "sessions": {"stage": "signed_in", "proofs": "password", "address": "", "agent": ""},
    "trusted_browsers": {"name": "Mine", "address": "", "agent": "", "reason": None},
    "codes": {"session_id": 0, "method": "email", "purpose": "login"},
    "setups": {"session_id": 0, "method": "sms", "secret": b""},
    "rescue_addresses": {},
    "recovery_codes": {"hash": b""},
    "rescues": {"state": "done"},
    "link_tokens": {"purpose": "reset"},
    "letters": {"channel": "mail", "template": "code", "state": "sent", "reference": "x"},
    "windows": {"subject": "x", "side": "known", "part": 0},
    "throttles": {"subject": "password", "side": "strangers", "account_id": None},
    "events": {"name": "signed_out", "detail": "{}", "address": "", "agent": ""},
}


def put(application: Application, subject: str, *times: datetime, **cells: Any) -> None:
    """Rows of a table whose time was then; everything else about them is as new as can be."""
    table = getattr(application.datastore.tables, subject)
    deciding, _ = KEPT[subject]
    new = {
        column.name: _anything(application, column)
        for column in table.c
        if not (column.nullable or column.primary_key)
    }
    rows = []
    for number, time in enumerate(times):
        row = new | {"account_id": 1, **FILLING[subject], deciding: time.replace(tzinfo=None)}
        if "digest" in table.c:
            row["digest"] = digest(f"{subject} {number} {time} {cells}")
        if "series" in table.c:
            row["series"] = row["digest"]
        if "owner" in table.c:
            row["owner"] = digest(f"{subject} {number}")
        if subject == "codes":
            row["session_id"] = number
        if subject == "recovery_codes":
            row["number"] = number
        rows.append(row | cells)
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(sa.insert(table), rows)


def _anything(application: Application, column: Any) -> Any:
    """A value for a column that needs one; times lie far ahead."""
    kind = column.type.python_type
    if kind is datetime:
        return (application.clock.now + LATER).replace(tzinfo=None)
    return b"b" * 32 if kind is bytes else kind()


@pytest.fixture
def kept(applications: Callable[..., Application]) -> Application:
    """An application that keeps events for 90 days; a person with an account."""
    application = applications(SECURITY_KEEP_EVENTS=90 * DAY)
    signed_in(application, application.person())
    return application


@pytest.mark.parametrize("subject", KEPT)
def test_each_row_stays_as_long_as_it_is_of_use(kept: Application, subject: str) -> None:
    """S-33: what was used or has expired does not lie about for ever."""
    _, length = KEPT[subject]
    edge = kept.clock.now - length
    before = len(kept.rows(subject))
    put(kept, subject, edge - DAY, edge, edge + timedelta(seconds=1), kept.clock.now + HOUR)
    said = answer(kept, "airlock", "purge")
    assert said["rows"] == {name: 2 if name == subject else 0 for name in KEPT}
    assert len(kept.rows(subject)) == before + 2
    assert answer(kept, "airlock", "purge")["rows"][subject] == 0


@pytest.mark.parametrize("subject", ["sessions", "trusted_browsers"])
def test_what_ended_early_goes_a_week_after_that(kept: Application, subject: str) -> None:
    edge = (kept.clock.now - 7 * DAY).replace(tzinfo=None)
    future = kept.clock.now + LATER
    put(kept, subject, future, ended_at=edge)
    put(kept, subject, future, ended_at=edge + timedelta(seconds=1))
    assert answer(kept, "airlock", "purge")["rows"][subject] == 1


def test_decoys_without_an_owner_go_too(kept: Application) -> None:
    put(kept, "link_tokens", kept.clock.now - 2 * DAY, account_id=None)
    put(kept, "letters", kept.clock.now - 8 * DAY, account_id=None)
    rows = answer(kept, "airlock", "purge")["rows"]
    assert (rows["link_tokens"], rows["letters"]) == (1, 1)


def test_expired_letters_are_wiped_before_they_go(kept: Application) -> None:
    """A week is long for a text that nobody will get."""
    put(kept, "letters", kept.clock.now - DAY, state="waiting", message=b"sealed", due_at=_past())
    assert answer(kept, "airlock", "purge")["rows"]["letters"] == 0
    (row,) = [row for row in kept.rows("letters") if row["reference"] == "x"]
    assert (row["state"], row["message"]) == ("failed", None)


def _past() -> datetime:
    return datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def test_events_are_kept_for_ever_unless_a_setting_says_otherwise(
    application: Application,
) -> None:
    signed_in(application, application.person())
    put(application, "events", application.clock.now - 5000 * DAY)
    assert answer(application, "airlock", "purge")["rows"]["events"] == 0
    assert len(application.rows("events")) == 2


def test_live_sessions_and_factors_are_left_alone(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    done(application, "airlock", "purge")
    assert browser.is_signed_in
    browser.log_out()
    application.clock.advance(days=30)
    done(application, "airlock", "purge")
    assert application.rows("sessions") == []
    assert browser.log_in(ada, "authenticator").is_signed_in


def test_a_dry_run_counts_and_changes_nothing(kept: Application) -> None:
    for subject, (_, length) in KEPT.items():
        put(kept, subject, *(kept.clock.now - length - n * HOUR for n in range(3)))
    leaving(kept, kept.person("bob@example.com").email)
    before = {subject: kept.rows(subject) for subject in KEPT}
    said = answer(kept, "airlock", "purge", "--dry-run")
    assert said == {
        "users": 1, "stuck": 0, "rows": dict.fromkeys(KEPT, 3), "dry_run": True,
    }  # fmt: skip
    assert {subject: kept.rows(subject) for subject in KEPT} == before
    assert "would remove 3 link tokens" in done(kept, "airlock", "purge", "--dry-run")
    assert "removed 3 link tokens" in done(kept, "airlock", "purge")
    assert done(kept, "airlock", "purge") == "nothing to remove\n"


@pytest.mark.parametrize("batch", ["1", "2", "3", "7", "10000"])
def test_the_size_of_a_batch_changes_nothing_but_the_pace(kept: Application, batch: str) -> None:
    old, new = kept.clock.now - 100 * DAY, kept.clock.now
    put(kept, "events", old, new, old, old, new, old, old, old, new)
    assert answer(kept, "airlock", "purge", "--batch", batch)["rows"]["events"] == 6


def test_a_batch_is_a_transaction_of_its_own(kept: Application) -> None:
    """Whoever stops it in the middle keeps what was done."""
    put(kept, "events", *[kept.clock.now - 100 * DAY] * 10)
    count = 0

    def stop(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt

    with kept.app.app_context():
        engine = kept.datastore.engine()
    sa.event.listen(engine, "commit", lambda connection: _on_delete(connection, stop))
    sa.event.listen(engine, "before_cursor_execute", _note_delete)
    assert run(kept, "airlock", "purge", "--batch", "2").exit_code != 0
    assert 0 < len([row for row in kept.rows("events") if row["name"] == "signed_out"]) <= 6


def _note_delete(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if statement.startswith("DELETE FROM airlock_events"):
        connection.info["deleted"] = True


def _on_delete(connection: Any, stop: Callable[[], None]) -> None:
    if connection.info.pop("deleted", False):
        stop()


def test_the_memory_it_takes_does_not_grow_with_what_there_is(kept: Application) -> None:
    """The ids alone of so many rows would take 4 MB."""
    put(kept, "events", *[kept.clock.now - 100 * DAY] * 100_000)
    tracemalloc.start()
    assert answer(kept, "airlock", "purge")["rows"]["events"] == 100_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3_000_000


def leaving(application: Application, email: str, *, on: timedelta = -HOUR) -> int:
    """Let the removal of a user be due; the id of the account."""
    services = application.app.extensions["security"].services
    with application.app.app_context(), services.begin() as work:
        user_id = application.datastore.get_user(email).id
        account = work.unit.accounts.ensure(user_id, application.clock.now)
        work.unit.accounts.schedule_deletion(account.id, application.clock.now + on)
        application.db.session.remove()
        return int(account.id)


def test_who_asked_to_be_removed_is_removed_and_told(
    applications: Callable[..., Application],
) -> None:
    """The whole way: asked in the browser, a week, the purge, the last letter."""
    application = applications(SECURITY_DELETABLE=True)
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    browser.get("/delete-account").post("/delete-account", current=ada.password)
    asked = f"{application.clock.now:%d %B %Y}"
    assert application.rows("accounts")[0]["delete_at"] is not None
    application.clock.advance(days=6, hours=23)
    assert answer(application, "airlock", "purge")["users"] == 0
    application.clock.advance(hours=2)
    assert answer(application, "airlock", "purge")["users"] == 1
    assert users(application) == {}
    assert application.rows("accounts") == []
    letter = newest_text(application, ada.email)
    assert f"was removed, as you asked on {asked}." in letter
    assert application.events()[-2:] == ["user_deleted", "letter_sent"]


def test_a_login_in_time_keeps_the_account(application: Application) -> None:
    ada, browser = enrolled_person(application)
    leaving(application, ada.email, on=DAY)
    browser.log_in(ada, "authenticator")
    application.clock.advance(days=2)
    assert answer(application, "airlock", "purge")["users"] == 0
    assert ada.email in users(application)


def test_one_who_can_not_go_holds_up_nobody_else(application: Application) -> None:
    """His date stays, so that the next run tries again; the exit status tells."""
    people = [application.person(f"p{number}@example.com") for number in range(3)]
    accounts = [leaving(application, person.email) for person in people]
    add_order(application, people[1].email)
    result = run(application, "airlock", "purge", "--batch", "1")
    assert result.exit_code == 1
    assert "removed 2 users" in result.stdout
    assert "1 could not be removed" in result.stdout
    assert set(users(application)) == {people[1].email}
    (left,) = application.rows("accounts")
    assert (left["id"], left["delete_at"] is not None) == (accounts[1], True)
    failed = [row for row in application.rows("events") if row["name"] == "deletion_failed"]
    assert [row["account_id"] for row in failed] == [accounts[1]]
    assert answer(application, "airlock", "purge", status=1)["stuck"] == 1
    with application.app.app_context():
        application.db.session.execute(sa.text("DELETE FROM orders"))
        application.db.session.commit()
    assert answer(application, "airlock", "purge")["users"] == 1


def test_an_account_without_its_user_is_no_stumbling_block(application: Application) -> None:
    """SQLite without foreign keys: the user went by SQL, the account stayed."""
    ada = application.person()
    leaving(application, ada.email)
    with application.app.app_context():
        application.db.session.execute(sa.text("DELETE FROM user"))
        application.db.session.commit()
    assert answer(application, "airlock", "purge") == {
        "users": 0, "stuck": 0, "rows": dict.fromkeys(KEPT, 0), "dry_run": False,
    }  # fmt: skip


def test_a_user_who_is_switched_off_goes_when_it_is_time(application: Application) -> None:
    ada = application.person()
    leaving(application, ada.email)
    set_user(application, ada, active=False)
    assert answer(application, "airlock", "purge")["users"] == 1
