"""Removing what has expired: ids first, then by id, so that every database can and little locks."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select

from .columns import to_db
from .promises import promise
from .rows import Store

# Tables whose rows go when a while has passed since they were over.
SUBJECTS = (
    "sessions", "trusted_browsers", "codes", "setups", "rescue_addresses", "rescues",
    "recovery_codes", "link_tokens", "letters", "windows", "throttles", "events",
)  # fmt: skip
# Since when a row is over; for others it is `expires_at`. Used recovery codes stay as long as their
# set is good.
OVER_AT = {
    "events": "at", "throttles": "last_at", "rescue_addresses": "removed_at",
    "rescues": "closed_at", "recovery_codes": "voided_at",
}  # fmt: skip


class Purge(Store):
    """Rows of ours that have done their work."""

    def count(self, subject: str, before: datetime) -> int:
        """How many rows of a table were over before that time."""
        rows = getattr(self._tables, subject)
        query = select(func.count()).select_from(rows).where(self._over(subject, before))
        return int(self._connection.execute(query).scalar() or 0)

    def some(self, subject: str, before: datetime, after: int, limit: int) -> list[int]:
        """The next ids above `after` of rows that were over before that time."""
        rows = getattr(self._tables, subject)
        over = select(rows.c.id).where(rows.c.id > after, self._over(subject, before))
        return list(self._connection.execute(over.order_by(rows.c.id).limit(limit)).scalars())

    @promise("What has expired is removed once, and nothing that lives again.")
    def remove(self, subject: str, before: datetime, ids: list[int]) -> int:
        """Remove these, as far as they are still over; how many that were."""
        rows = getattr(self._tables, subject)
        # A code's row is used again for the next code: it may be alive by now.
        return self._changed(delete(rows).where(rows.c.id.in_(ids), self._over(subject, before)))

    def _over(self, subject: str, before: datetime) -> ColumnElement[bool]:
        rows: Table = getattr(self._tables, subject)
        over: ColumnElement[bool] = rows.c[OVER_AT.get(subject, "expires_at")] <= to_db(before)
        if subject == "rescue_addresses":
            # One that nobody proved takes the place of another.
            return or_(over, and_(rows.c.proved_at.is_(None), rows.c.created_at <= to_db(before)))
        if subject == "throttles":
            # What is closed of an account stays so; of a name that nobody has, that long.
            return and_(rows.c.account_id.is_(None), over)
        if subject in ("sessions", "trusted_browsers"):
            return or_(over, rows.c.ended_at <= to_db(before))
        return over
