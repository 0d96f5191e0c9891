"""Wrong answers in a row, by who they are counted for, subject and side; counted in advance."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Table,
    Update,
    bindparam,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)

from ..domain.throttle import (
    FACTORS,
    IN_A_ROW_EVER,
    Guess,
    Limit,
    Limits,
    Shut,
    Side,
    owner_of_user,
    shut_until,
)
from . import counted_answers
from .columns import from_db, to_db
from .prepared import prepared
from .promises import promise
from .rows import Store, begin_writing
from .tables import Tables
from .windows import counts_of

# What there is to forget of a row whose owner gave a right answer.
STATES = ("shut_at", "free_at", "told_at")


class Throttles(Store):
    """Rows of `airlock_throttles`."""

    @promise("No more answers in a row are looked at than may be wrong.")
    def count(self, guess: Guess, limit: Limit, now: datetime) -> int | None:
        """Count a guess as failed in advance, by one conditional statement; None when nobody is
        listened to now: the subject is closed, or one has to wait. Else how many in a row were
        wrong, with this one.

        The statements are the same whether somebody was ever wrong here or not.
        """
        cells = counted_answers.cells_of(guess, limit, now)
        limits = counted_answers.limits_of(guess, limit, now)
        dialect, variant = self._connection.dialect, (limit, guess.tries)
        if dialect.name in counted_answers.AT_ONCE and dialect.insert_returning:
            at_once = counted_answers.begin_or_count(self._tables, dialect.name, *variant)
            row = self._connection.execute(at_once, cells | limits).first()
            return int(row[0]) if row else None
        key = {name: cells[name] for name in counted_answers.KEY}
        new = {"account_id": guess.account_id, "failures": 0, "last_at": to_db(now)}
        self._ensure(self._tables.throttles, key, new)
        # Not by the names of columns: an UPDATE would set them all.
        its = {f"its_{name}": value for name, value in cells.items()} | limits
        if not self._changed(counted_answers.count(self._tables, *variant), its):
            return None
        query = select(self._tables.throttles.c.failures).where(*self._mine(guess))
        return int(self._connection.execute(query).scalar_one())

    @promise("What was guessed at too often is closed once.")
    def shut(self, guess: Guess, now: datetime, limit: Limit) -> bool:
        """True for exactly one caller, when the last wrong answer closed the subject."""
        rows = self._tables.throttles
        claim = update(rows).where(
            *self._mine(guess), rows.c.failures >= limit.stop, rows.c.shut_at.is_(None)
        )
        return self._changed(claim.values(shut_at=to_db(now))) == 1

    @promise("Wrong answers in a row are told by one letter.")
    def claim_letter(self, guess: Guess, least: int, now: datetime) -> bool:
        """True for exactly one caller, once there are that many in a row."""
        rows = self._tables.throttles
        claim = update(rows).where(
            *self._mine(guess), rows.c.failures >= least, rows.c.told_at.is_(None)
        )
        return self._changed(claim.values(told_at=to_db(now))) == 1

    def all_shut(
        self, owner: bytes, side: Side, limits: Limits, now: datetime
    ) -> tuple[dict[str, Shut], datetime]:
        """The subjects for which nobody is listened to on one side, and until when; and when the
        month's budget has room for a wrong answer: now, or later."""
        wanted = {"of_owner": owner, "of_side": side.value, "of_subject": FACTORS}
        shut, room_at = {}, now
        for is_budget, subject, *cells in self._connection.execute(_of_side(self._tables), wanted):
            if is_budget:
                room_at = limits.factor_budget.room_at(cells[0], cells[1:5], now)
            elif found := _shut(cells, limits.of(subject), now):
                shut[subject] = found
        return shut, room_at

    def hold(self, user_id: Any) -> None:
        """Let whoever counts something for the user wait until this transaction ends.

        For who takes his account after it: all who answer take their counters first.
        """
        begin_writing(self._connection)
        owner = owner_of_user(user_id)
        for rows in (self._tables.throttles, self._tables.windows):
            mine = select(rows.c.id).where(rows.c.owner == owner).order_by(rows.c.id)
            self._connection.execute(mine.with_for_update()).all()

    def clear(self, owner: bytes, sides: Iterable[Side], subject: str | None = None) -> None:
        """Start again from zero, for one subject or for all."""
        names = tuple(side.value for side in sides)
        cleared = _clear(self._tables, names, one=subject is not None)
        which = {} if subject is None else {"of_subject": subject}
        self._connection.execute(cleared, {"of_owner": owner, **which})

    def forgive(
        self, owner: bytes, subjects: Iterable[str], stop: int, now: datetime, each: timedelta
    ) -> None:
        """Start again from zero without a success: once within the length of `each`, and as long
        as no more than IN_A_ROW_EVER can come of it."""
        rows = self._tables.throttles
        mine = update(rows).where(
            rows.c.owner == owner,
            rows.c.subject.in_(list(subjects)),
            rows.c.failures > 0,
            or_(rows.c.forgiven_at.is_(None), rows.c.forgiven_at <= to_db(now - each)),
            rows.c.forgiven + rows.c.failures + stop <= IN_A_ROW_EVER,
        )
        # MariaDB reads a column that was set before in the same statement as it is by then.
        self._connection.execute(
            mine.ordered_values(
                (rows.c.forgiven, rows.c.forgiven + rows.c.failures),
                (rows.c.forgiven_at, to_db(now)),
                (rows.c.failures, 0),
                (rows.c.shut_at, null()),
                (rows.c.free_at, null()),
            )
        )

    def _mine(self, guess: Guess) -> tuple[ColumnElement[bool], ...]:
        rows = self._tables.throttles
        return (
            rows.c.owner == guess.owner,
            rows.c.subject == guess.subject,
            rows.c.side == guess.side.value,
        )


@prepared
def _of_side(tables: Tables) -> CompoundSelect[Any]:
    """Both tables as one, in as many columns as the wider one needs."""
    rows, windows, none = tables.throttles, tables.windows, literal_column("0", Integer)
    in_a_row = (rows.c.failures, none, none, none, none, rows.c.free_at, rows.c.last_at)
    end = windows.c.expires_at
    budget = (windows.c.part, *counts_of(tables), end, end)
    return union_all(
        select(none, rows.c.subject, *in_a_row).where(*_of_owner(rows)),
        select(literal_column("1", Integer), windows.c.subject, *budget).where(
            *_of_owner(windows), windows.c.subject == bindparam("of_subject")
        ),
    )


def _of_owner(rows: Table) -> tuple[ColumnElement[bool], ...]:
    return rows.c.owner == bindparam("of_owner"), rows.c.side == bindparam("of_side")


@prepared
def _clear(tables: Tables, sides: tuple[str, ...], *, one: bool) -> Update:
    rows = tables.throttles
    mine = update(rows).where(
        rows.c.owner == bindparam("of_owner"),
        or_(*(rows.c.side == side for side in sides)),
        or_(rows.c.failures > 0, rows.c.forgiven > 0),
    )
    if one:
        mine = mine.where(rows.c.subject == bindparam("of_subject"))
    return mine.values(failures=0, forgiven=0, **dict.fromkeys(STATES))


def _shut(cells: Sequence[Any], limit: Limit, now: datetime) -> Shut | None:
    failures, *_, free_at, last_at = cells
    return shut_until(limit, failures, from_db(free_at) if free_at else None, from_db(last_at), now)
