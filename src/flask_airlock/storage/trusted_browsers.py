"""Browsers that people trust: rows that hold digests of tokens, never a token."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update

from ..domain.trust import Ending, Token, TrustedBrowser
from .columns import from_db, to_db
from .promises import promise
from .rows import Store
from .tables import Tables

COLUMNS = (
    "id", "account_id", "name", "agent", "address", "uses", "series", "digest", "previous_digest",
    "bound_to", "created_at", "last_used_at", "expires_at",
)  # fmt: skip


class TrustedBrowsers(Store):
    """Rows of `airlock_trusted_browsers`."""

    def add(self, browser: TrustedBrowser) -> None:
        """Trust a browser from now on (its `id` is not used)."""
        self._connection.execute(
            insert(self._tables.trusted_browsers).values(
                account_id=browser.account_id,
                series=browser.series,
                digest=browser.digest,
                bound_to=browser.bound_to,
                name=browser.name,
                agent=browser.agent[:255],
                address=browser.address[:64],
                uses=browser.uses,
                created_at=to_db(browser.created_at),
                last_used_at=to_db(browser.last_used_at),
                expires_at=to_db(browser.expires_at),
            )
        )

    def of_series(self, account_id: int, series: bytes, now: datetime) -> TrustedBrowser | None:
        """The account's browser with this series, if it is trusted still."""
        rows = self._tables.trusted_browsers
        wanted = (rows.c.series == series, *_alive(self._tables, account_id, now))
        row = self._connection.execute(select(rows).where(*wanted)).first()
        return _browser_of(row) if row else None

    def of_account(self, account_id: int, now: datetime) -> list[TrustedBrowser]:
        """All that are trusted, the one used last first."""
        rows = self._tables.trusted_browsers
        query = select(rows).where(*_alive(self._tables, account_id, now))
        newest = query.order_by(rows.c.last_used_at.desc(), rows.c.id.desc())
        return [_browser_of(row) for row in self._connection.execute(newest)]

    @promise("A trusted browser's token is changed once for each time that it is shown.")
    def rotate(self, browser: TrustedBrowser, shown: Token, new: Token, now: datetime) -> bool:
        """Put a new token in the place of the one that was shown, which stays good until the new
        one is shown. True for exactly one caller, and only while the token is good."""
        rows = self._tables.trusted_browsers
        good = or_(rows.c.digest == shown.digest, rows.c.previous_digest == shown.digest)
        same = (rows.c.id == browser.id, rows.c.uses == browser.uses, good)
        claim = update(rows).where(*same, *_alive(self._tables, browser.account_id, now))
        rotated = {
            "digest": new.digest,
            "previous_digest": shown.digest,
            "uses": browser.uses + 1,
            "last_used_at": to_db(now),
        }
        return self._changed(claim.values(**rotated)) == 1

    @promise("A trusted browser is trusted no longer, once.")
    def end(self, account_id: int, browser_id: int, reason: Ending, now: datetime) -> bool:
        """Trust one no longer; True for exactly one caller, False for one that is not his."""
        rows = self._tables.trusted_browsers
        mine = update(rows).where(rows.c.id == browser_id, *_alive(self._tables, account_id, now))
        return self._changed(mine.values(**_ended(reason, now))) == 1

    def end_all(self, account_id: int, reason: Ending, now: datetime) -> int:
        """Trust none of an account's any longer; how many were trusted."""
        rows = self._tables.trusted_browsers
        mine = update(rows).where(*_alive(self._tables, account_id, now))
        return self._changed(mine.values(**_ended(reason, now)))

    def is_of(self, browser_id: int, account_id: int) -> bool:
        """Whether the account trusts, or trusted, the browser of this number."""
        return self._has(self._tables.trusted_browsers, browser_id, account_id)

    def rename(self, account_id: int, browser_id: int, name: str, now: datetime) -> bool:
        """Call a browser that; False for one that is not his, or trusted no longer."""
        rows = self._tables.trusted_browsers
        mine = update(rows).where(rows.c.id == browser_id, *_alive(self._tables, account_id, now))
        return self._changed(mine.values(name=name)) == 1


def _alive(tables: Tables, account_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    rows = tables.trusted_browsers
    return (
        rows.c.account_id == account_id,
        rows.c.ended_at.is_(None),
        rows.c.expires_at > to_db(now),
    )


def _ended(reason: Ending, now: datetime) -> dict[str, Any]:
    return {"ended_at": to_db(now), "reason": reason.value}


def _browser_of(row: Row[Any]) -> TrustedBrowser:
    cells = {name: row._mapping[name] for name in COLUMNS}
    for name in ("created_at", "last_used_at", "expires_at"):
        cells[name] = from_db(cells[name])
    return TrustedBrowser(**cells)


def end_trust(
    connection: Connection, tables: Tables, user_id: Any, reason: Ending, now: datetime
) -> None:
    """Trust no browser of a user any longer, and end the sessions that lean on one."""
    accounts, rows, sessions = tables.accounts, tables.trusted_browsers, tables.sessions
    mine = select(accounts.c.id).where(accounts.c.user_id == user_id).scalar_subquery()
    trusted = update(rows).where(rows.c.account_id == mine, rows.c.ended_at.is_(None))
    connection.execute(trusted.values(**_ended(reason, now)))
    leaning = (sessions.c.account_id == mine, sessions.c.trust_id.is_not(None))
    alive = update(sessions).where(*leaning, sessions.c.ended_at.is_(None))
    connection.execute(alive.values(ended_at=to_db(now)))
