"""What stores share: a connection and the tables, what another may insert, what is sealed."""

from typing import Any

from sqlalchemy import Connection, Insert
from sqlalchemy.exc import IntegrityError

from ..domain.vault import Place, Vault
from ..errors import Unsealable
from .tables import Tables


class Store:
    """A subject's rows, within one transaction."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables

    def _changed(self, statement: Any) -> int:
        """How many rows a statement changed: the count that decides who won."""
        return int(self._connection.execute(statement).rowcount)

    def _inserted_id(self, statement: Insert) -> int:
        key = self._connection.execute(statement).inserted_primary_key
        return int(key[0]) if key else 0

    def _insert_unless_there(self, statement: Insert) -> bool:
        """Insert, or leave the row that somebody else inserted first."""
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
