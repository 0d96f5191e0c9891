"""One unit of work per flow, on a short connection of our own, never the application's session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import NoSuchTableError

from ..domain.accounts import Account
from ..domain.vault import Vault
from .accounts import Accounts
from .codes import Codes
from .columns import MYSQL_NAMES
from .connections import keeps_a_snapshot, only_reading, shares_one_connection
from .credentials import Credentials
from .directory import Directory
from .entrants import Entrants
from .events import Events
from .exports import Exports
from .key_checks import KeyChecks
from .legacy import Legacy
from .letters import Letters
from .link_tokens import LinkTokens
from .purge import Purge
from .recovery_codes import RecoveryCodes
from .rescue_addresses import RescueAddresses
from .rescues import Rescues
from .roles import Roles
from .rows import savepoint
from .seals import Seals
from .sessions import Sessions
from .setups import Setups
from .tables import Tables
from .throttles import Throttles
from .troubles import told_apart
from .trusted_browsers import TrustedBrowsers
from .users import Users
from .windows import Windows


class Unit:
    """The stores of one transaction."""

    def __init__(self, connection: Connection, tables: Tables, users: Users, vault: Vault) -> None:
        self._connection = connection
        self._tables = tables
        self._vault = vault
        self._users = users
        self.users = users.on(connection)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """A part of the transaction that an exception undoes alone, with its events."""
        self.events.flush()
        try:
            with savepoint(self._connection):
                yield
        except BaseException:
            self.events.forget()
            raise

    def lock(self, account: Account) -> None:
        """Make other changes to an account wait, and before that whoever counts something for it:
        all who answer take their counters first."""
        self.throttles.hold(account.user_id)
        self.accounts.lock(account.id)

    def remove_user(self, user_id: Any) -> None:
        """Remove a user, by way of the application's own model; raises UserInUse. What was recorded
        of him until now is written while he is there."""
        self.events.flush()
        self.users.remove(user_id)

    @cached_property
    def accounts(self) -> Accounts:
        """What ties users to everything of ours."""
        return Accounts(self._connection, self._tables)

    @cached_property
    def entrants(self) -> Entrants:
        """Users with what is ours of them."""
        return Entrants(self._connection, self._tables, self._users)

    @cached_property
    def sessions(self) -> Sessions:
        """Half-open and signed-in sessions."""
        return Sessions(self._connection, self._tables, self._users)

    @cached_property
    def trusted_browsers(self) -> TrustedBrowsers:
        """Browsers in which no second factor is asked for a while."""
        return TrustedBrowsers(self._connection, self._tables)

    @cached_property
    def credentials(self) -> Credentials:
        """Enrolled factors."""
        return Credentials(self._connection, self._tables, self._vault)

    @cached_property
    def setups(self) -> Setups:
        """Set-ups that wait for their first good answer."""
        return Setups(self._connection, self._tables, self._vault)

    @cached_property
    def rescue_addresses(self) -> RescueAddresses:
        """The mailboxes by which a person comes back."""
        return RescueAddresses(self._connection, self._tables, self._vault)

    @cached_property
    def recovery_codes(self) -> RecoveryCodes:
        """Codes for the day on which no factor is within reach."""
        return RecoveryCodes(self._connection, self._tables, self._vault)

    @cached_property
    def rescues(self) -> Rescues:
        """What administrators were asked for, and answered."""
        return Rescues(self._connection, self._tables)

    @cached_property
    def codes(self) -> Codes:
        """One-time codes in flight."""
        return Codes(self._connection, self._tables)

    @cached_property
    def throttles(self) -> Throttles:
        """Wrong answers in a row."""
        return Throttles(self._connection, self._tables)

    @cached_property
    def windows(self) -> Windows:
        """How often something happened in a while."""
        return Windows(self._connection, self._tables)

    @cached_property
    def link_tokens(self) -> LinkTokens:
        """Tokens that were mailed as links."""
        return LinkTokens(self._connection, self._tables, self._vault)

    @cached_property
    def letters(self) -> Letters:
        """Messages on their way."""
        return Letters(self._connection, self._tables, self._vault)

    @cached_property
    def events(self) -> Events:
        """What happened."""
        return Events(self._connection, self._tables)

    @cached_property
    def directory(self) -> Directory:
        """The application's users, page by page."""
        return Directory(self._connection, self._tables, self._users)

    @cached_property
    def roles(self) -> Roles:
        """The application's roles."""
        return Roles(self._connection, self._users)

    @cached_property
    def exports(self) -> Exports:
        """All that is kept about one person."""
        return Exports(self._connection, self._tables, self._users)

    @cached_property
    def legacy(self) -> Legacy:
        """Second factors that an older program left in the user table."""
        return Legacy(self._connection, self._tables, self._users)

    @cached_property
    def purge(self) -> Purge:
        """What has expired."""
        return Purge(self._connection, self._tables)

    @cached_property
    def key_checks(self) -> KeyChecks:
        """Whether the configured keys are the ones that sealed what is stored."""
        return KeyChecks(self._connection, self._tables, self._vault)

    @cached_property
    def seals(self) -> Seals:
        """Every sealed value, whatever table it lies in."""
        return Seals(self._connection, self._tables, self._vault)


class Database:
    """Opens units of work on the engine that holds the application's users."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        application_connection: Callable[[], Connection],
        tables: Tables,
        users: Users,
        vault: Vault,
    ) -> None:
        self._engine = engine
        self._application_connection = application_connection
        self._tables = tables
        self._users = users
        self._vault = vault
        self._snapshots: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()

    @property
    def shares_one_connection(self) -> bool:
        """Whether all threads use one connection (SQLite in memory)."""
        return shares_one_connection(self._engine())

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """A transaction: committed at the end, rolled back by an exception.

        Raises StoreBusy where the database gave way to another transaction, LoginLapsed where
        the account was removed meanwhile, StoreFailed for all else that it refuses.
        """
        with told_apart(), self._transaction() as connection:
            unit = Unit(connection, self._tables, self._users, self._vault)
            yield unit
            unit.events.flush()

    @contextmanager
    def look(self) -> Iterator[Unit]:
        """The same to read only, without a transaction's price: nothing is committed, and each
        statement sees its own moment."""
        with told_apart(), self._connected() as connection, only_reading(connection):
            yield Unit(connection, self._tables, self._users, self._vault)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._connected() as connection:
            if connection.in_transaction():
                yield connection
                return
            with connection.begin():
                yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        engine = self._engine()
        if shares_one_connection(engine):
            theirs = self._application_connection()
            if theirs.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                # The application's uncommitted work is on the one connection there is: within a
                # savepoint ours neither commits nor undoes it, and shares its fate.
                with theirs.begin_nested():
                    yield theirs
                return
        with engine.connect() as connection:
            if engine.dialect.name in MYSQL_NAMES or self._keeps_a_snapshot(engine, connection):
                # What has come since would be passed by; and InnoDB takes gap locks that deadlock.
                connection.execution_options(isolation_level="READ COMMITTED")
            yield connection

    def _keeps_a_snapshot(self, engine: Engine, connection: Connection) -> bool:
        # Asked once: it is a way to the database and back.
        if engine not in self._snapshots:
            self._snapshots[engine] = keeps_a_snapshot(connection)
        return self._snapshots[engine]

    def missing_parts(self) -> list[str]:
        """The tables and columns of ours that the database does not have; raises StoreFailed."""
        missing: list[str] = []
        with told_apart(), self._engine().connect() as connection:
            inspector = inspect(connection)
            for table in self._tables.all():
                try:
                    found = inspector.get_columns(table.name, schema=table.schema)
                except NoSuchTableError:
                    missing.append(table.fullname)
                    continue
                there = {column["name"] for column in found}
                missing += [
                    f"{table.fullname}.{column.name}"
                    for column in table.c
                    if column.name not in there
                ]
        return missing
