"""Tokens that were mailed as links: digests, one purpose, one account, once."""

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from ..domain.link_tokens import LIFETIMES, LinkPurpose
from .columns import to_db
from .rows import Store


class LinkTokens(Store):
    """Rows of `airlock_link_tokens`."""

    def add(self, account_id: int, digest: bytes, purpose: LinkPurpose, now: datetime) -> None:
        """Keep the digest of a token that is about to be mailed."""
        values = {"account_id": account_id, "digest": digest, "purpose": purpose.value}
        expires_at = to_db(now + LIFETIMES[purpose])
        self._connection.execute(
            insert(self._tables.link_tokens).values(expires_at=expires_at, **values)
        )

    def is_good(self, account_id: int, digest: bytes, purpose: LinkPurpose, now: datetime) -> bool:
        """Whether the token could be spent now; spends nothing."""
        rows = self._tables.link_tokens
        query = select(rows.c.id).where(*self._good(account_id, digest, purpose, now))
        return self._connection.execute(query).first() is not None

    def spend(self, account_id: int, digest: bytes, purpose: LinkPurpose, now: datetime) -> bool:
        """True for exactly one caller."""
        rows = self._tables.link_tokens
        claim = update(rows).where(*self._good(account_id, digest, purpose, now))
        return self._changed(claim.values(used_at=to_db(now))) == 1

    def void(self, account_id: int, purpose: LinkPurpose, now: datetime) -> None:
        """Make every live token of that purpose worthless."""
        rows = self._tables.link_tokens
        live = update(rows).where(
            rows.c.account_id == account_id,
            rows.c.purpose == purpose.value,
            rows.c.used_at.is_(None),
        )
        self._connection.execute(live.values(used_at=to_db(now)))

    def _good(
        self, account_id: int, digest: bytes, purpose: LinkPurpose, now: datetime
    ) -> tuple[ColumnElement[bool], ...]:
        rows = self._tables.link_tokens
        return (
            rows.c.account_id == account_id,
            rows.c.digest == digest,
            rows.c.purpose == purpose.value,
            rows.c.used_at.is_(None),
            rows.c.expires_at > to_db(now),
        )
