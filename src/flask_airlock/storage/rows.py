"""What stores share: a connection and the tables, what another may insert, what is sealed."""

from typing import Any

from sqlalchemy import Connection, Insert, Table, Update, select
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ..domain.vault import Place, Vault
from ..errors import Unsealable
from .columns import MYSQL_NAMES
from .tables import Tables


class Store:
    """A subject's rows, within one transaction."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables

    def _changed(self, statement: Any) -> int:
        """How many rows a statement changed: the count that decides who won."""
        return int(self._connection.execute(statement).rowcount)

    def _has(self, rows: Table, row_id: int, account_id: int) -> bool:
        """Whether the account has, or had, the row of this number."""
        mine = (rows.c.id == row_id, rows.c.account_id == account_id)
        return self._connection.execute(select(rows.c.id).where(*mine)).first() is not None

    def _inserted_id(self, statement: Insert) -> int:
        key = self._connection.execute(statement).inserted_primary_key
        return int(key[0]) if key else 0

    def _ensure(self, rows: Table, key: dict[str, Any], rest: dict[str, Any]) -> None:
        """Insert a row, unless there is one with this unique key: one statement, in which nothing
        fails, so that it needs no savepoint."""
        dialect, values = self._connection.dialect.name, key | rest
        if dialect in MYSQL_NAMES:
            # An INSERT that finds a double shares its lock, and the UPDATE after it deadlocks.
            added = mysql.insert(rows).values(values)
            self._connection.execute(
                added.on_duplicate_key_update({name: rows.c[name] for name in key})
            )
        elif dialect == "postgresql":
            once = postgresql.insert(rows).values(values)
            self._connection.execute(once.on_conflict_do_nothing(index_elements=list(key)))
        else:
            new = sqlite.insert(rows).values(values)
            self._connection.execute(new.on_conflict_do_nothing(index_elements=list(key)))

    def _unless_there(self, statement: Insert | Update) -> bool:
        """Insert or change a row, unless another one has its unique key: then False."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except IntegrityError:
            return False
        return True


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
