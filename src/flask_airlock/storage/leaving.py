"""A user goes, and everything of ours that was his goes with him."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from ..domain.throttle import owner_of_user
from .accounts import Accounts
from .tables import Tables
from .throttles import Throttles


def hold_user(connection: Connection, tables: Tables, user_id: Any) -> None:
    """Take what goes with a user in the order in which all others take it: his counters, then his
    account; the user comes last."""
    Throttles(connection, tables).hold(user_id)
    Accounts(connection, tables).lock_of(user_id)


def forget_user(connection: Connection, tables: Tables, user_id: Any) -> None:
    """Remove all that belonged to a user, also where the database does not cascade."""
    accounts, owner = tables.accounts, owner_of_user(user_id)
    for counted in (tables.throttles, tables.windows):
        connection.execute(delete(counted).where(counted.c.owner == owner))
    query = select(accounts.c.id).where(accounts.c.user_id == user_id)
    mine = connection.execute(query).scalar()
    if mine is None:
        return
    for rows in tables.all():
        column = rows.c.get("account_id")
        if column is None:
            continue
        (link,) = column.foreign_keys
        outlived = link.ondelete == "SET NULL"
        fate = update(rows).values(account_id=None) if outlived else delete(rows)
        connection.execute(fate.where(column == mine))
    connection.execute(delete(accounts).where(accounts.c.id == mine))
