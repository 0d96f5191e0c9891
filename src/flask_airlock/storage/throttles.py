"""Wrong answers in a row, per account, subject and side; counted before an answer is read."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Update, insert, select, update

from ..domain.throttle import FAILURES_IN_A_ROW, REOPENS_AFTER, Side, reopens
from .columns import to_db
from .rows import Store


class Throttles(Store):
    """Rows of `airlock_throttles`."""

    def count(self, account_id: int, subject: str, side: Side, now: datetime) -> bool:
        """Count a failure in advance; False when the subject is closed for this side."""
        if reopens(subject):
            self._reopen(account_id, subject, side, now)
        raised = self._of(account_id, subject, side).where(
            self._tables.throttles.c.failures < FAILURES_IN_A_ROW
        )
        raised = raised.values(failures=self._tables.throttles.c.failures + 1)
        if self._changed(raised):
            return True
        first = insert(self._tables.throttles).values(
            account_id=account_id, subject=subject, side=side.value, failures=1
        )
        return self._insert_unless_there(first) or self._changed(raised) == 1

    def shut(self, account_id: int, subject: str, side: Side, now: datetime) -> bool:
        """True for exactly one caller, when the last wrong answer closed the subject."""
        rows = self._tables.throttles
        claim = self._of(account_id, subject, side).where(
            rows.c.failures >= FAILURES_IN_A_ROW, rows.c.shut_at.is_(None)
        )
        return self._changed(claim.values(shut_at=to_db(now))) == 1

    def closed(self, account_id: int, side: Side, now: datetime) -> set[str]:
        """The subjects that are closed for one side."""
        rows = self._tables.throttles
        query = select(rows.c.subject, rows.c.shut_at).where(
            rows.c.account_id == account_id,
            rows.c.side == side.value,
            rows.c.failures >= FAILURES_IN_A_ROW,
        )
        return {
            subject
            for subject, shut_at in self._connection.execute(query)
            # One without a time was never told of (a crash): the next try finds it shut, and
            # begins the day after which it opens.
            if not (reopens(subject) and (shut_at is None or shut_at <= to_db(now - REOPENS_AFTER)))
        }

    def _reopen(self, account_id: int, subject: str, side: Side, now: datetime) -> None:
        rows = self._tables.throttles
        due = self._of(account_id, subject, side).where(
            rows.c.failures >= FAILURES_IN_A_ROW, rows.c.shut_at <= to_db(now - REOPENS_AFTER)
        )
        self._connection.execute(due.values(failures=0, shut_at=None))

    def clear(self, account_id: int, sides: Iterable[Side], subject: str | None = None) -> None:
        """Start again from zero, for one subject or for all."""
        rows = self._tables.throttles
        mine = update(rows).where(
            rows.c.account_id == account_id,
            rows.c.side.in_([side.value for side in sides]),
            rows.c.failures > 0,
        )
        if subject is not None:
            mine = mine.where(rows.c.subject == subject)
        self._connection.execute(mine.values(failures=0, shut_at=None))

    def _of(self, account_id: int, subject: str, side: Side) -> Update:
        rows = self._tables.throttles
        return update(rows).where(
            rows.c.account_id == account_id,
            rows.c.subject == subject,
            rows.c.side == side.value,
        )
