"""The application's users as an administrator looks through them, page by page."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
)

from ..domain.directory import Demand, Unprepared, UserFilter, UserLine
from .columns import from_db
from .rows import Store, orm_session
from .tables import Tables
from .users import Users


class Directory(Store):
    """Reads users beside what is ours of them, and switches them on and off."""

    def __init__(self, connection: Connection, tables: Tables, users: Users) -> None:
        super().__init__(connection, tables)
        self._users = users

    @property
    def no_password(self) -> str | None:
        """What the password column holds of somebody who has none: no text agrees with it."""
        return None if self._users.model.password.property.columns[0].nullable else ""

    def key_of(self, email: str) -> Any | None:
        """The key of the user whose address is written in exactly this way, normal or not."""
        model = self._users.model
        query = select(self._users.key, model.email).where(model.email == email)
        # Compared again: a database may call two addresses equal that are not.
        return next((key for key, kept in self._connection.execute(query) if kept == email), None)

    def page(
        self, wanted: UserFilter, methods: Collection[str], after: UserLine | None, limit: int
    ) -> list[UserLine]:
        """The next users by address, behind `after`; `methods` are the factors that count."""
        model, key = self._users.model, self._users.key
        query = self._columns().where(*self._conditions(wanted, methods))
        if after is not None:
            # The first condition is the index's; a lone OR would read the table from its start.
            behind = or_(model.email > after.email, key > after.id)
            query = query.where(model.email >= after.email, behind)
        found = self._connection.execute(query.order_by(model.email, key).limit(limit)).all()
        keys = [row[0] for row in found]
        roles, enrolled = self._roles(keys), self._methods(keys, methods)
        return [
            UserLine(
                id=row[0],
                email=row[1],
                active=bool(row[2]),
                confirmed=bool(row[3]),
                username=row[4],
                roles=tuple(sorted(roles[row[0]])),
                methods=tuple(dict.fromkeys(enrolled[row[0]])),
            )
            for row in found
        ]

    def addresses(self, after: Any | None, limit: int) -> list[tuple[Any, str | None]]:
        """The next keys and addresses, in the order of the keys."""
        key = self._users.key
        query = select(key, self._users.model.email)
        if after is not None:
            query = query.where(key > after)
        found = self._connection.execute(query.order_by(key).limit(limit))
        return [(row[0], row[1]) for row in found]

    def unprepared(self, demand: Demand, after: Any | None, limit: int) -> list[Unprepared]:
        """The next users who lack the factor that is demanded of them, in the order of the keys."""
        model, key, accounts = self._users.model, self._users.key, self._tables.accounts
        query = self._columns().add_columns(
            accounts.c.preferred_method, accounts.c.needs_setup_link, accounts.c.asked_for_factor_at
        )
        query = query.select_from(model).outerjoin(accounts, accounts.c.user_id == key)
        query = query.where(*self._lacks(demand))
        if after is not None:
            query = query.where(key > after)
        return [
            Unprepared(
                id=row[0],
                email=row[1],
                active=bool(row[2]),
                confirmed=bool(row[3]),
                had_one=row.preferred_method is not None,
                needs_setup_link=bool(row.needs_setup_link),
                asked_at=from_db(row.asked_for_factor_at) if row.asked_for_factor_at else None,
            )
            for row in self._connection.execute(query.order_by(key).limit(limit))
        ]

    def count(self, *, inactive: bool) -> int:
        """How many users there are, with the inactive ones or without."""
        query = select(func.count()).select_from(self._users.model)
        wanted = UserFilter(active=None if inactive else True)
        return int(
            self._connection.execute(query.where(*self._conditions(wanted, ()))).scalar_one()
        )

    def who_has(self, addresses: list[str]) -> list[tuple[Any, str]]:
        """Keys and addresses of users whose address the database calls equal to one of these."""
        model = self._users.model
        query = select(self._users.key, model.email).where(model.email.in_(addresses))
        return [(row[0], row[1]) for row in self._connection.execute(query)]

    def switch(self, user_id: Any, *, on: bool) -> bool:
        """Let a user in or keep him out; False if that was so, or there is nothing to switch.

        By way of the application's own model, so that its listeners hear of it.
        """
        with orm_session(self._connection) as session:
            user = session.get(self._users.model, user_id)
            if user is None or not self._users.has_active or bool(user.active) is on:
                return False
            user.active = on
            session.commit()
        return True

    def _columns(self) -> Select[Any]:
        users, model = self._users, self._users.model
        return select(
            users.key,
            model.email,
            model.active if users.has_active else true(),
            model.confirmed_at if users.has_confirmed else true(),
            model.username if users.has_username else null(),
        )

    def _conditions(
        self, wanted: UserFilter, methods: Collection[str]
    ) -> Iterator[ColumnElement[bool]]:
        users, model = self._users, self._users.model
        if wanted.active is not None and users.has_active:
            on = and_(model.active.is_not(None), model.active == true())
            off = or_(model.active.is_(None), model.active == false())
            yield on if wanted.active else off
        elif wanted.active is False:
            yield false()
        if wanted.role is not None and users.role_model is not None:
            yield model.roles.any(users.role_model.name == wanted.role)
        if wanted.without_factor:
            yield ~exists(
                self._enrolled(methods).where(self._tables.accounts.c.user_id == users.key)
            )
        if wanted.unconfirmed and users.has_confirmed:
            yield model.confirmed_at.is_(None)
        if wanted.search:
            named = [model.email, model.username] if users.has_username else [model.email]
            yield or_(*(name.icontains(wanted.search, autoescape=True) for name in named))

    def _lacks(self, demand: Demand) -> Iterator[ColumnElement[bool]]:
        accounts, factors = self._tables.accounts, self._tables.credentials
        yield from self._conditions(UserFilter(active=None if demand.inactive else True), ())
        yield ~exists().where(
            factors.c.account_id == accounts.c.id,
            factors.c.revoked_at.is_(None),
            factors.c.method.in_(demand.methods),
        )
        if not demand.everybody:
            had_one = accounts.c.preferred_method.is_not(None)
            yield or_(had_one, accounts.c.needs_setup_link == 1, self._has_one_of(demand.roles))

    def _has_one_of(self, roles: Collection[str]) -> ColumnElement[bool]:
        users = self._users
        if users.role_model is None or not users.has_roles or not roles:
            return false()
        having: ColumnElement[bool] = users.model.roles.any(users.role_model.name.in_(roles))
        return having

    def _enrolled(self, methods: Collection[str]) -> Select[Any]:
        accounts, rows = self._tables.accounts, self._tables.credentials
        joined = rows.join(accounts, accounts.c.id == rows.c.account_id)
        query = select(accounts.c.user_id, rows.c.method).select_from(joined)
        return query.where(rows.c.revoked_at.is_(None), rows.c.method.in_(list(methods)))

    def _methods(self, keys: list[Any], methods: Collection[str]) -> dict[Any, list[str]]:
        rows, accounts = self._tables.credentials, self._tables.accounts
        query = self._enrolled(methods).where(accounts.c.user_id.in_(keys)).order_by(rows.c.id)
        return self._by_key(query)

    def _roles(self, keys: list[Any]) -> dict[Any, list[str]]:
        users = self._users
        if users.role_model is None or not users.has_roles:
            return defaultdict(list)
        query = select(users.key, users.role_model.name).select_from(users.model)
        return self._by_key(query.join(users.model.roles).where(users.key.in_(keys)))

    def _by_key(self, query: Select[Any]) -> dict[Any, list[str]]:
        found: dict[Any, list[str]] = defaultdict(list)
        for key, name in self._connection.execute(query):
            found[key].append(name)
        return found
