"""Second factors in the columns that an older program kept in the application's user table."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    false,
    null,
    or_,
    select,
    update,
)

from ..domain.directory import LegacyUser
from .rows import Store
from .tables import Tables
from .users import Users

METHOD, SECRET, NUMBER = "two_factor_primary_method", "totp_secret", "phone_number"
APP_NAMES = ("google_authenticator", "authenticator")
TEXT_NAMES = ("sms",)


class Legacy(Store):
    """Users who had a factor elsewhere, and never one of ours."""

    def __init__(self, connection: Connection, tables: Tables, users: Users) -> None:
        super().__init__(connection, tables)
        self._users = users

    def columns(self) -> frozenset[str]:
        """Which of an older program's columns the user model has."""
        mapped = self._users.model.__mapper__.column_attrs
        return frozenset(name for name in (METHOD, SECRET, NUMBER) if name in mapped)

    def page(self, after: Any | None, limit: int) -> list[LegacyUser]:
        """The next users, in the order of their keys, whose factor might be adopted."""
        users, model, there = self._users, self._users.model, self.columns()
        secret = model.totp_secret if SECRET in there else null()
        number = model.phone_number if NUMBER in there else null()
        method = model.two_factor_primary_method
        query = select(users.key, model.email, method, secret, number).where(
            or_(
                and_(method.in_(APP_NAMES), secret != "") if SECRET in there else false(),
                and_(method.in_(TEXT_NAMES), number != "") if NUMBER in there else false(),
            ),
            ~self._is_ours(),
        )
        if after is not None:
            query = query.where(users.key > after)
        found = self._connection.execute(query.order_by(users.key).limit(limit))
        return [
            LegacyUser(
                id=row[0],
                email=row[1] or "",
                method=row[2],
                totp_secret=row[3],
                phone_number=row[4],
            )
            for row in found
        ]

    def _is_ours(self) -> ColumnElement[bool]:
        """Who ever had a factor of ours, or is to set one up by a mailed link."""
        accounts, rows = self._tables.accounts, self._tables.credentials
        had = exists().where(rows.c.account_id == accounts.c.id)
        waits = accounts.c.needs_setup_link != 0
        return exists().where(accounts.c.user_id == self._users.key, or_(had, waits))

    def clear_secret(self, user_id: Any) -> None:
        """Empty the column that held an app's key in clear."""
        column = self._users.model.__mapper__.column_attrs[SECRET].columns[0]
        (key,) = column.table.primary_key
        empty = None if column.nullable else ""
        cleared = update(column.table).where(key == user_id).values({column: empty})
        self._connection.execute(cleared)
