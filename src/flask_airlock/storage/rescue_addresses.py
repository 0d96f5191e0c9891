"""The mailboxes by which a person comes back: sealed, and each once in an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from ..domain.rescue import RescueAddress
from ..domain.vault import Place
from ..errors import Unsealable
from .columns import from_db, to_db
from .promises import promise
from .rows import SealingStore

USE = "rescue address"


class RescueAddresses(SealingStore):
    """Rows of `airlock_rescue_addresses`."""

    def live(self, account_id: int) -> list[RescueAddress]:
        """Those that were not removed, oldest first; without the address where it can't be
        opened."""
        rows = self._tables.rescue_addresses
        query = select(rows).where(rows.c.account_id == account_id, rows.c.removed_at.is_(None))
        found = self._connection.execute(query.order_by(rows.c.id)).mappings()
        return [_made(row, self._read(row)) for row in found]

    def one(self, account_id: int, number: int) -> RescueAddress | None:
        """One of them; raises Unsealable."""
        rows = self._tables.rescue_addresses
        mine = (rows.c.id == number, rows.c.account_id == account_id)
        query = select(rows).where(*mine, rows.c.removed_at.is_(None))
        row = self._connection.execute(query).mappings().first()
        return _made(row, self._open(row)) if row else None

    @promise("A mailbox is a rescue address of an account once.")
    def add(self, account_id: int, address: str, now: datetime) -> bool:
        """Keep an address that nobody has proved yet; False where the account has it already."""
        digest = self._vault.mac(USE, f"{account_id} {address}")
        added = insert(self._tables.rescue_addresses).values(
            account_id=account_id,
            address=self._vault.seal(address.encode(), place(account_id, digest)),
            digest=digest,
            created_at=to_db(now),
        )
        return self._unless_there(added)

    @promise("A rescue address is proved once, and not after it was removed.")
    def prove(self, account_id: int, number: int, now: datetime) -> bool:
        """The code that was sent there came back; True for exactly one caller."""
        rows = self._tables.rescue_addresses
        waiting = update(rows).where(
            rows.c.id == number,
            rows.c.account_id == account_id,
            rows.c.proved_at.is_(None),
            rows.c.removed_at.is_(None),
        )
        return self._changed(waiting.values(proved_at=to_db(now))) == 1

    @promise("A rescue address is removed once.")
    def remove(self, account_id: int, number: int, now: datetime) -> bool:
        """Forget an address; True for exactly one caller."""
        rows = self._tables.rescue_addresses
        mine = update(rows).where(
            rows.c.id == number, rows.c.account_id == account_id, rows.c.removed_at.is_(None)
        )
        over = {"removed_at": to_db(now), "address": None, "digest": None}
        return self._changed(mine.values(**over)) == 1

    def is_of(self, number: int, account_id: int) -> bool:
        """Whether the account has, or had, the address of this number."""
        return self._has(self._tables.rescue_addresses, number, account_id)

    def _read(self, row: Mapping[Any, Any]) -> str | None:
        try:
            return self._open(row)
        except Unsealable:
            return None

    def _open(self, row: Mapping[Any, Any]) -> str:
        account_id = row["account_id"]
        where = place(account_id, row["digest"])
        return self._opened(row["address"], where, account_id).decode()


def _made(row: Mapping[Any, Any], address: str | None) -> RescueAddress:
    return RescueAddress(
        id=row["id"],
        address=address,
        created_at=from_db(row["created_at"]),
        proved_at=from_db(row["proved_at"]) if row["proved_at"] else None,
    )


def place(account_id: int, digest: bytes | None) -> Place:
    """Where a rescue address lies."""
    return Place("airlock_rescue_addresses", "address", f"{account_id}|{(digest or b'').hex()}")
