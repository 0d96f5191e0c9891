"""Wrong answers in a row, by who they are counted for, subject and side; counted in advance."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, null, or_, select, update

from ..domain.throttle import IN_A_ROW_EVER, Guess, Limit, Limits, Shut, Side, shut_until
from . import counted_answers
from .columns import from_db, to_db
from .prepared import prepared
from .promises import promise
from .rows import Store
from .tables import Tables

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

    def all_shut(self, owner: bytes, side: Side, limits: Limits, now: datetime) -> dict[str, Shut]:
        """The subjects for which nobody is listened to on one side, and until when."""
        wanted = {"of_owner": owner, "of_side": side.value}
        found = {
            row.subject: _shut(row, limits.of(row.subject), now)
            for row in self._connection.execute(_of_side(self._tables), wanted)
        }
        return {subject: shut for subject, shut in found.items() if shut is not None}

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
def _of_side(tables: Tables) -> Select[Any]:
    rows = tables.throttles
    mine = (rows.c.owner == bindparam("of_owner"), rows.c.side == bindparam("of_side"))
    return select(rows.c.subject, rows.c.failures, rows.c.free_at, rows.c.last_at).where(*mine)


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


def _shut(row: Any, limit: Limit, now: datetime) -> Shut | None:
    free_at = from_db(row.free_at) if row.free_at else None
    return shut_until(limit, row.failures, free_at, from_db(row.last_at), now)
