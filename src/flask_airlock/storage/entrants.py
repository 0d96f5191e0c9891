"""Who is at a door: user, account and live factors, in one SELECT."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select

from ..domain.accounts import Account, Person
from ..domain.addresses import same_address
from ..domain.login_state import Stage
from ..domain.records import Record
from ..domain.sessions import Session
from .accounts import WIDTH as ACCOUNT
from .accounts import account_columns, account_of
from .credentials import KeptFactor, factor_columns, factors_of, kinds_of
from .prepared import prepared
from .rescues import OPEN
from .rows import Store
from .session_statements import WIDTH, live, live_at, session_columns
from .sessions import session_of
from .tables import Tables
from .users import WIDTH as PERSON
from .users import Users, person_columns, person_of, wanted_by


class Entrant(Record):
    """A person, as everything stood when it was read; `account` is None for who has none yet."""

    person: Person
    account: Account | None
    factors: tuple[KeptFactor, ...] = field(repr=False)

    @property
    def methods(self) -> Counter[str]:
        """The kinds of factor, oldest first, with how many there are of each."""
        return kinds_of(self.factors)


class Inside(Record):
    """Whose session it is, half open or signed in; `has_rescue` where an administrator's help may
    wait, or be asked for, `has_recovery_codes` where one is left."""

    person: Person
    account: Account
    session: Session
    factors: tuple[KeptFactor, ...] = field(repr=False)
    has_rescue: bool = True
    has_recovery_codes: bool = False


class Entrants(Store):
    """The application's users with what is ours of them."""

    def __init__(self, connection: Connection, tables: Tables, users: Users) -> None:
        super().__init__(connection, tables)
        self._users = users

    def by_email(self, address: str) -> Entrant | None:
        """Whose address this is, in normal form; compared again here, since a database may call
        two addresses equal that are not (MariaDB ignores accents)."""
        rows = self._rows("email", address)
        return _entrant([row for row in rows if same_address(row[1], address)])

    def by_username(self, name: str) -> Entrant | None:
        """Whose user name this is, in normal form, exact to the letter."""
        return _entrant([row for row in self._rows("username", name) if row[PERSON - 1] == name])

    def by_id(self, user_id: Any) -> Entrant | None:
        """Whose key this is."""
        return _entrant(self._rows("key", user_id))

    def by_session(self, digest: bytes, stage: Stage, now: datetime) -> Inside | None:
        """Whose live session of that stage has this digest."""
        wanted = {"of_digest": digest, **live_at(stage, now)}
        query = _by_session(self._tables, self._users)
        rows = self._connection.execute(query, wanted).all()
        entrant = _entrant(rows)
        if entrant is None or entrant.account is None:
            return None
        return Inside(
            person=entrant.person,
            account=entrant.account,
            session=session_of(rows[0][-WIDTH - 2 :]),
            factors=entrant.factors,
            has_rescue=bool(rows[0][-2]),
            has_recovery_codes=bool(rows[0][-1]),
        )

    def _rows(self, by: str, wanted: Any) -> Sequence[Any]:
        query = _by(self._tables, self._users, by)
        return self._connection.execute(query, {"wanted": wanted}).all()


def _entrant(rows: Sequence[Any]) -> Entrant | None:
    """The one that the first row tells of; each row has one of the factors, or none."""
    if not rows:
        return None
    first = rows[0]
    mine = [row for row in rows if row[0] == first[0]]
    return Entrant(
        person=person_of(first),
        account=None if first[PERSON] is None else account_of(first[PERSON:]),
        factors=factors_of([row[PERSON + ACCOUNT :] for row in mine]),
    )


@prepared
def _by(tables: Tables, users: Users, by: str) -> Select[Any]:
    return (
        _with_factors(tables, users, tables.accounts.c.user_id == users.key, is_outer=True)
        .where(wanted_by(users, by))
        .order_by(tables.credentials.c.id)
    )


@prepared
def _by_session(tables: Tables, users: Users) -> Select[Any]:
    rows, accounts, rescues, codes = (
        tables.sessions, tables.accounts, tables.rescues, tables.recovery_codes,
    )  # fmt: skip
    has_rescue = select(rescues.c.id).where(
        rescues.c.account_id == accounts.c.id, rescues.c.is_open == OPEN
    )
    has_codes = select(codes.c.id).where(
        codes.c.account_id == accounts.c.id, codes.c.voided_at.is_(None), codes.c.used_at.is_(None)
    )
    more = (it.correlate(accounts).exists() for it in (has_rescue, has_codes))
    return (
        _with_factors(tables, users, accounts.c.user_id == users.key, is_outer=False)
        .add_columns(*session_columns(tables), *more)
        .join(rows, rows.c.account_id == accounts.c.id)
        .where(rows.c.digest == bindparam("of_digest"), *live(tables))
        .order_by(tables.credentials.c.id)
    )


def _with_factors(tables: Tables, users: Users, ours: Any, *, is_outer: bool) -> Select[Any]:
    accounts, factors = tables.accounts, tables.credentials
    alive = and_(factors.c.account_id == accounts.c.id, factors.c.revoked_at.is_(None))
    columns = (*person_columns(users), *account_columns(tables), *factor_columns(tables))
    return (
        select(*columns)
        .select_from(users.model)
        .join(accounts, ours, isouter=is_outer)
        .join(factors, alive, isouter=True)
    )
