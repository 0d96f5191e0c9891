"""Set-ups that wait for their first good answer, bound to one session of one account."""

from dataclasses import field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, select, update

from ..domain.records import Record
from ..domain.vault import Place
from .columns import to_db
from .promises import promise
from .rows import SealingStore

SETUP_LIFETIME = timedelta(minutes=15)


class Setup(Record):
    """A seed or number that was not confirmed yet."""

    id: int
    account_id: int
    session_id: int
    method: str
    secret: bytes = field(repr=False)


class Setups(SealingStore):
    """Rows of `airlock_setups`."""

    def begin(
        self, account_id: int, session_id: int, method: str, secret: bytes, now: datetime
    ) -> None:
        """Begin one, in place of an unfinished one of the same session and method."""
        self.abandon(session_id, method, now)
        self._connection.execute(
            insert(self._tables.setups).values(
                account_id=account_id,
                session_id=session_id,
                method=method,
                secret=self._vault.seal(secret, place(session_id, method)),
                created_at=to_db(now),
                expires_at=to_db(now + SETUP_LIFETIME),
            )
        )

    def pending(self, account_id: int, session_id: int, method: str, now: datetime) -> Setup | None:
        """The one that waits, of this account and this session."""
        rows = self._tables.setups
        query = select(rows).where(
            rows.c.account_id == account_id,
            rows.c.session_id == session_id,
            rows.c.method == method,
            rows.c.closed_at.is_(None),
            rows.c.expires_at > to_db(now),
        )
        row = self._connection.execute(query.order_by(rows.c.id.desc())).mappings().first()
        if row is None:
            return None
        secret = self._opened(row["secret"], place(session_id, method), account_id)
        return Setup(
            id=row["id"],
            account_id=account_id,
            session_id=session_id,
            method=method,
            secret=secret,
        )

    @promise("A set-up is finished once, and no other after it.")
    def finish(self, setup: Setup, now: datetime) -> bool:
        """Close it as done; True for exactly one caller, and none after another was finished."""
        rows = self._tables.setups
        claim = update(rows).where(
            rows.c.id == setup.id, rows.c.closed_at.is_(None), rows.c.expires_at > to_db(now)
        )
        return self._changed(claim.values(closed_at=to_db(now), secret=b"")) == 1

    def abandon(self, session_id: int, method: str, now: datetime) -> None:
        """Drop what a session left unfinished for a method."""
        rows = self._tables.setups
        mine = (rows.c.session_id == session_id) & (rows.c.method == method)
        self._close(mine, now)

    def void_others(self, account_id: int, now: datetime) -> None:
        """Drop every unfinished set-up of an account."""
        self._close(self._tables.setups.c.account_id == account_id, now)

    def _close(self, which: ColumnElement[bool], now: datetime) -> None:
        rows = self._tables.setups
        drop = update(rows).where(which, rows.c.closed_at.is_(None))
        self._connection.execute(drop.values(closed_at=to_db(now), secret=b""))


def place(session_id: int, method: str) -> Place:
    """Where the secret of a set-up lies."""
    return Place("airlock_setups", f"secret of {method}", session_id)
