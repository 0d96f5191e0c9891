"""How a connection of the application's engine is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import StaticPool

SPARED = ("postgresql", "psycopg")
PREPARING = ("begin", "before_execute", "before_cursor_execute")
IDLE = 0  # libpq's PQTRANS_IDLE


def shares_one_connection(engine: Engine) -> bool:
    """Whether all threads use one connection (SQLite in memory)."""
    return isinstance(engine.pool, StaticPool)


def keeps_a_snapshot(connection: Connection) -> bool:
    """Whether changes by this transaction pass by rows that were added since it began: PostgreSQL
    at REPEATABLE READ. (MariaDB sees them there, and at SERIALIZABLE a database refuses.)"""
    if connection.dialect.name != "postgresql":
        return False
    return connection.get_isolation_level() == "REPEATABLE READ"


@contextmanager
def only_reading(connection: Connection) -> Iterator[None]:
    """For statements that read, each of its own moment: PostgreSQL is spared BEGIN and ROLLBACK,
    which are a way there and back each, and together a third of a page.

    SQLAlchemy's own AUTOCOMMIT would leave the connection at the engine's level of isolation; the
    application may have set another one.
    """
    driver: Any = connection.connection.dbapi_connection
    if not _needs_no_transaction(connection, driver):
        yield
        return
    try:
        driver.autocommit = True
        yield
    finally:
        if _is_idle(driver):
            driver.autocommit = False
        else:
            # It broke, or was interrupted: nobody shall be given it as it is.
            connection.invalidate()


def _needs_no_transaction(connection: Connection, driver: Any) -> bool:
    if (connection.dialect.name, connection.dialect.driver) != SPARED or not _is_idle(driver):
        return False
    options = connection.get_execution_options()
    is_streaming = options.get("stream_results") or options.get("yield_per")
    # What an application sets there may last as long as a transaction, and say what rows are seen.
    is_prepared = any(getattr(connection.dispatch, name) for name in PREPARING)
    is_bound = connection.in_transaction() or driver.autocommit
    return not (is_streaming or is_prepared or is_bound)


def _is_idle(driver: Any) -> bool:
    """Whether psycopg stands in no transaction, and is not closed."""
    return driver is not None and driver.info.transaction_status == IDLE
