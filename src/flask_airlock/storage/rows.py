"""What stores share: a connection and the tables, what another may insert, what is sealed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Insert, NestedTransaction, Table, Update, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as OrmSession

from ..domain.vault import Place, Vault
from ..errors import Unsealable
from .columns import MYSQL_NAMES
from .prepared import insert_into, prepared
from .tables import Tables
from .troubles import is_refusal


class Store:
    """A subject's rows, within one transaction."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables

    def _changed(self, statement: Any, values: Mapping[str, Any] | None = None) -> int:
        """How many rows a statement changed: the count that decides who won."""
        return int(self._connection.execute(statement, values).rowcount)

    def _has(self, rows: Table, row_id: int, account_id: int) -> bool:
        """Whether the account has, or had, the row of this number."""
        mine = (rows.c.id == row_id, rows.c.account_id == account_id)
        return self._connection.execute(select(rows.c.id).where(*mine)).first() is not None

    def _inserted_id(self, statement: Insert, cells: Mapping[str, Any] | None = None) -> int:
        key = self._connection.execute(statement, cells).inserted_primary_key
        return int(key[0]) if key else 0

    def _ensure(self, rows: Table, key: dict[str, Any], rest: dict[str, Any]) -> None:
        """Insert a row, unless there is one with this unique key: one statement, in which nothing
        fails, so that it needs no savepoint."""
        dialect = self._connection.dialect.name
        new = insert_into(rows, dialect).values(key | rest)
        if dialect in MYSQL_NAMES:
            # An INSERT that finds a double shares its lock, and the UPDATE after it deadlocks.
            once = new.on_duplicate_key_update({name: rows.c[name] for name in key})
        else:
            once = new.on_conflict_do_nothing(index_elements=list(key))
        self._connection.execute(once)

    def _unless_there(self, statement: Insert | Update) -> bool:
        """Insert or change a row, unless another one has its unique key, or it is nobody's: then
        False."""
        try:
            with savepoint(self._connection):
                self._connection.execute(statement)
        except DBAPIError as trouble:
            if not is_refusal(trouble):
                raise
            return False
        return True


def begin_writing(connection: Connection) -> None:
    """Wait for the turn to change something, where nothing else makes this transaction wait.

    SQLite's driver begins a transaction before a change, and before nothing else.
    """
    if connection.dialect.name != "sqlite":
        return
    if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def savepoint(connection: Connection) -> NestedTransaction:
    """A part of the transaction that an exception undoes alone."""
    # On SQLite it would be the whole transaction else, and its end a commit of half the work.
    begin_writing(connection)
    return connection.begin_nested()


@contextmanager
def orm_session(connection: Connection) -> Iterator[OrmSession]:
    """A session of the application's models within the transaction, in a savepoint of its own."""
    begin_writing(connection)
    with OrmSession(connection, join_transaction_mode="create_savepoint") as session:
        yield session


@prepared
def insertion(tables: Tables, name: str) -> Insert:
    """Add a row to the table of that subject; its cells are the parameters."""
    return insert(getattr(tables, name))


class SealingStore(Store):
    """A store whose rows hold sealed values."""

    def __init__(self, connection: Connection, tables: Tables, vault: Vault) -> None:
        super().__init__(connection, tables)
        self._vault = vault

    def _opened(self, sealed: bytes, place: Place, account_id: int | None) -> bytes:
        """What is inside; the Unsealable that it raises says whose it is."""
        try:
            return self._vault.open(sealed, place)
        except Unsealable as broken:
            raise Unsealable(broken.reason, broken.place, account_id) from None
