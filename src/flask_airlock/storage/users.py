"""The application's own users: found by address or key, in one of our transactions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Select,
    String,
    bindparam,
    false,
    null,
    select,
    true,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError

from ..domain.accounts import Person
from ..domain.addresses import same_address
from ..errors import ConfigurationError, UserInUse, ValuesRefused
from .columns import to_db
from .makers import user_key
from .prepared import prepared
from .promises import promise
from .rows import orm_session, savepoint

# What a database says of a row that it does not take; text that is no UTF-8 never gets there.
REFUSALS = (IntegrityError, DataError, UnicodeError)
KINDS: dict[str, type[Any]] = {
    "email": String, "password": String, "active": Boolean, "confirmed_at": DateTime,
    "username": String,
}  # fmt: skip


class Users:
    """What we know of the application's user model: one per datastore."""

    def __init__(self, model: type[Any], role_model: type[Any] | None) -> None:
        for name in ("email", "password"):
            if not hasattr(model, name):
                raise ConfigurationError(f"{model.__name__} has no column named {name}")
        self.model = model
        self.role_model = role_model
        self.key = model.__mapper__.get_property_by_column(user_key(model)).class_attribute
        self.has_active = hasattr(model, "active")
        self.has_roles = role_model is not None and hasattr(model, "roles")
        self.has_confirmed = hasattr(model, "confirmed_at")
        self.has_username = hasattr(model, "username")
        self.prepared: dict[Any, Any] = {}

    def can_be_compared(self, dialect: Dialect) -> bool:
        """Whether a statement can ask if a person is as he was read: not where an application has
        its own way to keep one of these in that database, or computes it."""
        key = ("can be compared", dialect.name)
        if key not in self.prepared:
            there = [name for name in KINDS if hasattr(self.model, name)]
            self.prepared[key] = all(_is_plain(self.model, name, dialect) for name in there)
        return bool(self.prepared[key])

    def on(self, connection: Connection) -> "UserRows":
        """The users as one transaction sees them."""
        return UserRows(connection, self)


class UserRows:
    """Reads the application's user table, and writes the few columns that are ours to write."""

    def __init__(self, connection: Connection, users: Users) -> None:
        self._connection = connection
        self._users = users

    @property
    def can_be_compared(self) -> bool:
        """Whether a session can be opened only while its person is as he was read."""
        return self._users.can_be_compared(self._connection.dialect)

    def by_email(self, address: str) -> Person | None:
        """The person with this address in normal form; compared again here, since a database
        may call two addresses equal that are not (MariaDB ignores accents)."""
        people = self._people("email", address)
        return next((person for person in people if same_address(person.email, address)), None)

    def by_username(self, name: str) -> Person | None:
        """The person with this user name in normal form, exact to the letter."""
        people = self._people("username", name)
        return next((person for person in people if person.username == name), None)

    def stands_in_the_way(self, column: str, value: str) -> bool:
        """Whether the database calls somebody's value equal to this one, in its own way."""
        users = self._users
        query = select(users.key).where(getattr(users.model, column) == value).limit(1)
        return self._connection.execute(query).first() is not None

    def by_id(self, user_id: Any | None) -> Person | None:
        """The person with this key; nobody has none, and is looked for by the same statement."""
        return next(iter(self._people("key", user_id)), None)

    def role_names(self, user_id: Any) -> frozenset[str]:
        """The names of the roles a user has."""
        users = self._users
        if users.role_model is None or not users.has_roles:
            return frozenset()
        query = _role_names(users, users.role_model)
        found = self._connection.execute(query, {"wanted": user_id})
        return frozenset(found.scalars())

    @promise("A better hash of a password never takes the place of a newer password.")
    def replace_hash(self, user_id: Any, old: str, new: str) -> bool:
        """Upgrade a stored hash; False if it was changed meanwhile."""
        return self._write("password", user_id, new, self._users.model.password == old) == 1

    @promise("An address belongs to one user.")
    def add(
        self, columns: Mapping[str, Any], *, confirmed_at: datetime | None, keep: bool
    ) -> Any | None:
        """Add an active user of the application's own model; the new key.

        With `keep` off the same statements are run and undone, and there is none: the answer to
        an address that is taken must cost what a new one does. Raises ValuesRefused where the
        database does not take the row: a unique column, a value too long, or one that is missing.
        """
        users = self._users
        own: dict[str, Any] = {"active": True} if users.has_active else {}
        if users.has_confirmed and confirmed_at is not None:
            own["confirmed_at"] = to_db(confirmed_at)
        # The application's own defaults, validators and listeners take part.
        with orm_session(self._connection) as session:
            user = users.model(**columns, **own)
            session.add(user)
            try:
                session.flush()
            except REFUSALS:
                raise ValuesRefused from None
            added = getattr(user, users.key.key)
            if not keep:
                return None
            session.commit()
        return added

    def remove(self, user_id: Any) -> bool:
        """Remove a user by way of the application's own model; False if there is none.

        Raises UserInUse where rows of the application's still point to the user.
        """
        with orm_session(self._connection) as session:
            user = session.get(self._users.model, user_id)
            if user is None:
                return False
            session.delete(user)
            try:
                session.commit()
            except (IntegrityError, AssertionError):
                # The ORM asserts where the database would refuse: rows whose key is the user's.
                raise UserInUse from None
        return True

    def set_hash(self, user_id: Any, hashed: str) -> None:
        """Keep a new password's hash."""
        self._write("password", user_id, hashed)

    @promise("An address is confirmed once.")
    def confirm(self, user_id: Any, now: datetime) -> bool:
        """The address was proved; True for exactly one caller, and never for a confirmed one."""
        if not self._users.has_confirmed:
            return False
        column = self._users.model.confirmed_at
        return self._write("confirmed_at", user_id, to_db(now), column.is_(None)) == 1

    @promise("An address is changed once, to one that nobody has.")
    def change_email(self, user_id: Any, old: str, new: str) -> bool:
        """Change the address, unless it was changed meanwhile or the new one is taken."""
        return self._write_unique("email", user_id, new, self._users.model.email == old)

    @promise("A user name belongs to one user.")
    def change_username(self, user_id: Any, name: str | None) -> bool:
        """Change the user name; False where it is taken."""
        return self._write_unique("username", user_id, name)

    def mirror(self, user_id: Any, column: str, value: str | None) -> None:
        """Copy a fact of ours into a column of the application's, where it exists."""
        if hasattr(self._users.model, column):
            self._write(column, user_id, value)

    def _write_unique(self, column: str, user_id: Any, value: str | None, *conditions: Any) -> bool:
        try:
            with savepoint(self._connection):
                return self._write(column, user_id, value, *conditions) == 1
        except REFUSALS:
            return False

    def _write(self, column: str, user_id: Any, value: object, *conditions: Any) -> int:
        model = self._users.model
        target = getattr(model, column).property.columns[0]
        key = next(
            candidate for candidate in target.table.primary_key if candidate.table is target.table
        )
        statement = update(target.table).where(key == user_id, *conditions)
        return int(self._connection.execute(statement.values({target: value})).rowcount)

    def _people(self, by: str, wanted: Any) -> list[Person]:
        found = self._connection.execute(_by(self._users, by), {"wanted": wanted})
        return [person_of(row) for row in found]


WIDTH = 6
SAME = ("email", "password", "username")


def person_columns(users: Users) -> list[Any]:
    """What a login needs of a user, as `person_of` takes it."""
    model = users.model
    return [
        users.key,
        model.email,
        model.password,
        model.active if users.has_active else true(),
        model.confirmed_at if users.has_confirmed else true(),
        model.username if users.has_username else null(),
    ]


def person_of(cells: Sequence[Any]) -> Person:
    """The person in a row that begins with `person_columns`."""
    user_id, email, password_hash, active, confirmed, username = cells[:WIDTH]
    return Person(
        user_id=user_id,
        email=email,
        password_hash=password_hash,
        active=bool(active),
        confirmed=bool(confirmed),
        username=username,
    )


def wanted_by(users: Users, by: str) -> ColumnElement[bool]:
    """The user whose key, address or name is `wanted`."""
    column = users.key if by == "key" else getattr(users.model, by)
    is_wanted: ColumnElement[bool] = column == bindparam("wanted", type_=column.type)
    return is_wanted


def _is_plain(model: type[Any], name: str, dialect: Dialect) -> bool:
    kept = model.__mapper__.column_attrs
    column = kept[name].columns[0] if name in kept else None
    if not isinstance(column, Column) or not isinstance(column.type, KINDS[name]):
        return False
    types = (column.type, column.type.dialect_impl(dialect))
    return all(type(it).__module__.startswith("sqlalchemy.") for it in types)


def is_as_read(users: Users, *, confirmed: bool) -> ColumnElement[bool]:
    """Whether a person that somebody let in is still the one that `person_as_read` gives."""
    model = users.model
    same = [users.key == bindparam("of_user", type_=users.key.type)]
    for name in (name for name in SAME if hasattr(model, name)):
        column = getattr(model, name)
        same.append(column.is_not_distinct_from(bindparam(f"its_{name}", type_=column.type)))
    if users.has_active:
        # SQLite keeps what was written past the models, and Python takes it for true.
        same += [model.active.is_not(None), model.active != false()]
    if users.has_confirmed and confirmed:
        same.append(model.confirmed_at.is_not(None))
    return select(users.key).select_from(model).where(*same).exists()


def person_as_read(person: Person) -> dict[str, Any]:
    """What `is_as_read` asks for."""
    facts = (person.email, person.password_hash, person.username)
    names = (f"its_{name}" for name in SAME)
    return {"of_user": person.user_id, **dict(zip(names, facts, strict=True))}


@prepared
def _by(users: Users, by: str) -> Select[Any]:
    return select(*person_columns(users)).where(wanted_by(users, by))


@prepared
def _role_names(users: Users, role_model: type[Any]) -> Select[Any]:
    query: Select[Any] = select(role_model.name).select_from(users.model).join(users.model.roles)
    return query.where(wanted_by(users, "key"))
