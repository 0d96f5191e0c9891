"""Tokens that were mailed as links: digests, one purpose, one account, once."""

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from ..domain.accounts import Account
from ..domain.link_tokens import (
    HOUR,
    LIFETIMES,
    MOST_LIVE,
    SURVIVE_A_NEW_PASSWORD,
    LinkPurpose,
    Sent,
)
from ..domain.records import Record
from ..domain.vault import Place
from .accounts import account_columns, account_of
from .columns import from_db, to_db
from .promises import promise
from .rows import SealingStore
from .tables import Tables


class Link(Record):
    """A link that could be spent now: whose it is, where it was mailed to, and what it carries."""

    account: Account
    digest: bytes = field(repr=False)
    purpose: LinkPurpose
    address: bytes = field(repr=False)
    carries: str = field(repr=False)
    created_at: datetime


class LinkTokens(SealingStore):
    """Rows of `airlock_link_tokens`."""

    def add(
        self,
        account_id: int | None,
        digest: bytes,
        purpose: LinkPurpose,
        now: datetime,
        *,
        address: bytes,
        carries: str = "",
        is_sent: bool = True,
        is_live: bool = True,
    ) -> None:
        """Keep the digest of a token that is about to be mailed, and what it carries, sealed.

        `address` is the keyed digest of the address that it is mailed to: it is good for no other.
        One that is not live, or not even sent, is the same row, and opens nothing.
        """
        self._connection.execute(
            insert(self._tables.link_tokens).values(
                account_id=account_id,
                digest=digest,
                purpose=purpose.value,
                address=address,
                payload=self._vault.seal(carries.encode(), place(digest)) if carries else None,
                sent=int(is_sent),
                created_at=to_db(now),
                expires_at=to_db(now + LIFETIMES[purpose]),
                used_at=None if is_live else to_db(now),
            )
        )

    def sent(self, account_id: int | None, purpose: LinkPurpose, now: datetime) -> list[Sent]:
        """The letters of that purpose whose links live, and those of the last hour; newest first.

        The statement is the same one for nobody's account.
        """
        rows = self._tables.link_tokens
        live = rows.c.used_at.is_(None) & (rows.c.expires_at > to_db(now))
        query = select(rows.c.created_at, rows.c.used_at, rows.c.expires_at).where(
            *_of(rows, account_id, purpose),
            rows.c.sent == 1,
            or_(live, rows.c.created_at > to_db(now - HOUR)),
        )
        found = self._connection.execute(query.order_by(rows.c.id.desc()).limit(4 * MOST_LIVE))
        return [
            Sent(from_db(at), used_at is None and from_db(expires_at) > now)
            for at, used_at, expires_at in found
        ]

    def void_until(
        self, account_id: int | None, purpose: LinkPurpose, until: datetime | None, now: datetime
    ) -> None:
        """Make those worthless that were made until then; none where there is no such time."""
        rows = self._tables.link_tokens
        old = update(rows).where(
            *_of(rows, account_id, purpose),
            rows.c.used_at.is_(None),
            rows.c.created_at
            <= bindparam("until", to_db(until) if until else None, rows.c.created_at.type),
        )
        self._connection.execute(old.values(used_at=to_db(now)))

    def find(self, digest: bytes, purpose: LinkPurpose, now: datetime) -> Link | None:
        """The link that could be spent now; spends nothing."""
        rows, accounts = self._tables.link_tokens, self._tables.accounts
        query: Select[Any] = (
            select(
                *account_columns(self._tables),
                rows.c.address,
                rows.c.payload,
                rows.c.created_at.label("made_at"),
            )
            .select_from(rows.join(accounts, accounts.c.id == rows.c.account_id))
            .where(*self._good(digest, purpose, now))
        )
        row = self._connection.execute(query).first()
        if row is None:
            return None
        cells = row._mapping
        sealed = cells["payload"]
        account = account_of(row)
        carries = self._opened(sealed, place(digest), account.id).decode() if sealed else ""
        return Link(
            account=account,
            digest=digest,
            purpose=purpose,
            address=cells["address"],
            carries=carries,
            created_at=from_db(cells["made_at"]),
        )

    def has_live(self, account_id: int, purpose: LinkPurpose, now: datetime) -> bool:
        """Whether a link of that purpose could still be used."""
        rows = self._tables.link_tokens
        live = (rows.c.used_at.is_(None), rows.c.expires_at > to_db(now))
        query = select(rows.c.id).where(*_of(rows, account_id, purpose), *live).limit(1)
        return self._connection.execute(query).first() is not None

    @promise("A link is used once.")
    def spend(self, account_id: int, digest: bytes, purpose: LinkPurpose, now: datetime) -> bool:
        """True for exactly one caller."""
        rows = self._tables.link_tokens
        mine = (rows.c.account_id == account_id, *self._good(digest, purpose, now))
        return self._changed(update(rows).where(*mine).values(used_at=to_db(now))) == 1

    def void(self, account_id: int, purpose: LinkPurpose, now: datetime) -> None:
        """Make every live token of that purpose worthless."""
        rows = self._tables.link_tokens
        self._void(account_id, rows.c.purpose == purpose.value, now)

    def void_all(self, account_id: int, now: datetime) -> None:
        """Make every live link of an account worthless, but those that survive a new password."""
        kept = [purpose.value for purpose in SURVIVE_A_NEW_PASSWORD]
        self._void(account_id, self._tables.link_tokens.c.purpose.not_in(kept), now)

    def void_since(
        self, account_id: int, purpose: LinkPurpose, since: datetime, now: datetime
    ) -> None:
        """Make those of that purpose worthless that were made then or later."""
        rows = self._tables.link_tokens
        newer = (rows.c.purpose == purpose.value) & (rows.c.created_at >= to_db(since))
        self._void(account_id, newer, now)

    def is_reserved(self, digests: list[bytes], but_for: int | None, now: datetime) -> bool:
        """Whether somebody else may still take this address back (its keyed digests)."""
        rows = self._tables.link_tokens
        others = rows.c.account_id != bindparam("but_for", but_for or 0)
        held = select(rows.c.id).where(
            rows.c.address.in_(digests),
            rows.c.purpose == LinkPurpose.UNDO_EMAIL.value,
            rows.c.used_at.is_(None),
            rows.c.expires_at > to_db(now),
            others,
        )
        return self._connection.execute(held.limit(1)).first() is not None

    def _void(self, account_id: int, which: ColumnElement[bool], now: datetime) -> None:
        rows = self._tables.link_tokens
        live = update(rows).where(rows.c.account_id == account_id, which, rows.c.used_at.is_(None))
        self._connection.execute(live.values(used_at=to_db(now)))

    def _good(
        self, digest: bytes, purpose: LinkPurpose, now: datetime
    ) -> tuple[ColumnElement[bool], ...]:
        rows = self._tables.link_tokens
        return (
            rows.c.digest == digest,
            rows.c.purpose == purpose.value,
            rows.c.used_at.is_(None),
            rows.c.expires_at > to_db(now),
        )


def _of(rows: Table, account_id: int | None, purpose: LinkPurpose) -> tuple[Any, ...]:
    # Bound, not written out: nobody's account gets the same statement as somebody's.
    return (
        rows.c.account_id == bindparam("of", account_id, rows.c.account_id.type),
        rows.c.purpose == purpose.value,
    )


def place(digest: bytes) -> Place:
    """Where lies what a link carries."""
    return Place("airlock_link_tokens", "payload", digest.hex())


def void_links(
    connection: Connection, tables: Tables, user_id: Any, now: datetime, *, survivors: bool
) -> None:
    """Make live links worthless; with `survivors` not those that outlive a new password."""
    rows, accounts = tables.link_tokens, tables.accounts
    mine = select(accounts.c.id).where(accounts.c.user_id == user_id).scalar_subquery()
    live = update(rows).where(rows.c.account_id == mine, rows.c.used_at.is_(None))
    if survivors:
        kept = [purpose.value for purpose in SURVIVE_A_NEW_PASSWORD]
        live = live.where(rows.c.purpose.not_in(kept))
    connection.execute(live.values(used_at=to_db(now)))
