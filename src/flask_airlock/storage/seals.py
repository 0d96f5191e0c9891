"""Every sealed value, whatever table it lies in: looked through and sealed anew, in batches."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from sqlalchemy import func, select, update

from ..domain.records import Record
from ..domain.vault import Place
from ..errors import Unsealable
from . import (
    credentials,
    key_checks,
    letters,
    link_tokens,
    recovery_codes,
    rescue_addresses,
    setups,
)
from .promises import promise
from .rows import SealingStore


class SealedColumn(Record, kw_only=False):
    """A column of a table of ours that holds boxes, and the place that a row's box is bound to."""

    subject: str
    column: str
    place: Callable[[Mapping[Any, Any]], Place]

    def __str__(self) -> str:
        return f"airlock_{self.subject}.{self.column}"


# The key check is the last one: as long as anything else may lie under an older key, a start
# without that key has to be stopped.
SEALED_COLUMNS = (
    SealedColumn(
        "credentials", "secret", lambda row: credentials.place(row["account_id"], row["method"])
    ),
    SealedColumn("setups", "secret", lambda row: setups.place(row["session_id"], row["method"])),
    SealedColumn(
        "rescue_addresses",
        "address",
        lambda row: rescue_addresses.place(row["account_id"], row["digest"]),
    ),
    SealedColumn(
        "recovery_codes", "hash", lambda row: recovery_codes.place(row["batch"], row["number"])
    ),
    SealedColumn("link_tokens", "payload", lambda row: link_tokens.place(row["digest"])),
    SealedColumn("letters", "message", lambda row: letters.place(row["reference"])),
    SealedColumn("key_checks", "box", lambda row: key_checks.PLACE),
)


class SealedValue(Record, kw_only=False):
    """A box, and where it lies."""

    id: int
    box: bytes = field(repr=False)
    place: Place = field(repr=False)


class Seals(SealingStore):
    """The boxes of a column, in the order of the rows' ids."""

    def some(self, column: SealedColumn, after: int, limit: int) -> list[SealedValue]:
        """The next boxes of rows with an id above `after`."""
        rows = getattr(self._tables, column.subject)
        # What was wiped is NULL, or no bytes at all.
        full = (rows.c.id > after, func.length(rows.c[column.column]) > 0)
        query = select(rows).where(*full).order_by(rows.c.id).limit(limit)
        return [
            SealedValue(row["id"], row[column.column], column.place(row))
            for row in self._connection.execute(query).mappings()
        ]

    def key_of(self, value: SealedValue) -> str | None:
        """The name of the key that opens it; None if none does."""
        return self._vault.key_of(value.box, value.place)

    @promise("A rotation writes over what it read, and over nothing newer.")
    def seal_anew(self, column: SealedColumn, value: SealedValue) -> bool:
        """Seal it under the newest key; False where it lies under that, or under none of ours, or
        somebody has changed or removed it meanwhile."""
        if self._vault.is_newest(value.box):
            return False
        try:
            box = self._vault.seal_anew(value.box, value.place)
        except Unsealable:
            return False
        rows = getattr(self._tables, column.subject)
        mine = update(rows).where(rows.c.id == value.id, rows.c[column.column] == value.box)
        return self._changed(mine.values({column.column: box})) == 1
