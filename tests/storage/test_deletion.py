"""What is left of a user who was deleted: nothing that the next one could inherit."""

from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.domain.accounts import Visitor
from flask_airlock.domain.events import SignedOut
from flask_airlock.domain.link_tokens import LinkPurpose
from flask_airlock.domain.login_state import Stage
from flask_airlock.domain.one_time_codes import CodeBinding, Purpose
from flask_airlock.domain.throttle import FACTORS, Guess, Limits, Side, owner_of_user
from flask_airlock.domain.vault import digest
from tests.applications import Application
from tests.storage.units import NOW, Bench

OWNED = (
    "sessions", "credentials", "setups", "rescue_addresses", "rescues", "recovery_codes", "codes",
    "throttles", "windows", "link_tokens",
)  # fmt: skip
OUTLIVING = ("letters", "events")


def furnish(bench: Bench, user_id: Any) -> int:
    """Give a user a row in every table of ours; the id of the account."""
    with bench.begin() as unit:
        account_id = unit.accounts.ensure(user_id, NOW).id
    session, _ = bench.session(account_id, Stage.SIGNED_IN)
    binding = CodeBinding(account_id, session.id, "email", Purpose.LOGIN)
    with bench.begin() as unit:
        unit.credentials.add(account_id, "authenticator", b"seed", NOW)
        unit.setups.begin(account_id, session.id, "sms", b"+12015550123", NOW)
        unit.rescue_addresses.add(account_id, "ada@example.net", NOW)
        unit.recovery_codes.put(account_id, digest(f"set of {account_id}"), ["a hash"], NOW)
        unit.rescues.ask(account_id, NOW)
        unit.codes.put(binding, digest("code"), NOW, 1)
        guess = Guess(
            owner=owner_of_user(user_id), account_id=account_id, subject="sms", side=Side.STRANGERS
        )
        unit.throttles.count(guess, Limits().factors, NOW)
        unit.windows.count(
            guess.owner, account_id, FACTORS, guess.side, Limits().factor_budget, NOW
        )
        token, purpose = digest(f"{account_id}"), LinkPurpose.FACTOR_SETUP
        unit.link_tokens.add(account_id, token, purpose, NOW, address=bytes(32))
        unit.letters.add(
            b"text", channel="mail", template="code", account_id=account_id, now=NOW, expires_at=NOW
        )
        unit.events.add(SignedOut(account_id=account_id), Visitor(), NOW)
    return account_id


def owned_rows(application: Application, account_id: int) -> dict[str, int]:
    """How many rows of each table belong to an account."""
    return {
        subject: sum(row["account_id"] == account_id for row in application.rows(subject))
        for subject in (*OWNED, *OUTLIVING)
    }


def new_user(application: Application, email: str, **columns: Any) -> Any:
    user = application.datastore.create_user(email=email, **columns)
    application.db.session.commit()
    return user


def test_a_deleted_user_takes_along_what_is_his_and_leaves_the_record(bench: Bench) -> None:
    application = bench.application
    user = new_user(application, "gone@example.com")
    stays = furnish(bench, new_user(application, "stays@example.com").id)
    account_id = furnish(bench, user.id)
    before = {subject: len(application.rows(subject)) for subject in OUTLIVING}
    application.datastore.delete_user(user)
    application.db.session.commit()
    assert set(owned_rows(application, account_id).values()) == {0}
    assert set(owned_rows(application, stays).values()) == {1}
    assert {subject: len(application.rows(subject)) for subject in OUTLIVING} == before
    assert account_id not in {row["id"] for row in application.rows("accounts")}


def test_a_deletion_that_is_undone_leaves_everything(bench: Bench) -> None:
    application = bench.application
    user = new_user(application, "spared@example.com")
    account_id = furnish(bench, user.id)
    application.datastore.delete_user(user)
    application.db.session.flush()
    application.db.session.rollback()
    assert set(owned_rows(application, account_id).values()) == {1}


def test_who_is_given_a_deleted_users_number_inherits_nothing(application: Application) -> None:
    """A deletion by SQL, on SQLite without foreign keys, leaves rows behind."""
    with application.app.app_context():
        bench = Bench(application)
        user_id = new_user(application, "gone@example.com").id
        account_id = furnish(bench, user_id)
        session = application.db.session
        session.execute(sa.text('DELETE FROM "user" WHERE id = :id'), {"id": user_id})
        session.commit()
        assert new_user(application, "heir@example.com").id == user_id
        assert set(owned_rows(application, account_id).values()) == {0}
        with bench.begin() as unit:
            assert unit.accounts.of_user(user_id) is None
            heir = unit.accounts.ensure(user_id, NOW)
            assert heir.id != account_id
            assert unit.credentials.methods(heir.id) == []


def test_a_bulk_deletion_leaves_nothing_to_inherit_either(application: Application) -> None:
    """No listener sees `session.execute(delete(User))`."""
    with application.app.app_context():
        bench = Bench(application)
        user_id = new_user(application, "gone@example.com").id
        account_id = furnish(bench, user_id)
        model = application.datastore.user_model
        application.db.session.execute(sa.delete(model).where(model.id == user_id))
        application.db.session.commit()
        assert new_user(application, "heir@example.com").id == user_id
        assert set(owned_rows(application, account_id).values()) == {0}


def test_account_numbers_and_handles_are_never_given_twice(bench: Bench) -> None:
    """A number that lies in an old cookie or log is nobody else's tomorrow."""
    application = bench.application
    seen = []
    for _ in range(3):
        user = new_user(application, "again@example.com")
        with bench.begin() as unit:
            account = unit.accounts.ensure(user.id, NOW)
            assert unit.accounts.ensure(user.id, NOW) == account
        seen.append(account)
        application.datastore.delete_user(user)
        application.db.session.commit()
    assert len({account.id for account in seen}) == 3
    assert {len(account.handle) for account in seen} == {64}
    assert len({account.handle for account in seen}) == 3


@pytest.mark.parametrize("subject", [*OWNED, *OUTLIVING])
def test_the_database_itself_says_what_becomes_of_each_row(bench: Bench, subject: str) -> None:
    table = getattr(bench.application.datastore.tables, subject)
    (link,) = table.c.account_id.foreign_keys
    assert link.ondelete == ("CASCADE" if subject in OWNED else "SET NULL")
