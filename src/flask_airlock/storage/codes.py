"""One-time codes in flight: keyed digests; counting and spending are one UPDATE each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, select, update

from ..domain.one_time_codes import TRIES_PER_CODE, CodeBinding, CodeState
from .columns import from_db, to_db
from .promises import promise
from .rows import Store


class Codes(Store):
    """Rows of `airlock_codes`: one per session, method and purpose."""

    @promise("One code is in flight for a session, method and purpose.")
    def put(
        self, binding: CodeBinding, digest: bytes, expires_at: datetime, letter_id: int,
        credential_id: int | None = None,
    ) -> None:  # fmt: skip
        """Keep a new code in place of the older one; the count of wrong tries goes on.

        `credential_id` is the factor that it was sent to, of several of a kind.
        """
        values: dict[str, Any] = {
            "digest": digest,
            "expires_at": to_db(expires_at),
            "letter_id": letter_id,
            "credential_id": credential_id,
            "used_at": None,
        }
        replace = update(self._tables.codes).where(self._is(binding)).values(**values)
        if self._changed(replace):
            return
        key = {
            "account_id": binding.account_id,
            "session_id": binding.session_id,
            "method": binding.method,
            "purpose": binding.purpose.value,
        }
        added = insert(self._tables.codes).values(tries=0, **key, **values)
        if not self._unless_there(added):
            self._changed(replace)

    def state(self, binding: CodeBinding) -> CodeState | None:
        """The code in flight, unless it was spent."""
        rows = self._tables.codes
        query = select(rows).where(self._is(binding), rows.c.used_at.is_(None))
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        return CodeState(
            from_db(row["expires_at"]), row["tries"], row["letter_id"], row["credential_id"]
        )

    def void(self, account_id: int, method: str, now: datetime) -> None:
        """Make the codes of a method that are in flight for an account worthless."""
        rows = self._tables.codes
        mine = (rows.c.account_id == account_id, rows.c.method == method, rows.c.used_at.is_(None))
        self._connection.execute(update(rows).where(*mine).values(used_at=to_db(now)))

    def exists(self, binding: CodeBinding) -> bool:
        """Whether a code was ever sent for this, spent or not."""
        query = select(self._tables.codes.c.id).where(self._is(binding))
        return self._connection.execute(query).first() is not None

    @promise("Five tries at a code are looked at.")
    def count_try(self, binding: CodeBinding) -> bool:
        """Count a try before its answer is looked at; False when none is left."""
        rows = self._tables.codes
        claim = update(rows).where(self._is(binding), rows.c.tries < TRIES_PER_CODE)
        return self._changed(claim.values(tries=rows.c.tries + 1)) == 1

    @promise("A code works once.")
    def spend(self, binding: CodeBinding, digests: Sequence[bytes], now: datetime) -> bool:
        """True for exactly one caller, if one of `digests` is the live code's. Who was right begins
        with all his tries, should he ask for another code in the same session."""
        rows = self._tables.codes
        claim = update(rows).where(
            self._is(binding),
            rows.c.digest.in_(digests),
            rows.c.used_at.is_(None),
            rows.c.expires_at > to_db(now),
        )
        return self._changed(claim.values(used_at=to_db(now), tries=0)) == 1

    def was_spent(self, binding: CodeBinding, digests: Sequence[bytes], since: datetime) -> bool:
        """Whether one of `digests` was the code that was spent since then."""
        rows = self._tables.codes
        spent = (rows.c.digest.in_(digests), rows.c.used_at >= to_db(since))
        query = select(rows.c.id).where(self._is(binding), *spent)
        return self._connection.execute(query).first() is not None

    def _is(self, binding: CodeBinding) -> ColumnElement[bool]:
        rows = self._tables.codes
        return and_(
            rows.c.session_id == binding.session_id,
            rows.c.method == binding.method,
            rows.c.purpose == binding.purpose.value,
            rows.c.account_id == binding.account_id,
        )
