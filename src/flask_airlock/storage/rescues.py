"""Rescues that administrators answer for: asked, approved, and then carried out or cancelled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, update

from ..domain.rescue import Rescue, RescueState
from .columns import from_db, to_db
from .prepared import prepared
from .promises import promise
from .rows import Store
from .tables import Tables

OPEN = 1
TIMES = ("asked_at", "approved_at", "due_at", "closed_at")
WORDS = ("first_by", "second_by", "reason", "closed_by")


class Rescues(Store):
    """Rows of `airlock_rescues`: one that is open for an account, and those that are over."""

    def open_of(self, account_id: int) -> Rescue | None:
        """The one that is neither carried out nor cancelled."""
        rows = self._tables.rescues
        mine = (rows.c.account_id == account_id, rows.c.is_open == OPEN)
        row = self._connection.execute(select(rows).where(*mine)).mappings().first()
        return rescue_of(row) if row else None

    def ask(self, account_id: int, now: datetime) -> None:
        """Open one, unless there is one."""
        key = {"account_id": account_id, "is_open": OPEN}
        rest = {"state": RescueState.ASKED.value, "asked_at": to_db(now)}
        self._ensure(self._tables.rescues, key, rest)

    @promise("The first of two administrators approves a rescue once.")
    def approve_first(self, rescue: Rescue, by: str, reason: str, now: datetime) -> bool:
        """Note who approves; another one has to. True for exactly one caller."""
        rows = self._tables.rescues
        asked = self._is(rescue, rows.c.state == RescueState.ASKED.value)
        given = {"first_by": by, "reason": reason, "approved_at": to_db(now)}
        return self._changed(asked.values(state=RescueState.HALF_APPROVED.value, **given)) == 1

    @promise("A rescue is approved once, and by two where there must be two.")
    def approve(
        self, rescue: Rescue, by: str, reason: str, now: datetime, due_at: datetime, *, alone: bool
    ) -> bool:
        """Let it be carried out at that time. True for exactly one caller; where he may not do it
        `alone`, only if somebody else was the first."""
        rows = self._tables.rescues
        asked = rows.c.state == RescueState.ASKED.value
        half = rows.c.state == RescueState.HALF_APPROVED.value
        others = half & (rows.c.first_by != by)
        waits = self._is(rescue, or_(asked, half) if alone else others)
        name = "first_by" if rescue.first_by is None else "second_by"
        given = {name: by, "reason": reason, "approved_at": to_db(now), "due_at": to_db(due_at)}
        return self._changed(waits.values(state=RescueState.APPROVED.value, **given)) == 1

    @promise("A rescue that is due is carried out once, and not after it was cancelled.")
    def claim(self, rescue_id: int, now: datetime) -> bool:
        """True for exactly one caller, if it is still approved and due."""
        rows = self._tables.rescues
        due = update(rows).where(
            rows.c.id == rescue_id,
            rows.c.state == RescueState.APPROVED.value,
            rows.c.due_at <= to_db(now),
        )
        return self._changed(due.values(**self._over(RescueState.DONE, None, now))) == 1

    @promise("A rescue is cancelled once, and not after it was carried out.")
    def cancel(self, account_id: int, by: str, now: datetime) -> bool:
        """Call off the one that is open; True for exactly one caller."""
        rows = self._tables.rescues
        mine = update(rows).where(rows.c.account_id == account_id, rows.c.is_open == OPEN)
        return self._changed(mine.values(**self._over(RescueState.CANCELLED, by, now))) == 1

    def due(self, now: datetime, limit: int) -> list[tuple[int, int]]:
        """The ids of those that are due, with their accounts', the earliest first."""
        found = self._connection.execute(_due(self._tables, limit), {"of_now": to_db(now)})
        return [(row[0], row[1]) for row in found]

    def listed(self, after: int, limit: int, *, with_ended: bool) -> list[tuple[Rescue, Any]]:
        """The next ones with an id above `after`, in order, each with its user's key."""
        rows, accounts = self._tables.rescues, self._tables.accounts
        query = (
            select(rows, accounts.c.user_id)
            .select_from(rows.join(accounts, accounts.c.id == rows.c.account_id))
            .where(rows.c.id > after)
        )
        if not with_ended:
            query = query.where(rows.c.is_open == OPEN)
        found = self._connection.execute(query.order_by(rows.c.id).limit(limit)).mappings()
        return [(rescue_of(row), row["user_id"]) for row in found]

    def _is(self, rescue: Rescue, state: ColumnElement[bool]) -> Any:
        rows = self._tables.rescues
        return update(rows).where(rows.c.id == rescue.id, state)

    def _over(self, state: RescueState, by: str | None, now: datetime) -> dict[str, Any]:
        over = {"state": state.value, "is_open": None, "closed_at": to_db(now)}
        return over | {"closed_by": by}


@prepared
def _due(tables: Tables, limit: int) -> Select[Any]:
    rows = tables.rescues
    due = (rows.c.state == RescueState.APPROVED.value, rows.c.due_at <= bindparam("of_now"))
    query = select(rows.c.id, rows.c.account_id).where(*due)
    return query.order_by(rows.c.due_at, rows.c.id).limit(limit)


def rescue_of(row: Mapping[Any, Any]) -> Rescue:
    """The rescue in a row."""
    cells: dict[str, Any] = {name: row[name] for name in (*WORDS, "id", "account_id")}
    cells |= {name: from_db(row[name]) if row[name] else None for name in TIMES}
    return Rescue(state=RescueState(row["state"]), **cells)
