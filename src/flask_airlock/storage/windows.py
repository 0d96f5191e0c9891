"""How often something happened in a while: four counters a row, each for a third of the window."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, case, or_, select, update

from ..domain.throttle import Side, Window
from .columns import to_db
from .rows import Store


class Windows(Store):
    """Rows of `airlock_windows`."""

    def count(
        self, owner: bytes, account_id: int | None, subject: str, side: Side, window: Window,
        now: datetime,
    ) -> bool:  # fmt: skip
        """Count one more, by one conditional statement; False where the window is full."""
        rows, counts = self._tables.windows, self._counts()
        part, expires_at = window.part_of(now), to_db(now + 2 * window.length)
        kept = self._moved_to(part)
        # MariaDB reads a column that was set before in the same statement as it is by then: each
        # is set before those that it is made from.
        more = (
            update(rows)
            .where(*self._mine(owner, subject, side), sum(kept[1:], kept[0]) < window.most)
            .ordered_values(
                (rows.c.expires_at, expires_at),
                *((counts[age], kept[age]) for age in (3, 2, 1)),
                (counts[0], kept[0] + 1),
                (rows.c.part, case((rows.c.part >= part, rows.c.part), else_=part)),
            )
        )
        if self._changed(more):
            return True
        key = {"owner": owner, "subject": subject, "side": side.value}
        self._ensure(rows, key, {"account_id": account_id, "part": part, "expires_at": expires_at})
        return self._changed(more) == 1

    def _moved_to(self, part: int) -> list[ColumnElement[int]]:
        """The counters, newest first, as they stand once `part` is the newest. A clock that went
        back counts into the newest there is."""
        rows, counts = self._tables.windows, self._counts()
        return [
            case(
                (rows.c.part >= part, counts[age]),
                *((rows.c.part == part - by, counts[age - by]) for by in range(1, age + 1)),
                else_=0,
            )
            for age in range(len(counts))
        ]

    def refund(self, owner: bytes, subject: str, side: Side, window: Window, at: datetime) -> None:
        """Take back what was counted at that moment and was no failure."""
        rows = self._tables.windows
        newest = self._counts()[0]
        counted = update(rows).where(
            *self._mine(owner, subject, side), rows.c.part == window.part_of(at), newest > 0
        )
        self._connection.execute(counted.values({newest: newest - 1}))

    def free(
        self, owner: bytes, subject: str, sides: Iterable[Side], now: datetime, each: timedelta
    ) -> bool:
        """Forget everything, unless that was done before within the length of `each`."""
        rows = self._tables.windows
        freed = update(rows).where(
            rows.c.owner == owner,
            rows.c.subject == subject,
            rows.c.side.in_([side.value for side in sides]),
            sum(self._counts()[1:], self._counts()[0]) > 0,
            or_(rows.c.freed_at.is_(None), rows.c.freed_at <= to_db(now - each)),
        )
        nothing = dict.fromkeys(self._counts(), 0)
        return self._changed(freed.values({rows.c.freed_at: to_db(now), **nothing})) > 0

    def room_at(
        self, owner: bytes, subject: str, side: Side, window: Window, now: datetime
    ) -> datetime:
        """When one more fits: now, or later."""
        rows = self._tables.windows
        query = select(rows.c.part, *self._counts()).where(*self._mine(owner, subject, side))
        row = self._connection.execute(query).first()
        return window.room_at(row[0], row[1:], now) if row else now

    def _counts(self) -> tuple[Column[int], ...]:
        columns = self._tables.windows.c
        return columns.count_0, columns.count_1, columns.count_2, columns.count_3

    def _mine(self, owner: bytes, subject: str, side: Side) -> tuple[ColumnElement[bool], ...]:
        rows = self._tables.windows
        return rows.c.owner == owner, rows.c.subject == subject, rows.c.side == side.value
