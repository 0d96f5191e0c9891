"""How often something happened in a while: four counters a row, each for a third of the window."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Update, bindparam, case, or_, select, update

from ..domain.throttle import Side, Window
from .columns import to_db
from .prepared import prepared
from .promises import promise
from .rows import Store
from .tables import Tables


class Windows(Store):
    """Rows of `airlock_windows`."""

    @promise("No more happens in a while than may.")
    def count(
        self, owner: bytes, account_id: int | None, subject: str, side: Side, window: Window,
        now: datetime, more: int = 1,
    ) -> bool:  # fmt: skip
        """Count so many more, by one conditional statement; False where they do not fit."""
        part, expires_at = window.part_of(now), to_db(now + 2 * window.length)
        counted = {"more": more, "room": window.room_for(more), "its_end": expires_at}
        asked = _of(owner, subject, side) | _parts(part) | counted
        if self._changed(_count(self._tables), asked):
            return True
        key = {"owner": owner, "subject": subject, "side": side.value}
        new = {"account_id": account_id, "part": part, "expires_at": expires_at}
        self._ensure(self._tables.windows, key, new)
        return self._changed(_count(self._tables), asked) == 1

    def refund(
        self, owner: bytes, subject: str, side: Side, window: Window, at: datetime, less: int = 1
    ) -> None:
        """Take back what was counted at that moment and was no failure."""
        counted = {"its_part": window.part_of(at), "less": less}
        self._connection.execute(_refund(self._tables), _of(owner, subject, side) | counted)

    @promise("Some of what was counted is given back, and once in a while.")
    def give_back(
        self, owner: bytes, subject: str, some: int, now: datetime, each: timedelta
    ) -> None:
        """Forget some of the newest, where there are as many, once within the length of `each`."""
        rows, counts = self._tables.windows, counts_of(self._tables)
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
        self._connection.execute(mine.values(dict.fromkeys(counts_of(self._tables), 0)))

    def room_at(
        self, owner: bytes, subject: str, side: Side, window: Window, now: datetime, more: int = 1
    ) -> datetime:
        """When so many more fit: now, or later."""
        row = self._connection.execute(_counted(self._tables), _of(owner, subject, side)).first()
        return window.room_at(row[0], row[1:], now, more) if row else now


def counts_of(tables: Tables) -> tuple[Column[int], ...]:
    """The counters, newest first."""
    columns = tables.windows.c
    return columns.count_0, columns.count_1, columns.count_2, columns.count_3


def _of(owner: bytes, subject: str, side: Side) -> dict[str, Any]:
    return {"of_owner": owner, "of_subject": subject, "of_side": side.value}


def _mine(tables: Tables) -> list[ColumnElement[bool]]:
    rows = tables.windows
    return [rows.c[name] == bindparam(f"of_{name}") for name in ("owner", "subject", "side")]


@prepared
def _counted(tables: Tables) -> Select[Any]:
    return select(tables.windows.c.part, *counts_of(tables)).where(*_mine(tables))


@prepared
def _refund(tables: Tables) -> Update:
    newest, part = counts_of(tables)[0], tables.windows.c.part
    counted = update(tables.windows).where(*_mine(tables), part >= bindparam("its_part"))
    return counted.values({newest: newest - bindparam("less")})


@prepared
def _count(tables: Tables) -> Update:
    rows, counts = tables.windows, counts_of(tables)
    part: ColumnElement[int] = bindparam("part_0")
    more: ColumnElement[int] = bindparam("more")
    kept = _moved(tables)
    # MariaDB reads a column that was set before in the same statement as it is by then: each is
    # set before those that it is made from.
    return (
        update(rows)
        .where(*_mine(tables), sum(kept[1:], kept[0]) <= bindparam("room"))
        .ordered_values(
            (rows.c.expires_at, bindparam("its_end")),
            *((counts[age], kept[age]) for age in (3, 2, 1)),
            (counts[0], kept[0] + more),
            (rows.c.part, case((rows.c.part >= part, rows.c.part), else_=part)),
        )
    )


def _moved(tables: Tables) -> list[ColumnElement[int]]:
    """The counters, newest first, as they stand once `part_0` is the newest part. A clock that
    went back counts into the newest there is."""
    rows, counts = tables.windows, counts_of(tables)
    return [
        case(
            (rows.c.part >= bindparam("part_0"), counts[age]),
            *(
                (rows.c.part == bindparam(f"part_{by}"), counts[age - by])
                for by in range(1, age + 1)
            ),
            else_=0,
        )
        for age in range(len(counts))
    ]


def _parts(part: int) -> dict[str, int]:
    return {f"part_{by}": part - by for by in range(4)}
