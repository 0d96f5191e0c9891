"""What ties an application's user to everything of ours."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from ..domain.accounts import Account
from .columns import from_db, to_db
from .rows import Store
from .tables import Tables

HANDLE_BYTES = 64


class Accounts(Store):
    """Rows of `airlock_accounts`: one per user, with a random handle."""

    def of_user(self, user_id: Any) -> Account | None:
        """The account of a user, if he has one."""
        rows = self._tables.accounts
        row = self._connection.execute(select(rows).where(rows.c.user_id == user_id)).first()
        return account_of(row) if row else None

    def ensure(self, user_id: Any, now: datetime) -> Account:
        """The account of a user, made now if there was none."""
        found = self.of_user(user_id)
        if found is None:
            handle = secrets.token_bytes(HANDLE_BYTES)
            self._insert_unless_there(
                insert(self._tables.accounts).values(
                    user_id=user_id, handle=handle, created_at=to_db(now), needs_setup_link=0
                )
            )
            found = self.of_user(user_id)
        if found is None:
            raise LookupError("the account of this user can be neither found nor made")
        return found

    def lock(self, account_id: int) -> None:
        """Make other changes to the account's factors wait until this transaction ends."""
        rows = self._tables.accounts
        self._update(account_id, needs_setup_link=rows.c.needs_setup_link)

    def prefer(self, account_id: int, method: str | None) -> None:
        """Ask this method first from now on."""
        self._update(account_id, preferred_method=method)

    def note_address_proved(self, account_id: int, address: bytes, now: datetime) -> None:
        """A code sent to the address on file (its keyed digest) came back."""
        self._update(account_id, address_proved_at=to_db(now), proved_address=address)

    def require_setup_link(self, account_id: int) -> None:
        """The next set-up needs the mailed link; an earlier proof of the address is void."""
        self._update(account_id, needs_setup_link=1, address_proved_at=None, preferred_method=None)

    def settle_setup_link(self, account_id: int) -> None:
        """The link was used."""
        self._update(account_id, needs_setup_link=0)

    def claim_rescue(self, account_id: int, now: datetime, wait: timedelta) -> bool:
        """True for exactly one caller within `wait`, however many ask at once."""
        rows = self._tables.accounts
        free = (rows.c.rescue_asked_at.is_(None)) | (rows.c.rescue_asked_at <= to_db(now - wait))
        claim = update(rows).where(rows.c.id == account_id, free)
        return self._changed(claim.values(rescue_asked_at=to_db(now))) == 1

    def rescue_asked_at(self, account_id: int) -> datetime | None:
        """When this account last asked for a rescue."""
        rows = self._tables.accounts
        query = select(rows.c.rescue_asked_at).where(rows.c.id == account_id)
        asked = self._connection.execute(query).scalar()
        return from_db(asked) if asked else None

    def _update(self, account_id: int, **values: Any) -> None:
        rows = self._tables.accounts
        self._connection.execute(update(rows).where(rows.c.id == account_id).values(**values))


def account_of(row: Row[Any]) -> Account:
    """The account in a row that holds its columns."""
    cells = row._mapping
    proved = cells["address_proved_at"]
    return Account(
        id=cells["id"],
        user_id=cells["user_id"],
        handle=cells["handle"],
        preferred_method=cells["preferred_method"],
        address_proved_at=from_db(proved) if proved else None,
        proved_address=cells["proved_address"],
        needs_setup_link=bool(cells["needs_setup_link"]),
    )


def forget_user(connection: Connection, tables: Tables, user_id: Any) -> None:
    """Remove all that belonged to a user, also where the database does not cascade."""
    accounts = tables.accounts
    query = select(accounts.c.id).where(accounts.c.user_id == user_id)
    mine = connection.execute(query).scalar()
    if mine is None:
        return
    for rows in tables.all():
        column = rows.c.get("account_id")
        if column is None:
            continue
        outlived = update(rows).values(account_id=None) if column.nullable else delete(rows)
        connection.execute(outlived.where(column == mine))
    connection.execute(delete(accounts).where(accounts.c.id == mine))
