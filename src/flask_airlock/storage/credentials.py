"""Enrolled factors. Secrets are sealed on the way in and opened on the way out."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from ..domain.directory import MethodLine
from ..domain.vault import Place
from .columns import from_db, to_db
from .promises import promise
from .rows import SealingStore


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A factor that was proved once. `secret` is a seed or a number; empty where none is kept.

    `old_box` is what it came in, where an older key had sealed it.
    """

    id: int
    account_id: int
    method: str
    last_step: int
    secret: bytes = field(repr=False)
    old_box: bytes | None = field(default=None, repr=False)


class Credentials(SealingStore):
    """Rows of `airlock_credentials`."""

    def methods(self, account_id: int) -> list[str]:
        """The methods that an account has, oldest first; nothing is opened."""
        return list(self.counts(account_id))

    def counts(self, account_id: int) -> dict[str, int]:
        """The same, with how many there are of each."""
        rows = self._tables.credentials
        query = select(rows.c.method).where(
            rows.c.account_id == account_id, rows.c.revoked_at.is_(None)
        )
        return Counter(self._connection.execute(query.order_by(rows.c.id)).scalars())

    def of_method(self, account_id: int, method: str) -> list[Credential]:
        """The live factors of one kind, opened, newest first."""
        rows = self._tables.credentials
        query = select(rows).where(
            rows.c.account_id == account_id,
            rows.c.method == method,
            rows.c.revoked_at.is_(None),
        )
        found = self._connection.execute(query.order_by(rows.c.id.desc())).mappings()
        return [
            Credential(
                id=row["id"],
                account_id=account_id,
                method=method,
                last_step=row["last_step"],
                **self._out_of_the_box(row["secret"], account_id, method),
            )
            for row in found
        ]

    def lines(self, account_id: int, methods: Collection[str]) -> list[MethodLine]:
        """What is set up, of these methods, oldest first; nothing is opened."""
        rows = self._tables.credentials
        mine = (rows.c.account_id == account_id, rows.c.revoked_at.is_(None))
        query = select(rows).where(*mine, rows.c.method.in_(list(methods))).order_by(rows.c.id)
        return [
            MethodLine(
                method=row["method"],
                added_at=from_db(row["created_at"]),
                last_used_at=from_db(row["last_used_at"]) if row["last_used_at"] else None,
            )
            for row in self._connection.execute(query).mappings()
        ]

    def has_history(self, account_id: int) -> bool:
        """Whether the account ever had a factor of ours, also one that was taken away."""
        rows = self._tables.credentials
        query = select(rows.c.id).where(rows.c.account_id == account_id).limit(1)
        return self._connection.execute(query).first() is not None

    def adopt(self, account_id: int, method: str, secret: bytes, now: datetime) -> None:
        """Keep a factor that nobody has proved here yet: it comes from an older program."""
        self._insert(account_id, method, secret, now, last_used_at=None, last_step=-1)

    def add(
        self, account_id: int, method: str, secret: bytes, now: datetime, last_step: int = -1
    ) -> None:
        """Keep a factor that was just proved, with the step that proved it spent."""
        used = to_db(now)
        self._insert(account_id, method, secret, now, last_used_at=used, last_step=last_step)

    def _insert(
        self, account_id: int, method: str, secret: bytes, now: datetime, **cells: object
    ) -> None:
        box = self._vault.seal(secret, place(account_id, method)) if secret else None
        values = {
            "account_id": account_id,
            "method": method,
            "secret": box,
            "created_at": to_db(now),
            **cells,
        }
        self._connection.execute(insert(self._tables.credentials).values(**values))

    @promise("A time step of an app is accepted once, and none before it any more.")
    def spend_step(self, credential_id: int, step: int, now: datetime) -> bool:
        """True for exactly one caller per step, however many race (RFC 6238 section 5.2)."""
        rows = self._tables.credentials
        claim = update(rows).where(
            rows.c.id == credential_id, rows.c.last_step < step, rows.c.revoked_at.is_(None)
        )
        return self._changed(claim.values(last_step=step, last_used_at=to_db(now))) == 1

    @promise("A factor is sealed anew as it was read, or not at all.")
    def seal_anew(self, credential: Credential) -> None:
        """Seal what was just used under the newest key, where an older one had sealed it."""
        if credential.old_box is None:
            return
        rows = self._tables.credentials
        # Whoever was quicker has sealed the same secret: his box stays.
        mine = update(rows).where(rows.c.id == credential.id, rows.c.secret == credential.old_box)
        box = self._vault.seal(credential.secret, place(credential.account_id, credential.method))
        self._connection.execute(mine.values(secret=box))

    def note_used(self, account_id: int, method: str, now: datetime) -> None:
        """Remember when a method was last proved."""
        rows = self._tables.credentials
        mine = update(rows).where(rows.c.account_id == account_id, rows.c.method == method)
        self._connection.execute(mine.values(last_used_at=to_db(now)))

    def revoke(self, account_id: int, method: str, now: datetime) -> int:
        """Take one kind of factor away; the rows stay as history. How many there were."""
        rows = self._tables.credentials
        live = (rows.c.account_id == account_id, rows.c.revoked_at.is_(None))
        mine = update(rows).where(*live, rows.c.method == method)
        return self._changed(mine.values(revoked_at=to_db(now)))

    def revoke_all(self, account_id: int, now: datetime) -> int:
        """Take every factor away; the rows stay as history. How many there were."""
        rows = self._tables.credentials
        mine = update(rows).where(rows.c.account_id == account_id, rows.c.revoked_at.is_(None))
        return self._changed(mine.values(revoked_at=to_db(now)))

    def _out_of_the_box(self, box: bytes | None, account_id: int, method: str) -> dict[str, Any]:
        if not box:
            return {"secret": b""}
        secret = self._opened(box, place(account_id, method), account_id)
        return {"secret": secret, "old_box": None if self._vault.is_newest(box) else box}


def place(account_id: int, method: str) -> Place:
    """Where the secret of a factor lies."""
    return Place("airlock_credentials", f"secret of {method}", account_id)
