"""Wrong answers in a row, by who they are counted for, subject and side; counted in advance."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, literal, null, or_, select, update

from ..domain.throttle import IN_A_ROW_EVER, Guess, Limit, Limits, Shut, Side, shut_until
from .columns import from_db, to_db
from .promises import promise
from .rows import Store

# What there is to forget of a row whose owner gave a right answer.
STATES = ("shut_at", "free_at", "told_at")


class Throttles(Store):
    """Rows of `airlock_throttles`."""

    @promise("No more answers in a row are looked at than may be wrong.")
    def count(self, guess: Guess, limit: Limit, now: datetime, *, evenly: bool = False) -> bool:
        """Count a guess as failed in advance, by one conditional statement; False when nobody is
        listened to now: the subject is closed, or one has to wait.

        `evenly` for the same statements whether somebody was ever wrong here or not.
        """
        rows = self._tables.throttles
        may_try = rows.c.failures < limit.stop
        after = may_try
        if limit.reopens_after is not None:
            after = or_(may_try, rows.c.last_at <= to_db(now - limit.reopens_after))
        no_wait = or_(rows.c.free_at.is_(None), rows.c.free_at <= to_db(now))
        # MariaDB reads a column that was set before in the same statement as it is by then.
        raised = (
            update(rows)
            .where(*self._mine(guess), after, no_wait)
            .ordered_values(
                (rows.c.free_at, self._next_wait(guess, limit, now)),
                (rows.c.shut_at, null()),
                (rows.c.last_at, to_db(now)),
                (
                    rows.c.failures,
                    case((may_try, rows.c.failures + guess.tries), else_=guess.tries),
                ),
            )
        )
        if not evenly and self._changed(raised):
            return True
        self._ensure(
            rows,
            {"owner": guess.owner, "subject": guess.subject, "side": guess.side.value},
            {"account_id": guess.account_id, "failures": 0, "last_at": to_db(now)},
        )
        return self._changed(raised) == 1

    def _next_wait(self, guess: Guess, limit: Limit, now: datetime) -> ColumnElement[Any]:
        failures, moment = self._tables.throttles.c.failures, self._tables.throttles.c.free_at.type

        def ends(wait: timedelta) -> ColumnElement[Any]:
            return literal(to_db(now + wait) if wait else None, moment)

        steps = limit.waits(guess.tries)
        return case(
            # What opens again begins from zero.
            (failures >= limit.stop, ends(limit.wait_after(guess.tries))),
            *((failures >= least, ends(wait)) for least, wait in reversed(steps)),
            else_=null(),
        )

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

    def failures(self, guess: Guess) -> int:
        """How many answers in a row were wrong, with those that are being looked at."""
        query = select(self._tables.throttles.c.failures).where(*self._mine(guess))
        return self._connection.execute(query).scalar() or 0

    def all_shut(self, owner: bytes, side: Side, limits: Limits, now: datetime) -> dict[str, Shut]:
        """The subjects for which nobody is listened to on one side, and until when."""
        rows = self._tables.throttles
        query = select(rows.c.subject, rows.c.failures, rows.c.free_at, rows.c.last_at).where(
            rows.c.owner == owner, rows.c.side == side.value
        )
        found = {
            row.subject: _shut(row, limits.of(row.subject), now)
            for row in self._connection.execute(query)
        }
        return {subject: shut for subject, shut in found.items() if shut is not None}

    def clear(self, owner: bytes, sides: Iterable[Side], subject: str | None = None) -> None:
        """Start again from zero, for one subject or for all."""
        rows = self._tables.throttles
        mine = update(rows).where(
            rows.c.owner == owner,
            rows.c.side.in_([side.value for side in sides]),
            or_(rows.c.failures > 0, rows.c.forgiven > 0),
        )
        if subject is not None:
            mine = mine.where(rows.c.subject == subject)
        self._connection.execute(mine.values(failures=0, forgiven=0, **dict.fromkeys(STATES)))

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


def _shut(row: Any, limit: Limit, now: datetime) -> Shut | None:
    free_at = from_db(row.free_at) if row.free_at else None
    return shut_until(limit, row.failures, free_at, from_db(row.last_at), now)
