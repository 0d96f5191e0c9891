"""Recovery codes: sealed hashes, one row for each, of which every one is spent by one UPDATE."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from ..domain.records import Record
from ..domain.recovery_codes import RecoveryState
from ..domain.vault import Place
from .columns import from_db, to_db
from .promises import promise
from .rows import SealingStore


class KeptCode(Record, kw_only=False):
    """What is kept of a code that was not used yet."""

    id: int
    batch: bytes = field(repr=False)
    hash: str = field(repr=False)


class RecoveryCodes(SealingStore):
    """Rows of `airlock_recovery_codes`; those of the set that is good now are not voided."""

    def put(self, account_id: int, batch: bytes, hashes: Sequence[str], now: datetime) -> None:
        """Keep a new set in place of the older one, whose codes are worth nothing from now on."""
        self.void_all(account_id, now)
        rows: list[dict[str, Any]] = [
            {
                "account_id": account_id,
                "batch": batch,
                "number": number,
                "hash": self._vault.seal(one.encode(), place(batch, number)),
                "created_at": to_db(now),
            }
            for number, one in enumerate(hashes)
        ]
        self._connection.execute(insert(self._tables.recovery_codes), rows)

    def void_all(self, account_id: int, now: datetime) -> None:
        """Let no code of an account work any longer."""
        live = update(self._tables.recovery_codes).where(*self._live(account_id))
        self._connection.execute(live.values(voided_at=to_db(now)))

    def void_set(self, account_id: int, batch: bytes, now: datetime) -> None:
        """Let no code of this set work any longer."""
        rows = self._tables.recovery_codes
        live = update(rows).where(rows.c.batch == batch, *self._live(account_id))
        self._connection.execute(live.values(voided_at=to_db(now)))

    def made_at(self, batch: bytes) -> datetime | None:
        """When the set of that name was made, if ever."""
        rows = self._tables.recovery_codes
        query = select(func.max(rows.c.created_at)).where(rows.c.batch == batch)
        made = self._connection.execute(query).scalar()
        return from_db(made) if made else None

    def state(self, account_id: int) -> RecoveryState | None:
        """The set that is good now, however many are left of it; nothing is opened."""
        rows = self._tables.recovery_codes
        query = select(
            func.count() - func.count(rows.c.used_at),
            func.max(rows.c.created_at),
            func.count(rows.c.kept_at) + func.count(rows.c.used_at),
        ).where(*self._live(account_id))
        left, made_at, kept = self._connection.execute(query).one()
        if made_at is None:
            return None
        return RecoveryState(left=left, made_at=from_db(made_at), kept=kept > 0)

    def unused(self, account_id: int) -> list[KeptCode]:
        """The codes that would work now; raises Unsealable."""
        rows = self._tables.recovery_codes
        query = select(rows).where(*self._live(account_id), rows.c.used_at.is_(None))
        found = self._connection.execute(query.order_by(rows.c.id)).mappings()
        return [KeptCode(row["id"], row["batch"], self._hash_in(row)) for row in found]

    def _hash_in(self, row: Mapping[Any, Any]) -> str:
        where = place(row["batch"], row["number"])
        return self._opened(row["hash"], where, row["account_id"]).decode()

    @promise("A recovery code is used once.")
    def spend(self, account_id: int, code_id: int, now: datetime) -> bool:
        """True for exactly one caller, and for none once another set was made."""
        rows = self._tables.recovery_codes
        claim = update(rows).where(
            rows.c.id == code_id, *self._live(account_id), rows.c.used_at.is_(None)
        )
        return self._changed(claim.values(used_at=to_db(now))) == 1

    @promise("That a set of recovery codes was kept is noted once.")
    def note_kept(self, account_id: int, batch: bytes, now: datetime) -> bool:
        """One of its codes was typed back; True for exactly one caller."""
        rows = self._tables.recovery_codes
        fresh = (rows.c.batch == batch, *self._live(account_id), rows.c.kept_at.is_(None))
        return self._changed(update(rows).where(*fresh).values(kept_at=to_db(now))) > 0

    def _live(self, account_id: int) -> tuple[ColumnElement[bool], ...]:
        rows = self._tables.recovery_codes
        return rows.c.account_id == account_id, rows.c.voided_at.is_(None)


def place(batch: bytes, number: int) -> Place:
    """Where the hash of a code lies."""
    return Place("airlock_recovery_codes", "hash", f"{batch.hex()} {number}")
