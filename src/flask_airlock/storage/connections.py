"""How a connection of the application's engine is used."""

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import StaticPool


def shares_one_connection(engine: Engine) -> bool:
    """Whether all threads use one connection (SQLite in memory)."""
    return isinstance(engine.pool, StaticPool)


def only_read(connection: Connection) -> Connection:
    """The connection, for statements that read and need not see the same moment.

    PostgreSQL is spared BEGIN and ROLLBACK, each of which is a way there and back: a third of a
    page. Not within a transaction, of course, nor where something is done whenever one begins: what
    it sets may be what rows are seen by.
    """
    is_bound = connection.in_transaction() or connection.dispatch.begin
    if connection.dialect.name == "postgresql" and not is_bound:
        connection.execution_options(isolation_level="AUTOCOMMIT")
    return connection
