"""Enrolled factors. Secrets are sealed on the way in and opened on the way out."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, case, insert, select, true, update

from ..domain.directory import MethodLine
from ..domain.factor_names import name_key
from ..domain.records import Record
from ..domain.vault import Place
from .columns import from_db, to_db
from .prepared import prepared
from .promises import promise
from .rows import SealingStore
from .tables import Tables


class Credential(Record):
    """A factor that was proved once. `secret` is a seed or a number; empty where none is kept.

    `old_box` is what it came in, where an older key had sealed it.
    """

    id: int
    account_id: int
    method: str
    name: str | None
    last_step: int
    secret: bytes = field(repr=False)
    old_box: bytes | None = field(default=None, repr=False)


class KeptFactor(Record):
    """A live factor as it lies there, sealed."""

    id: int
    account_id: int
    method: str
    name: str | None
    last_step: int
    preferred_at: datetime | None
    box: bytes | None = field(repr=False)


class Credentials(SealingStore):
    """Rows of `airlock_credentials`."""

    def methods(self, account_id: int) -> list[str]:
        """The methods that an account has, oldest first; nothing is opened."""
        return list(self.counts(account_id))

    def counts(self, account_id: int) -> dict[str, int]:
        """The same, with how many there are of each."""
        found = self._connection.execute(_methods(self._tables), {"of_account": account_id})
        return Counter(found.scalars())

    def ids(self, account_id: int) -> list[int]:
        """The numbers of an account's live factors."""
        rows = self._tables.credentials
        mine = (rows.c.account_id == account_id, rows.c.revoked_at.is_(None))
        return list(self._connection.execute(select(rows.c.id).where(*mine)).scalars())

    def of_method(self, account_id: int, method: str) -> list[Credential]:
        """The live factors of one kind, opened: the preferred one first, then newest first."""
        found = self._connection.execute(_live(self._tables), {"of_account": account_id})
        return self.opened(factors_of(found.all()), method)

    def opened(self, kept: Iterable[KeptFactor], method: str) -> list[Credential]:
        """Those of one kind of what was read before, opened, in the same order."""
        return [
            Credential(
                id=one.id,
                account_id=one.account_id,
                method=method,
                name=one.name,
                last_step=one.last_step,
                **self._out_of_the_box(one.box, one.account_id, method),
            )
            for one in sorted(kept, key=_rank)
            if one.method == method
        ]

    def first_of(self, account_id: int, method: str) -> int | None:
        """The number of the one that is asked first, of those of one kind; nothing is opened."""
        rows = self._tables.credentials
        mine = (rows.c.account_id == account_id, rows.c.method == method)
        query = select(rows.c.id).where(*mine, rows.c.revoked_at.is_(None))
        first: int | None = self._connection.execute(
            query.order_by(*self._by_rank()).limit(1)
        ).scalar()
        return first

    def _by_rank(self) -> list[ColumnElement[Any]]:
        """The preferred one first, then the newest."""
        rows = self._tables.credentials
        # Where NULL stands in an order is each database's own affair.
        unranked = case((rows.c.preferred_at.is_(None), 1), else_=0)
        return [unranked, rows.c.preferred_at.desc(), rows.c.id.desc()]

    def lines(self, account_id: int, methods: Collection[str]) -> list[MethodLine]:
        """What is set up, of these methods, oldest first; nothing is opened."""
        rows = self._tables.credentials
        mine = (rows.c.account_id == account_id, rows.c.revoked_at.is_(None))
        query = select(rows).where(*mine, rows.c.method.in_(list(methods))).order_by(rows.c.id)
        return [
            MethodLine(
                id=row["id"],
                method=row["method"],
                name=row["name"],
                added_at=from_db(row["created_at"]),
                last_used_at=from_db(row["last_used_at"]) if row["last_used_at"] else None,
            )
            for row in self._connection.execute(query).mappings()
        ]

    def has_history(self, account_id: int) -> bool:
        """Whether the account ever had a factor of ours, also one that was taken away."""
        rows = self._tables.credentials
        query = select(rows.c.id).where(rows.c.account_id == account_id).limit(1)
        return self._connection.execute(query).first() is not None

    def adopt(self, account_id: int, method: str, secret: bytes, now: datetime) -> None:
        """Keep a factor that nobody has proved here yet: it comes from an older program."""
        self._insert(account_id, method, secret, now, last_used_at=None, last_step=-1)

    def add(
        self, account_id: int, method: str, secret: bytes, now: datetime, last_step: int = -1
    ) -> int:
        """Keep a factor that was just proved, with the step that proved it spent; its number."""
        used = {"last_used_at": to_db(now), "last_step": last_step}
        return self._insert(account_id, method, secret, now, **used)

    def _insert(
        self, account_id: int, method: str, secret: bytes, now: datetime, **cells: object
    ) -> int:
        box = self._vault.seal(secret, place(account_id, method)) if secret else None
        values = {
            "account_id": account_id,
            "method": method,
            "secret": box,
            "created_at": to_db(now),
            **cells,
        }
        return self._inserted_id(insert(self._tables.credentials).values(**values))

    @promise("A time step of an app is accepted once, and none before it any more.")
    def spend_step(self, credential_id: int, step: int, now: datetime) -> bool:
        """True for exactly one caller per step, however many race (RFC 6238 section 5.2)."""
        spent = {"of_id": credential_id, "last_step": step, "last_used_at": to_db(now)}
        return self._changed(_spend_step(self._tables), spent) == 1

    @promise("A factor is sealed anew as it was read, or not at all.")
    def seal_anew(self, credential: Credential) -> None:
        """Seal what was just used under the newest key, where an older one had sealed it."""
        if credential.old_box is None:
            return
        rows = self._tables.credentials
        # Whoever was quicker has sealed the same secret: his box stays.
        mine = update(rows).where(rows.c.id == credential.id, rows.c.secret == credential.old_box)
        box = self._vault.seal(credential.secret, place(credential.account_id, credential.method))
        self._connection.execute(mine.values(secret=box))

    def note_used(self, credential_id: int, now: datetime) -> None:
        """Remember when a factor was last proved."""
        rows = self._tables.credentials
        mine = update(rows).where(rows.c.id == credential_id)
        self._connection.execute(mine.values(last_used_at=to_db(now)))

    @promise("A name is one factor's of an account.")
    def rename(self, account_id: int, credential_id: int, name: str | None) -> bool:
        """Give a live factor another name; False where another one of the account has it."""
        rows = self._tables.credentials
        mine = update(rows).where(
            rows.c.id == credential_id,
            rows.c.account_id == account_id,
            rows.c.revoked_at.is_(None),
        )
        named = mine.values(name=name, name_key=name_key(name) if name else None)
        return self._unless_there(named)

    def prefer(self, credential_id: int, now: datetime) -> None:
        """Ask this one first of its kind from now on."""
        rows = self._tables.credentials
        mine = update(rows).where(rows.c.id == credential_id)
        self._connection.execute(mine.values(preferred_at=to_db(now)))

    @promise("A factor is taken away once.")
    def revoke_one(self, account_id: int, credential_id: int, by: str, now: datetime) -> bool:
        """Take a factor away; the row stays as history (S-88). True for exactly one caller."""
        rows = self._tables.credentials
        mine = rows.c.id == credential_id
        return self._revoke(account_id, mine, by, now) == 1

    def revoke(self, account_id: int, method: str, by: str, now: datetime) -> int:
        """Take one kind of factor away; the rows stay as history. How many there were."""
        return self._revoke(account_id, self._tables.credentials.c.method == method, by, now)

    def revoke_all(self, account_id: int, by: str, now: datetime) -> int:
        """Take every factor away; the rows stay as history. How many there were."""
        return self._revoke(account_id, true(), by, now)

    def _revoke(self, account_id: int, which: ColumnElement[bool], by: str, now: datetime) -> int:
        rows = self._tables.credentials
        mine = update(rows).where(
            rows.c.account_id == account_id, rows.c.revoked_at.is_(None), which
        )
        over = {"revoked_at": to_db(now), "revoked_by": by, "name_key": None}
        return self._changed(mine.values(**over))

    def is_of(self, credential_id: int, account_id: int) -> bool:
        """Whether the account has, or had, the factor of this number."""
        return self._has(self._tables.credentials, credential_id, account_id)

    def method_of(self, account_id: int, credential_id: int) -> str | None:
        """The kind of a live factor, if it is this account's."""
        rows = self._tables.credentials
        mine = (rows.c.id == credential_id, rows.c.account_id == account_id)
        query = select(rows.c.method).where(*mine, rows.c.revoked_at.is_(None))
        method: str | None = self._connection.execute(query).scalar()
        return method

    def _out_of_the_box(self, box: bytes | None, account_id: int, method: str) -> dict[str, Any]:
        if not box:
            return {"secret": b""}
        secret = self._opened(box, place(account_id, method), account_id)
        return {"secret": secret, "old_box": None if self._vault.is_newest(box) else box}


FACTOR_COLUMNS = ("id", "account_id", "method", "name", "last_step", "preferred_at", "secret")


def factor_columns(tables: Tables) -> list[Any]:
    """The columns of a factor, as `factors_of` takes them."""
    return [tables.credentials.c[name].label(f"factor_{name}") for name in FACTOR_COLUMNS]


def factors_of(rows: Iterable[Sequence[Any]]) -> tuple[KeptFactor, ...]:
    """The factors in rows that begin with `factor_columns`; one may have none."""
    return tuple(
        KeptFactor(
            id=row[0],
            account_id=row[1],
            method=row[2],
            name=row[3],
            last_step=row[4],
            preferred_at=row[5],
            box=row[6],
        )
        for row in rows
        if row[0] is not None
    )


def kinds_of(factors: Iterable[KeptFactor]) -> Counter[str]:
    """The kinds there are, in the same order, with how many of each."""
    return Counter(factor.method for factor in factors)


def _rank(one: KeptFactor) -> tuple[bool, float, int]:
    """The preferred one first, then the newest."""
    when = one.preferred_at.timestamp() if one.preferred_at else 0.0
    return one.preferred_at is None, -when, -one.id


@prepared
def _live(tables: Tables) -> Select[Any]:
    rows = tables.credentials
    mine = (rows.c.account_id == bindparam("of_account"), rows.c.revoked_at.is_(None))
    return select(*factor_columns(tables)).where(*mine)


@prepared
def _methods(tables: Tables) -> Select[Any]:
    rows = tables.credentials
    mine = (rows.c.account_id == bindparam("of_account"), rows.c.revoked_at.is_(None))
    return select(rows.c.method).where(*mine).order_by(rows.c.id)


@prepared
def _spend_step(tables: Tables) -> Update:
    rows = tables.credentials
    step: ColumnElement[int] = bindparam("last_step")
    alive = (rows.c.id == bindparam("of_id"), rows.c.revoked_at.is_(None))
    claim = update(rows).where(*alive, rows.c.last_step < step)
    return claim.values(last_step=step, last_used_at=bindparam("last_used_at"))


def place(account_id: int, method: str) -> Place:
    """Where the secret of a factor lies."""
    return Place("airlock_credentials", f"secret of {method}", account_id)
