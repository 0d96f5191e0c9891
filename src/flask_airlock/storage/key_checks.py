"""A known text under each key: shows at start whether the configured keys open what is stored."""

from datetime import datetime

from sqlalchemy import insert, select

from ..domain.vault import Place
from .columns import to_db
from .rows import SealingStore

PLACE = Place("airlock_key_checks", "box", "check")
TEXT = b"flask-airlock"


class KeyChecks(SealingStore):
    """Rows of `airlock_key_checks`."""

    def agree(self, now: datetime) -> bool:
        """Whether a configured key opens what an earlier start sealed; the first start seals."""
        rows = self._tables.key_checks
        boxes = list(self._connection.execute(select(rows.c.box)).scalars())
        if not boxes:
            box = self._vault.seal(TEXT, PLACE)
            self._connection.execute(insert(rows).values(box=box, created_at=to_db(now)))
            return True
        return any(self._vault.key_of(box, PLACE) for box in boxes)
