"""The application's own users: found by address or key, in one of our transactions."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, update

from ..domain.accounts import Person
from ..domain.addresses import normal_address
from ..errors import ConfigurationError, InvalidAddress
from .tables import user_key


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

    def on(self, connection: Connection) -> "UserRows":
        """The users as one transaction sees them."""
        return UserRows(connection, self)


class UserRows:
    """Reads the application's user table, and writes the few columns that are ours to write."""

    def __init__(self, connection: Connection, users: Users) -> None:
        self._connection = connection
        self._users = users

    def by_email(self, address: str) -> Person | None:
        """The person with this address in normal form; compared again here, since a database
        may call two addresses equal that are not (MariaDB ignores accents)."""
        people = self._people(self._users.model.email == address)
        return next((person for person in people if same_address(person.email, address)), None)

    def by_id(self, user_id: Any) -> Person | None:
        """The person with this key."""
        return next(iter(self._people(self._users.key == user_id)), None)

    def role_names(self, user_id: Any) -> frozenset[str]:
        """The names of the roles a user has."""
        users = self._users
        if users.role_model is None or not users.has_roles:
            return frozenset()
        query = select(users.role_model.name).select_from(users.model).join(users.model.roles)
        return frozenset(self._connection.execute(query.where(users.key == user_id)).scalars())

    def replace_hash(self, user_id: Any, old: str, new: str) -> None:
        """Upgrade a stored hash, unless it was changed meanwhile."""
        self._write("password", user_id, new, self._users.model.password == old)

    def mirror(self, user_id: Any, column: str, value: str | None) -> None:
        """Copy a fact of ours into a column of the application's, where it exists."""
        if hasattr(self._users.model, column):
            self._write(column, user_id, value)

    def _write(self, column: str, user_id: Any, value: str | None, *conditions: Any) -> None:
        model = self._users.model
        target = getattr(model, column).property.columns[0]
        key = next(
            candidate for candidate in target.table.primary_key if candidate.table is target.table
        )
        statement = update(target.table).where(key == user_id, *conditions)
        self._connection.execute(statement.values({target: value}))

    def _people(self, condition: Any) -> Iterable[Person]:
        users = self._users
        columns = [users.key, users.model.email, users.model.password]
        if users.has_active:
            columns.append(users.model.active)
        rows = self._connection.execute(select(*columns).where(condition)).all()
        for row in rows:
            active = bool(row[3]) if users.has_active else True
            yield Person(user_id=row[0], email=row[1], password_hash=row[2], active=active)


def same_address(stored: str | None, address: str) -> bool:
    """Whether a stored address is this one, which is in normal form."""
    try:
        return stored is not None and normal_address(stored) == address
    except InvalidAddress:
        return False
