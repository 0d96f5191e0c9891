"""Connections that only read: PostgreSQL is asked without a transaction around each SELECT."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.errors import StoreFailed
from flask_airlock.storage.connections import only_reading
from tests.storage.models import Bare
from tests.storage.test_signed_in import DIGEST, somebody_inside, user_of
from tests.storage.units import NOW


@contextmanager
def statuses(engine: sa.Engine) -> Iterator[list[tuple[bool, int]]]:
    """Of each statement whether its connection is outside of transactions, and the driver's word
    for where it stands after it (0 is idle)."""
    seen: list[tuple[bool, int]] = []

    def note(_: sa.Connection, cursor: Any, *more: Any) -> None:
        driver = cursor.connection
        seen.append((driver.autocommit, driver.info.transaction_status))

    sa.event.listen(engine, "after_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "after_cursor_execute", note)


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


SET = "SET LOCAL airlock.tenant = 'seven'"


def before_a_statement(_: Any, cursor: Any, *more: Any) -> None:
    cursor.connection.execute(SET)


def at_its_start(connection: sa.Connection) -> None:
    connection.connection.cursor().execute(SET)


MOMENTS: dict[str, Any] = {
    "begin": at_its_start,
    "before_cursor_execute": before_a_statement,
    "engine_connect": at_its_start,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_an_application_sets_for_a_transaction_holds_for_us(
    postgres_url: str, moment: str
) -> None:
    """Row-level security and schemas of tenants go by such settings: lost, they would say who is
    signed in."""
    with somebody_inside(postgres_url, "int") as (made, _):
        sa.event.listen(made.datastore.engine(), moment, MOMENTS[moment])
        with made.database.look() as unit:
            tenant = sa.text("SELECT current_setting('airlock.tenant', true)")
            assert unit._connection.scalar(tenant) == "seven"
        assert made.datastore.by_session(DIGEST, NOW) is not None


def test_a_driver_that_is_in_a_transaction_by_itself_is_left_alone(postgres_url: str) -> None:
    """SQLAlchemy knows nothing of it."""
    with somebody_inside(postgres_url, "int") as (made, user_id):
        engine = made.datastore.engine()

        @sa.event.listens_for(engine, "checkout")
        def settle(connection: Any, *_: Any) -> None:
            connection.execute("SET airlock.tenant = 'seven'")

        assert user_of(made) is not None
        with made.database.look() as unit:
            assert unit.accounts.of_user(user_id)


@pytest.mark.parametrize("option", [{"stream_results": True}, {"yield_per": 10}], ids=str)
def test_what_the_server_keeps_a_cursor_for_has_its_transaction(
    postgres_url: str, option: dict[str, Any]
) -> None:
    with (
        somebody_inside(postgres_url, "int") as (made, _),
        made.datastore.engine().connect() as own,
    ):
        streaming = own.execution_options(**option)
        with only_reading(streaming):
            assert list(streaming.execute(sa.text("SELECT 7"))) == [(7,)]


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


def break_it(made: Bare) -> None:
    """Two things at once."""
    with made.database.look() as unit:
        driver: Any = unit._connection.connection.dbapi_connection
        driver.close()
        raise KeyError


def test_what_went_wrong_first_is_told(postgres_url: str) -> None:
    with somebody_inside(postgres_url, "int") as (made, _):
        with pytest.raises(KeyError):
            break_it(made)
        assert made.datastore.by_session(DIGEST, NOW) is not None


def test_a_transaction_that_runs_is_left_alone(postgres_url: str) -> None:
    with somebody_inside(postgres_url, "int") as (made, _), made.datastore.engine().begin() as mine:
        mine.exec_driver_sql("CREATE TEMPORARY TABLE mine (id integer)")
        with only_reading(mine):
            assert not mine.connection.dbapi_connection.autocommit  # type: ignore[union-attr]
        mine.rollback()
