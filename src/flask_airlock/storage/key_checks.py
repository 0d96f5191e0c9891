"""A known text under each key: shows at start whether the configured keys open what is stored."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from ..domain.vault import Place, Vault
from ..errors import Unsealable
from .columns import to_db
from .rows import Store
from .tables import Tables

PLACE = Place("airlock_key_checks", "box", "check")
TEXT = b"flask-airlock"


class KeyChecks(Store):
    """Rows of `airlock_key_checks`."""

    def __init__(self, connection: Connection, tables: Tables, vault: Vault) -> None:
        super().__init__(connection, tables)
        self._vault = vault

    def agree(self, now: datetime) -> bool:
        """Whether a configured key opens what an earlier start sealed; the first start seals."""
        rows = self._tables.key_checks
        boxes = list(self._connection.execute(select(rows.c.box)).scalars())
        if not boxes:
            box = self._vault.seal(TEXT, PLACE)
            self._connection.execute(insert(rows).values(box=box, created_at=to_db(now)))
            return True
        return any(self._opens(box) for box in boxes)

    def _opens(self, box: bytes) -> bool:
        try:
            return self._vault.open(box, PLACE) == TEXT
        except Unsealable:
            return False
