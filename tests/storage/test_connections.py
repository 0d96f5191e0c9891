"""Connections that only read: PostgreSQL is asked without a transaction around each SELECT."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.errors import StoreFailed
from flask_airlock.storage.connections import only_reading
from tests.storage.test_signed_in import DIGEST, somebody_inside, user_of
from tests.storage.units import NOW


@contextmanager
def statuses(engine: sa.Engine) -> Iterator[list[tuple[bool, int]]]:
    """Of each statement whether its connection is outside of transactions, and the driver's word
    for where it stands before it (0 is idle)."""
    seen: list[tuple[bool, int]] = []

    def note(connection: sa.Connection, cursor: Any, *_: Any) -> None:
        driver = cursor.connection
        seen.append((driver.autocommit, driver.info.transaction_status))

    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_page_is_one_way_to_the_database_and_back(postgres_url: str) -> None:
    with somebody_inside(postgres_url, "int") as (made, user_id):
        with statuses(made.datastore.engine()) as seen:
            user_of(made)
            with made.database.look() as unit:
                assert unit.accounts.of_user(user_id)
        assert seen == [(True, 0), (True, 0)]
        # The pool hands the same connection to the application, as it knows it.
        with statuses(made.datastore.engine()) as seen:
            user: Any = made.db.session.get(made.model, user_id, populate_existing=True)
            user.email = "grace@example.com"
            made.db.session.flush()
            made.db.session.rollback()
        assert {autocommit for autocommit, _ in seen} == {False}
        assert user.email == "ada@example.com"


def test_what_an_application_sets_as_a_transaction_begins_holds_for_us(postgres_url: str) -> None:
    """Row-level security goes by such settings; they last as long as the transaction."""
    with somebody_inside(postgres_url, "int") as (made, _):
        engine = made.datastore.engine()

        def set_tenant(connection: sa.Connection) -> None:
            connection.exec_driver_sql("SET LOCAL airlock.tenant = 'seven'")

        def tenant() -> Any:
            with made.database.look() as unit:
                return unit._connection.scalar(sa.text("SELECT current_setting('airlock.tenant')"))

        sa.event.listen(engine, "begin", set_tenant)
        assert tenant() == "seven"
        assert made.datastore.by_session(DIGEST, NOW) is not None


def test_the_level_that_an_application_gave_a_connection_stays(postgres_url: str) -> None:
    """Set when the driver connects, and so unknown to SQLAlchemy."""
    strict = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"
    with somebody_inside(postgres_url, "int") as (made, user_id):
        engine = made.datastore.engine()
        engine.dispose()

        @sa.event.listens_for(engine, "connect")
        def be_strict(connection: Any, _: Any) -> None:
            connection.cursor().execute(strict)
            connection.commit()

        with made.database.look() as unit:
            assert unit.accounts.of_user(user_id)
        level = made.db.session.scalar(sa.text("SHOW transaction_isolation"))
        assert level == "serializable"


def test_a_connection_that_breaks_meanwhile_is_not_used_again(postgres_url: str) -> None:
    with somebody_inside(postgres_url, "int") as (made, _):
        end = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(StoreFailed), made.database.look() as unit:
            unit._connection.execute(end)
        assert made.datastore.by_session(DIGEST, NOW) is not None


def test_a_transaction_that_runs_is_left_alone(postgres_url: str) -> None:
    with somebody_inside(postgres_url, "int") as (made, _), made.datastore.engine().begin() as mine:
        mine.exec_driver_sql("CREATE TEMPORARY TABLE mine (id integer)")
        with only_reading(mine):
            assert not mine.connection.dbapi_connection.autocommit  # type: ignore[union-attr]
        mine.rollback()
