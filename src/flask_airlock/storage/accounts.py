"""What ties an application's user to everything of ours."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Insert,
    Select,
    Update,
    bindparam,
    insert,
    literal,
    select,
    update,
)

from ..domain.accounts import Account
from ..errors import StoreBusy
from .columns import MYSQL_NAMES, from_db, to_db
from .prepared import prepared
from .promises import promise
from .rows import Store, begin_writing
from .tables import Tables

HANDLE_BYTES = 64


class Accounts(Store):
    """Rows of `airlock_accounts`: one per user, with a random handle."""

    def of_user(self, user_id: Any | None) -> Account | None:
        """The account of a user, if he has one; nobody has none, by the same statement."""
        return self._found(_by(self._tables, "user_id"), user_id)

    @promise("A user has one account.")
    def ensure(self, user_id: Any, now: datetime) -> Account:
        """The account of a user, made now if there was none."""
        found = self.of_user(user_id)
        if found is None:
            self._unless_there(self._new(user_id, now))
            found = self.of_user(user_id)
        if found is None:
            raise LookupError("the account of this user can be neither found nor made")
        return found

    @promise("Many first logins of a user make one account.")
    def ensure_evenly(self, user_id: Any | None, now: datetime) -> Account | None:
        """The account of a user, made now if there was none; None for nobody.

        The statements are the same for a user with an account, one without, and nobody.
        """
        if self._is_mysql:
            # There an INSERT from a SELECT keeps all others from making accounts while it waits for
            # its user, and whoever has that user may be about to make one. One for nobody fails.
            wanted = user_id if self.of_user(user_id) is None else None
            self._unless_there(self._new(wanted, now))
        else:
            self._unless_there(self._new_if_missing(user_id, now))
        return self.of_user(user_id)

    def lock(self, account_id: int | None) -> None:
        """Make other changes to the account wait until this transaction ends; nobody's never.

        For who changes what a login goes by: one that read the account before looks again.
        """
        self._connection.execute(_revise(self._tables, "id"), {"wanted": account_id})

    def must_be_as(self, account: Account) -> None:
        """Raise StoreBusy if the account was changed since it was read; else changes wait until
        this transaction ends."""
        begin_writing(self._connection)
        wanted = {"of_id": account.id, "as_read": account.revision}
        if self._connection.execute(_hold_as_read(self._tables), wanted).first() is None:
            raise StoreBusy

    def lock_user(self, user_id: Any, now: datetime) -> None:
        """Do as `lock` for the account of a user. Where there is none one is made: one that is
        being made at this moment would not wait otherwise."""
        if self._locked(user_id):
            return
        if self._is_mysql:
            # MariaDB takes the user for whoever makes an account, before it looks for another one.
            owner = self._owner()
            self._connection.execute(select(owner).where(owner == user_id).with_for_update())
        if not self._unless_there(self._new(user_id, now)):
            self._changed(_revise(self._tables, "user_id"), {"wanted": user_id})

    def lock_of(self, user_id: Any) -> None:
        """Do as `lock` for the account of a user, if he has one."""
        self._locked(user_id)

    def _locked(self, user_id: Any) -> bool:
        if self._is_mysql and self.of_user(user_id) is None:
            # An UPDATE that finds nothing would shut out whoever makes a neighbour's account.
            return False
        return self._changed(_revise(self._tables, "user_id"), {"wanted": user_id}) > 0

    @property
    def _is_mysql(self) -> bool:
        return self._connection.dialect.name in MYSQL_NAMES

    def _new(self, user_id: Any | None, now: datetime) -> Insert:
        return insert(self._tables.accounts).values(user_id=user_id, **_cells(now))

    def _new_if_missing(self, user_id: Any | None, now: datetime) -> Insert:
        rows, owner = self._tables.accounts, self._owner()
        wanted = bindparam("wanted", user_id, owner.type)
        made = {name: literal(cell, rows.c[name].type) for name, cell in _cells(now).items()}
        has_one = select(rows.c.id).where(rows.c.user_id == owner).correlate(owner.table)
        source = select(owner, *made.values()).where(owner == wanted, ~has_one.exists())
        return insert(rows).from_select(["user_id", *made], source)

    def _owner(self) -> Column[Any]:
        (owner,) = (link.column for link in self._tables.accounts.c.user_id.foreign_keys)
        return owner

    def prefer(self, account_id: int, method: str | None) -> None:
        """Ask this method first from now on. Who has one has no grace any more, and gets none."""
        over = {} if method is None else {"asked_for_factor_at": None}
        self._update(account_id, preferred_method=method, **over)

    @promise("A first second factor is asked for once, and never of who had one.")
    def ask_for_factor(self, account_id: int, now: datetime) -> bool:
        """Note that a second factor is demanded; True for exactly one caller.

        Revoked factors stay as history: who had one is not asked as somebody new.
        """
        rows, factors = self._tables.accounts, self._tables.credentials
        had_one = select(factors.c.id).where(factors.c.account_id == rows.c.id).exists()
        new = update(rows).where(
            rows.c.id == account_id,
            rows.c.asked_for_factor_at.is_(None),
            rows.c.preferred_method.is_(None),
            rows.c.needs_setup_link == 0,
            ~had_one,
        )
        return self._changed(new.values(asked_for_factor_at=to_db(now))) == 1

    def note_address_proved(self, account_id: int, address: bytes, now: datetime) -> None:
        """A code sent to the address on file (its keyed digest) came back."""
        self._update(account_id, address_proved_at=to_db(now), proved_address=address)

    def require_setup_link(self, account_id: int) -> None:
        """The next set-up needs the mailed link; an earlier proof of the address is void."""
        self._update(account_id, needs_setup_link=1, address_proved_at=None, preferred_method=None)

    def settle_setup_link(self, account_id: int) -> None:
        """The link was used."""
        self._update(account_id, needs_setup_link=0)

    @promise("A rescue is asked for once within its wait.")
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

    def forget_rescue(self, account_id: int) -> None:
        """Who asked for a rescue may ask again at once."""
        self._update(account_id, rescue_asked_at=None)

    def of_id(self, account_id: int) -> Account | None:
        """The account of that number."""
        return self._found(_by(self._tables, "id"), account_id)

    def hold_mailbox(self, account_id: int, now: datetime) -> None:
        """A link to the mailbox has set a new password just now."""
        self._update(account_id, mailbox_reset_at=to_db(now))

    def close_password(self, account_id: int, password: bytes, address: bytes) -> None:
        """Let the password of this hash (its digest) open nothing; only a link to this address (its
        keyed digest) sets another."""
        self._update(account_id, closed_password=password, reset_address=address)

    def reopen_password(self, account_id: int, *, forget_address: bool = True) -> None:
        """Another password was set; `forget_address` where any link may set the next one."""
        more = {"reset_address": None} if forget_address else {}
        self._update(account_id, closed_password=None, **more)

    def forget_reset_address(self, account_id: int) -> None:
        """Whoever is inside has proved another address: links to it may set a password, unless that
        is closed."""
        rows = self._tables.accounts
        open_now = update(rows).where(rows.c.id == account_id, rows.c.closed_password.is_(None))
        self._connection.execute(open_now.values(reset_address=None))

    def forget_browsers(self, account_id: int) -> None:
        """No browser that was known is known any longer."""
        self._update(account_id, mark_series=self._tables.accounts.c.mark_series + 1)

    @promise("A mailbox that was held is released once.")
    def release_mailbox(self, account_id: int) -> bool:
        """The mailbox counts again; True for exactly one caller."""
        rows = self._tables.accounts
        held = update(rows).where(rows.c.id == account_id, rows.c.mailbox_reset_at.is_not(None))
        return self._changed(held.values(mailbox_reset_at=None)) == 1

    @promise("A removal is asked for once.")
    def schedule_deletion(self, account_id: int, at: datetime) -> bool:
        """Let the account go at that time; True for exactly one caller."""
        rows = self._tables.accounts
        kept = update(rows).where(rows.c.id == account_id, rows.c.delete_at.is_(None))
        return self._changed(kept.values(delete_at=to_db(at))) == 1

    @promise("A removal is called off once.")
    def cancel_deletion(self, account_id: int) -> bool:
        """Keep the account after all; True for exactly one caller."""
        rows = self._tables.accounts
        going = update(rows).where(rows.c.id == account_id, rows.c.delete_at.is_not(None))
        return self._changed(going.values(delete_at=None)) == 1

    @promise("An account that is due is removed once, and not after it was kept.")
    def claim_deletion(self, account_id: int, now: datetime) -> bool:
        """True for exactly one caller, if the account is still due."""
        rows = self._tables.accounts
        due = update(rows).where(rows.c.id == account_id, rows.c.delete_at <= to_db(now))
        return self._changed(due.values(delete_at=None)) == 1

    def due_for_deletion(self, now: datetime, after: int, limit: int) -> list[Account]:
        """Accounts whose time has come, with an id above `after`, in order."""
        rows = self._tables.accounts
        due = select(*account_columns(self._tables)).where(
            rows.c.delete_at <= to_db(now), rows.c.id > after
        )
        found = self._connection.execute(due.order_by(rows.c.id).limit(limit))
        return [account_of(row) for row in found]

    def _update(self, account_id: int, **values: Any) -> None:
        rows = self._tables.accounts
        revised = {"revision": rows.c.revision + 1, **values}
        self._connection.execute(update(rows).where(rows.c.id == account_id).values(**revised))

    def _found(self, query: Select[Any], wanted: Any) -> Account | None:
        row = self._connection.execute(query, {"wanted": wanted}).first()
        return account_of(row) if row else None


COLUMNS = (
    "id", "user_id", "handle", "preferred_method", "proved_address", "closed_password",
    "reset_address", "mark_series", "revision", "needs_setup_link", "created_at",
    "address_proved_at", "mailbox_reset_at", "delete_at", "asked_for_factor_at",
)  # fmt: skip
WIDTH, PLAIN = len(COLUMNS), COLUMNS.index("needs_setup_link")


def account_columns(tables: Tables) -> list[Column[Any]]:
    """The columns of an account, as `account_of` takes them."""
    return [tables.accounts.c[name] for name in COLUMNS]


def account_of(cells: Sequence[Any]) -> Account:
    """The account in a row that begins with `account_columns`."""
    needs_setup_link, created_at, *times = cells[PLAIN:WIDTH]
    proved, reset, going, asked = (from_db(it) if it else None for it in times)
    return Account(
        **dict(zip(COLUMNS[:PLAIN], cells, strict=False)),
        needs_setup_link=bool(needs_setup_link),
        created_at=from_db(created_at),
        address_proved_at=proved,
        mailbox_reset_at=reset,
        delete_at=going,
        asked_for_factor_at=asked,
    )


@prepared
def _by(tables: Tables, column: str) -> Select[Any]:
    wanted = tables.accounts.c[column] == bindparam("wanted")
    return select(*account_columns(tables)).where(wanted)


def _cells(now: datetime) -> dict[str, Any]:
    zeros = dict.fromkeys(("needs_setup_link", "mark_series", "revision"), 0)
    return {"handle": secrets.token_bytes(HANDLE_BYTES), "created_at": to_db(now), **zeros}


@prepared
def _revise(tables: Tables, column: str) -> Update:
    rows = tables.accounts
    mine = update(rows).where(rows.c[column] == bindparam("wanted"))
    return mine.values(revision=rows.c.revision + 1)


@prepared
def _hold_as_read(tables: Tables) -> Select[Any]:
    rows = tables.accounts
    as_read = (rows.c.id == bindparam("of_id"), rows.c.revision == bindparam("as_read"))
    # Rows that point to the account may be added meanwhile.
    return select(rows.c.id).where(*as_read).with_for_update(key_share=True)
