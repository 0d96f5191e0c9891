"""How a connection of the application's engine is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import StaticPool


def shares_one_connection(engine: Engine) -> bool:
    """Whether all threads use one connection (SQLite in memory)."""
    return isinstance(engine.pool, StaticPool)


@contextmanager
def only_reading(connection: Connection) -> Iterator[None]:
    """For statements that read, each of its own moment: PostgreSQL is spared BEGIN and ROLLBACK,
    which are a way there and back each, and together a third of a page.

    Not within a transaction, of course, nor where something is done whenever one begins: what it
    sets may be what rows are seen by. SQLAlchemy's own AUTOCOMMIT would leave the connection at the
    engine's level of isolation; the application may have set another one.
    """
    is_bound = connection.in_transaction() or connection.dispatch.begin
    driver: Any = connection.connection.dbapi_connection
    is_spared = connection.dialect.name == "postgresql" and not is_bound
    if not is_spared or getattr(driver, "autocommit", None) is not False:
        yield
        return
    driver.autocommit = True
    try:
        yield
    finally:
        # One that broke meanwhile is not used again.
        if not connection.invalidated:
            driver.autocommit = False
