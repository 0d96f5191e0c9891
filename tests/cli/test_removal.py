"""`flask users delete` and `export`: all of somebody, gone or written down."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.storage.exports import HANDED_OUT
from tests.applications import Application
from tests.cli.support import answer, done, refusal, run, users
from tests.journeys.recovering import made
from tests.journeys.support import enrolled_person, give_role, signed_in

OURS = (
    "sessions", "trusted_browsers", "credentials", "setups", "rescue_addresses", "rescues",
    "recovery_codes", "codes", "throttles", "windows", "link_tokens",
)  # fmt: skip
# What nobody is handed: digests, sealed values, numbers that only tie our rows together.
WITHHELD = {
    "accounts": {
        "id", "user_id", "handle", "proved_address", "mark_series", "revision",
        "closed_password", "reset_address",
    },
    "sessions": {
        "account_id", "digest", "previous_digest", "answer_digest", "next_url", "trust_id",
    },
    "trusted_browsers": {"id", "account_id", "series", "digest", "previous_digest", "bound_to"},
    "credentials": {"id", "account_id", "secret", "last_step", "name_key"},
    "setups": {"id", "account_id", "session_id", "secret"},
    "rescue_addresses": {"id", "account_id", "address", "digest"},
    "recovery_codes": {"id", "account_id", "batch", "number", "hash"},
    "rescues": {"id", "account_id", "is_open"},
    "codes": {"id", "account_id", "session_id", "digest", "letter_id", "credential_id"},
    "throttles": {"id", "account_id", "owner"},
    "windows": {"id", "account_id", "owner", "part"},
    "link_tokens": {"id", "account_id", "digest", "address", "payload", "sent"},
    "letters": {"id", "account_id", "reference", "message", "due_at"},
    "events": {"id", "account_id"},
}  # fmt: skip


def add_order(application: Application, email: str) -> None:
    """A row of the application's own that points to a user and says nothing of deletion."""
    db = application.db
    with application.app.app_context():
        orders = sa.Table(
            "orders",
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("user_id", sa.ForeignKey("user.id"), nullable=False),
            extend_existing=True,
        )
        sa.event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
        db.engine.dispose()
        orders.create(db.engine, checkfirst=True)
        user_id = application.datastore.get_user(email).id
        db.session.execute(orders.insert().values(user_id=user_id))
        db.session.commit()


def test_a_user_is_removed_with_all_that_is_his(application: Application) -> None:
    """S-91: sessions, factors, codes and links go at once; the record stays without an owner."""
    ada, browser = enrolled_person(application)
    made(browser.log_in(ada, "authenticator"))
    bob = application.person("bob@example.com")
    application.person("eve@example.com")
    removed = answer(application, "users", "delete", ada.email, "--yes")
    assert removed == {"id": 1, "email": ada.email, "deleted": True}
    assert not browser.is_signed_in
    assert set(users(application)) == {bob.email, "eve@example.com"}
    for subject in (*OURS, "accounts"):
        assert application.rows(subject) == [], subject
    events = application.rows("events")
    assert events[-1]["name"] == "user_deleted"
    assert json.loads(events[-1]["detail"]) == {"by": "administrator"}
    assert {row["account_id"] for row in events} == {None}


@pytest.mark.parametrize("typed, stays", [("n\n", True), ("", True), ("y\n", False)])
def test_it_asks_first(application: Application, typed: str, stays: bool) -> None:
    ada = application.person()
    result = run(application, "users", "delete", ada.email, typed=typed)
    assert "Remove ada@example.com for good?" in result.stderr
    assert (result.exit_code, ada.email in users(application)) == (int(stays), stays)


def test_who_does_not_say_yes_is_answered_as_data_too(application: Application) -> None:
    ada = application.person()
    result = run(application, "users", "delete", ada.email, "--json", typed="n\n")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "cancelled"
    assert ada.email in users(application)


def test_a_user_whom_rows_still_need_stays_whole(application: Application) -> None:
    ada, browser = enrolled_person(application)
    add_order(application, ada.email)
    code, sentence = refusal(application, "users", "delete", ada.email, "--yes")
    assert (code, ada.email in sentence) == ("user_in_use", True)
    browser.log_in(ada, "authenticator")
    assert browser.is_signed_in
    assert "user_deleted" not in application.events()


def exported(application: Application, email: str) -> dict[str, Any]:
    """The document of one person."""
    document: dict[str, Any] = json.loads(done(application, "users", "export", email))
    return document


def test_an_export_holds_all_that_is_kept(application: Application) -> None:
    ada, browser = enrolled_person(application, "sms")
    browser.give_password(ada)
    give_role(application, ada, "staff")
    signed_in(application, application.person("bob@example.com"))
    document = exported(application, ada.email)
    assert document["user"]["email"] == ada.email
    assert document["roles"] == ["staff"]
    assert document["left_out"] == ["password", "totp_secret"]
    ours = document["airlock"]
    assert set(ours) == set(HANDED_OUT)
    assert [it["method"] for it in ours["credentials"]] == ["sms"]
    assert len(ours["sessions"]) == len(application.rows("sessions")) - 1
    assert [it["name"] for it in ours["events"]][-2:] == ["code_requested", "letter_sent"]
    assert ours["events"][0]["at"].endswith("+00:00")
    assert answer(application, "users", "export", ada.email)["user"] == document["user"]


def test_an_export_holds_no_secret(application: Application) -> None:
    """Neither hash nor seed, number, code, digest, token or handle, in whatever spelling."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms")
    application.browser().get("/forgot-password").post("/forgot-password", email=ada.email)
    text = done(application, "users", "export", ada.email)
    assert ada.app_key not in text
    assert ada.phone not in text
    assert "$argon2" not in text
    for subject in HANDED_OUT:
        for row in application.rows(subject):
            for value in row.values():
                if isinstance(value, bytes) and value:
                    assert value.hex() not in text, subject
                    assert str(value) not in text, subject


def test_every_column_of_ours_is_either_handed_out_or_withheld_on_purpose(
    application: Application,
) -> None:
    """A column that is added one day is decided about."""
    tables = application.datastore.tables
    for subject, names in HANDED_OUT.items():
        columns = {column.name for column in getattr(tables, subject).c}
        assert columns == set(names) | WITHHELD[subject], subject
    owned = {
        table.name.removeprefix("airlock_") for table in tables.all() if "account_id" in table.c
    }
    assert owned | {"accounts"} == set(HANDED_OUT)


def test_a_person_without_an_account_of_ours_can_be_exported(application: Application) -> None:
    ada = application.person()
    assert exported(application, ada.email)["airlock"] == {}
