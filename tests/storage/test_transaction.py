"""Our units of work and the application's own: neither touches the other's."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.errors import StoreFailed, Unsealable
from tests.applications import Application
from tests.storage.models import bare, integer_key
from tests.storage.units import NOW, Bench, database_of, undone


def add_role(application: Application, name: str) -> None:
    """Work of the application's that is flushed and not committed."""
    application.datastore.create_role(name)
    application.db.session.flush()


def role_names(application: Application) -> set[str]:
    """The roles that another connection, or a later transaction, sees."""
    application.db.session.expire_all()
    role = application.datastore.role_model
    assert role is not None
    return set(application.db.session.execute(sa.select(role.name)).scalars())


@pytest.fixture
def shared(in_memory: Application) -> Bench:
    assert database_of(in_memory).shares_one_connection
    return Bench(in_memory)


def test_in_memory_our_commit_does_not_commit_the_applications_work(shared: Bench) -> None:
    application, account_id = shared.application, shared.account()
    add_role(application, "unfinished")
    with shared.begin() as unit:
        unit.accounts.prefer(account_id, "sms")
    assert role_names(application) == {"unfinished"}
    application.db.session.rollback()
    assert role_names(application) == set()


def test_in_memory_our_commit_does_not_undo_the_applications_work(shared: Bench) -> None:
    application, account_id = shared.application, shared.account()
    add_role(application, "wanted")
    with shared.begin() as unit:
        unit.accounts.prefer(account_id, "sms")
    application.db.session.commit()
    assert role_names(application) == {"wanted"}
    (row,) = application.rows("accounts")
    assert row["preferred_method"] == "sms"


def test_in_memory_our_rollback_does_not_undo_the_applications_work(shared: Bench) -> None:
    application, account_id = shared.application, shared.account()
    add_role(application, "wanted")
    with undone(shared.begin()) as unit:
        unit.accounts.prefer(account_id, "sms")
    application.db.session.commit()
    assert role_names(application) == {"wanted"}
    (row,) = application.rows("accounts")
    assert row["preferred_method"] is None


def test_in_memory_a_row_that_was_there_already_undoes_nothing(shared: Bench) -> None:
    """The store tries an insert in a savepoint within ours."""
    application = shared.application
    user = application.datastore.create_user(email="ada@example.com")
    application.db.session.commit()
    add_role(application, "wanted")
    with shared.begin() as unit:
        account = unit.accounts.ensure(user.id, NOW)
        assert unit.accounts.ensure(user.id, NOW) == account
    application.db.session.commit()
    assert role_names(application) == {"wanted"}
    assert len(application.rows("accounts")) == 1


def test_in_memory_several_units_follow_one_another_within_the_applications_work(
    shared: Bench,
) -> None:
    application, account_id = shared.application, shared.account()
    add_role(application, "first")
    for _ in range(3):
        with shared.begin() as unit:
            unit.accounts.claim_rescue(account_id, NOW, timedelta(days=1))
    add_role(application, "second")
    application.db.session.commit()
    assert role_names(application) == {"first", "second"}


def test_in_memory_without_foreign_work_a_unit_is_an_ordinary_transaction(shared: Bench) -> None:
    account_id = shared.account()
    with undone(shared.begin()) as unit:
        unit.accounts.prefer(account_id, "sms")
    with shared.begin() as unit:
        unit.accounts.prefer(account_id, "email")
    shared.application.db.session.rollback()
    (row,) = shared.application.rows("accounts")
    assert row["preferred_method"] == "email"


def test_our_unit_sees_nothing_of_the_applications_unfinished_work(bench: Bench) -> None:
    application, account_id = bench.application, bench.account()
    assert not bench.database.shares_one_connection
    application.datastore.create_role("pending")
    with bench.begin() as unit:
        unit.accounts.prefer(account_id, "sms")
    application.db.session.rollback()
    assert role_names(application) == set()
    (row,) = [row for row in application.rows("accounts") if row["id"] == account_id]
    assert row["preferred_method"] == "sms"


def test_our_failure_undoes_all_of_our_unit_and_nothing_else(bench: Bench) -> None:
    application, account_id = bench.application, bench.account()
    application.datastore.create_role(f"kept{account_id}")
    with undone(bench.begin()) as unit:
        unit.accounts.prefer(account_id, "sms")
        unit.credentials.add(account_id, "sms", b"+12015550123", NOW)
    application.db.session.commit()
    assert f"kept{account_id}" in role_names(application)
    with bench.begin() as unit:
        assert unit.credentials.methods(account_id) == []


def test_on_a_file_a_second_writer_waits_and_undoes_nothing(applications: Any) -> None:
    """SQLite has one writer: while the application writes, ours is refused, not lost quietly."""
    options = {"connect_args": {"timeout": 0.1}}
    application = applications(SQLALCHEMY_ENGINE_OPTIONS=options)
    with application.app.app_context():
        bench = Bench(application)
        account_id = bench.account()
        add_role(application, "wanted")
        with pytest.raises(StoreFailed, match="SQLITE_BUSY"), bench.begin() as unit:
            unit.accounts.prefer(account_id, "sms")
        application.db.session.commit()
        assert role_names(application) == {"wanted"}
        with bench.begin() as unit:
            unit.accounts.prefer(account_id, "sms")
        application.db.session.remove()
    assert application.rows("accounts")[0]["preferred_method"] == "sms"


def test_another_application_in_the_process_is_not_seen(applications: Any) -> None:
    one, other = applications(), applications()
    one.person("ada@example.com")
    with other.app.app_context(), database_of(other).begin() as unit:
        assert unit.users.by_email("ada@example.com") is None
    with one.app.app_context(), database_of(one).begin() as unit:
        assert unit.users.by_email("ada@example.com") is not None


def test_the_key_check_tells_whether_a_key_opens_what_is_stored(tmp_path: Any) -> None:
    """S-115: keys [new, old]: old reads; a key that was lost is told at the start."""
    first, newer, stranger = ("a" * 32,), ("b" * 32, "a" * 32), ("c" * 32,)
    answers = []
    for keys in (first, first, newer, stranger):
        url = f"sqlite:///{tmp_path}/keys.sqlite"
        made = bare(url, integer_key, SECURITY_ENCRYPTION_KEYS=keys)
        with made.app.app_context():
            made.db.create_all()
            with made.database.begin() as unit:
                answers.append(unit.key_checks.agree(NOW))
            made.db.engine.dispose()
    assert answers == [True, True, True, False]


def test_a_secret_that_was_copied_to_another_account_does_not_open(bench: Bench) -> None:
    """S-114: move ciphertext to another user's row: fails."""
    mine, thiefs = bench.account(), bench.account()
    with bench.begin() as unit:
        unit.credentials.add(mine, "authenticator", b"my seed", NOW)
        unit.credentials.add(thiefs, "authenticator", b"his seed", NOW)
    table = bench.application.datastore.tables.credentials
    box = sa.select(table.c.secret).where(table.c.account_id == mine)
    with bench.application.datastore.engine().begin() as connection:
        stolen = connection.execute(box).scalar()
        assert b"my seed" not in (stolen or b"")
        connection.execute(
            sa.update(table).where(table.c.account_id == thiefs).values(secret=stolen)
        )
    with pytest.raises(Unsealable), bench.begin() as unit:
        unit.credentials.of_method(thiefs, "authenticator")
    with bench.begin() as unit:
        assert unit.credentials.of_method(mine, "authenticator")[0].secret == b"my seed"
