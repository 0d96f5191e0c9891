"""How often something happened in a while: four counters a row, each for a third of the window."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, case, or_, select, update

from ..domain.throttle import Side, Window
from .columns import to_db
from .promises import promise
from .rows import Store


class Windows(Store):
    """Rows of `airlock_windows`."""

    @promise("No more happens in a while than may.")
    def count(
        self, owner: bytes, account_id: int | None, subject: str, side: Side, window: Window,
        now: datetime, more: int = 1,
    ) -> bool:  # fmt: skip
        """Count so many more, by one conditional statement; False where they do not fit."""
        rows, counts = self._tables.windows, self._counts()
        part, expires_at = window.part_of(now), to_db(now + 2 * window.length)
        kept = self._moved_to(part)
        # MariaDB reads a column that was set before in the same statement as it is by then: each
        # is set before those that it is made from.
        counted = (
            update(rows)
            .where(
                *self._mine(owner, subject, side),
                sum(kept[1:], kept[0]) <= window.room_for(more),
            )
            .ordered_values(
                (rows.c.expires_at, expires_at),
                *((counts[age], kept[age]) for age in (3, 2, 1)),
                (counts[0], kept[0] + more),
                (rows.c.part, case((rows.c.part >= part, rows.c.part), else_=part)),
            )
        )
        if self._changed(counted):
            return True
        key = {"owner": owner, "subject": subject, "side": side.value}
        self._ensure(rows, key, {"account_id": account_id, "part": part, "expires_at": expires_at})
        return self._changed(counted) == 1

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

    def refund(
        self, owner: bytes, subject: str, side: Side, window: Window, at: datetime, less: int = 1
    ) -> None:
        """Take back what was counted at that moment and was no failure."""
        rows = self._tables.windows
        newest = self._counts()[0]
        counted = update(rows).where(
            *self._mine(owner, subject, side), rows.c.part >= window.part_of(at)
        )
        self._connection.execute(counted.values({newest: newest - less}))

    @promise("Some of what was counted is given back, and once in a while.")
    def give_back(
        self, owner: bytes, subject: str, some: int, now: datetime, each: timedelta
    ) -> None:
        """Forget some of the newest, where there are as many, once within the length of `each`."""
        rows, counts = self._tables.windows, self._counts()
        given = update(rows).where(
            rows.c.owner == owner,
            rows.c.subject == subject,
            sum(counts[1:], counts[0]) >= some,
            or_(rows.c.given_back_at.is_(None), rows.c.given_back_at <= to_db(now - each)),
        )
        self._connection.execute(given.values(count_0=counts[0] - some, given_back_at=to_db(now)))

    def forget(self, owner: bytes, sides: Iterable[Side]) -> None:
        """Start again from zero, whatever was counted."""
        rows = self._tables.windows
        mine = update(rows).where(
            rows.c.owner == owner, rows.c.side.in_([side.value for side in sides])
        )
        self._connection.execute(mine.values(dict.fromkeys(self._counts(), 0)))

    def room_at(
        self, owner: bytes, subject: str, side: Side, window: Window, now: datetime, more: int = 1
    ) -> datetime:
        """When so many more fit: now, or later."""
        rows = self._tables.windows
        query = select(rows.c.part, *self._counts()).where(*self._mine(owner, subject, side))
        row = self._connection.execute(query).first()
        return window.room_at(row[0], row[1:], now, more) if row else now

    def _counts(self) -> tuple[Column[int], ...]:
        columns = self._tables.windows.c
        return columns.count_0, columns.count_1, columns.count_2, columns.count_3

    def _mine(self, owner: bytes, subject: str, side: Side) -> tuple[ColumnElement[bool], ...]:
        rows = self._tables.windows
        return rows.c.owner == owner, rows.c.subject == subject, rows.c.side == side.value
