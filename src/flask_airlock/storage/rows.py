"""What every store shares: a connection and the tables, and inserting what another may insert."""

from typing import Any

from sqlalchemy import Connection, Insert
from sqlalchemy.exc import IntegrityError

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
