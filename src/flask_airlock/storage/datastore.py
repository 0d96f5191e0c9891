"""`SQLAlchemyUserDatastore`: what an application does with its users, in its own session."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, select

from ..domain.accounts import Account
from ..domain.addresses import normal_address, same_address
from ..domain.login_state import Stage
from ..domain.passwords import PasswordCost, Passwords
from ..domain.sessions import Session
from ..domain.trust import Ending
from ..errors import ConfigurationError, InvalidAddress, UnknownUser
from .accounts import Accounts
from .columns import to_db
from .connections import keeps_a_snapshot
from .leaving import forget_user, hold_user
from .link_tokens import void_links
from .permissions import forbid, permit
from .roles_at_hand import roles_at_hand
from .session_statements import live_at
from .sessions import end_sessions
from .signed_in import SignedInReader
from .tables import Tables, make_tables
from .troubles import told_apart
from .trusted_browsers import end_trust
from .users import Users

# What sessions end with.
ENDING = {"active", "password"}
SNAPSHOT = (
    "At REPEATABLE READ, PostgreSQL hides sessions that were opened since the transaction began,"
    " and they would outlive this change of the user: make it at READ COMMITTED or SERIALIZABLE."
)


class SQLAlchemyUserDatastore:
    """Users and roles of an application on Flask-SQLAlchemy.

    Changes are made in the application's session (`db.session`); the application commits.
    Making the datastore defines our tables on the metadata of `user_model`.
    """

    def __init__(self, db: Any, user_model: type[Any], role_model: type[Any] | None = None) -> None:
        self.db = db
        self.user_model = user_model
        self.role_model = role_model
        self.users = Users(user_model, role_model)
        self.tables: Tables = make_tables(user_model)
        self._signed_in = SignedInReader(db.session, self.users, self.tables)
        default = Passwords(PasswordCost())
        self._passwords: Callable[[], Passwords] = lambda: default
        self._clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._known_permissions: Callable[[], Collection[str] | None] = lambda: None
        self._listen()

    def serve(
        self,
        passwords: Callable[[], Passwords],
        clock: Callable[[], datetime],
        permissions: Callable[[], Collection[str] | None] = lambda: None,
    ) -> None:
        """Hash, tell the time and know permissions as the application that is current does."""
        self._passwords = passwords
        self._clock = clock
        self._known_permissions = permissions

    def engine(self) -> Engine:
        """The engine that holds the users, in the application that is current."""
        engine: Engine = self.db.session.get_bind(mapper=self.user_model.__mapper__).engine
        return engine

    def connection(self) -> Connection:
        """The connection of the application's own session, with its uncommitted work."""
        where = {"mapper": self.user_model.__mapper__}
        connection: Connection = self.db.session.connection(bind_arguments=where)
        return connection

    def commit(self) -> None:
        """Commit the application's session."""
        self.db.session.commit()

    def create_user(
        self, *, email: str, password: str | None = None, roles: Iterable[Any] = (), **columns: Any
    ) -> Any:
        """Add a user. The address is kept in its normal form, the password always hashed.

        `roles` are role objects or names; other keywords are columns of the model. The address
        counts as confirmed, unless `confirmed_at=None` says otherwise. Raises
        InvalidAddress for what can't be a mail address, UnknownUser's sibling LookupError for
        an unknown role.
        """
        columns.setdefault("active", True)
        if not self.users.has_active:
            del columns["active"]
        if self.users.has_confirmed:
            # Whoever writes the program vouches for the address; a registration has to prove it.
            columns.setdefault("confirmed_at", to_db(self._clock()))
        hashed = None if password is None else self._passwords().hash(password)
        user = self.user_model(email=normal_address(email), password=hashed, **columns)
        for role in roles:
            self.add_role_to_user(user, role)
        self.db.session.add(user)
        return user

    def set_password(self, user: Any, password: str) -> None:
        """Hash and keep a new password; every session of the user ends with the commit."""
        user.password = self._passwords().hash(password)

    def delete_user(self, user: Any) -> None:
        """Remove a user, and with him everything of ours that is his."""
        self.db.session.delete(user)

    def activate_user(self, user: Any) -> None:
        """Let a user in again."""
        user.active = True

    def deactivate_user(self, user: Any) -> None:
        """Keep a user out from the next request on; his sessions do not come back with him."""
        user.active = False

    def find_user(self, *, email: str | None = None, **columns: Any) -> Any | None:
        """The one user with this address, or with these column values."""
        if email is not None:
            try:
                columns["email"] = normal_address(email)
            except InvalidAddress:
                return None
        if not columns:
            # An address that somebody else was to give and did not: nobody, never just anybody.
            return None
        query = select(self.user_model).filter_by(**columns)
        found = self.db.session.execute(query).unique().scalars()
        # MariaDB calls addresses equal that differ in an accent: they are other people's.
        return next(
            (it for it in found if not email or same_address(it.email, columns["email"])), None
        )

    def get_user(self, email: str) -> Any:
        """The user with this address; raises UnknownUser."""
        user = self.find_user(email=email)
        if user is None:
            raise UnknownUser(email)
        return user

    def list_users(self) -> list[Any]:
        """Every user, by address."""
        query = select(self.user_model).order_by(self.user_model.email)
        return list(self.db.session.execute(query).unique().scalars())

    def create_role(self, name: str, **columns: Any) -> Any:
        """Add a role."""
        role = self._role_class()(name=name, **columns)
        self.db.session.add(role)
        return role

    def find_role(self, name: str) -> Any | None:
        """The role with this name."""
        query = select(self._role_class()).filter_by(name=name).limit(1)
        return self.db.session.execute(query).unique().scalar()

    def find_or_create_role(self, name: str, **columns: Any) -> Any:
        """The role with this name, added if there was none."""
        return self.find_role(name) or self.create_role(name, **columns)

    def add_role_to_user(self, user: Any, role: Any) -> bool:
        """Give a role (object or name); False if the user had it."""
        wanted = self._role(role)
        if wanted in user.roles:
            return False
        user.roles.append(wanted)
        return True

    def remove_role_from_user(self, user: Any, role: Any) -> bool:
        """Take a role away; False if the user did not have it."""
        unwanted = self._role(role)
        if unwanted not in user.roles:
            return False
        user.roles.remove(unwanted)
        return True

    def add_permissions_to_role(self, role: Any, names: Iterable[str]) -> bool:
        """Let a role (object or name) permit more; False if it permitted all of this.

        Raises ValueError for what can't be a permission, LookupError for one that
        SECURITY_PERMISSIONS does not list, or where roles have no column `permissions`.
        """
        return permit(self._role(role), names, self._known_permissions())

    def remove_permissions_from_role(self, role: Any, names: Iterable[str]) -> bool:
        """Let a role (object or name) permit less; False if it permitted nothing of this.

        Raises what `add_permissions_to_role` raises; a name that nobody lists any more goes too.
        """
        return forbid(self._role(role), names, self._known_permissions())

    def by_session(
        self, digest: bytes, now: datetime, *, with_roles: bool = False
    ) -> tuple[Any, Account, Session] | None:
        """User, account and signed-in session of a token's digest, in one SELECT; `with_roles`
        where the user's are about to be asked for.

        The user belongs to the application's session. Raises StoreFailed where the database is
        gone.
        """
        wanted = {"of_digest": digest, **live_at(Stage.SIGNED_IN, now)}
        with told_apart():
            return self._signed_in.find(
                wanted, self.engine(), self.connection, with_roles=with_roles
            )

    def holder_of(self, user: Any) -> Any:
        """Who answers for the roles of a user that was just found: the rows, where they came along
        and say what the user would, or the user."""
        return roles_at_hand(user) or user

    def _role(self, role: Any) -> Any:
        if not isinstance(role, str):
            return role
        found = self.find_role(role)
        if found is None:
            raise LookupError(f"there is no role named {role!r}")
        return found

    def _role_class(self) -> type[Any]:
        if self.role_model is None:
            raise LookupError("the datastore was made without a role model")
        return self.role_model

    def _listen(self) -> None:
        """Keep addresses in normal form, end sessions with what opened them, and never let a new
        user inherit a deleted one's account."""
        model = self.user_model
        event.listen(model.email, "set", _normalise, retval=True, propagate=True)
        # Before the user's row is written: all of ours take it after the account.
        event.listen(model, "before_update", self._hold_account, propagate=True)
        event.listen(model, "after_update", self._end_sessions, propagate=True)
        event.listen(model, "before_delete", self._hold_all, propagate=True)
        event.listen(model, "after_delete", self._forget, propagate=True)
        # A deletion that no listener saw (raw SQL, SQLite without foreign keys) may leave an
        # account behind; whoever is given the same key next must not inherit it.
        event.listen(model, "after_insert", self._forget, propagate=True)

    def _hold_account(self, _mapper: Any, connection: Connection, user: Any) -> None:
        if _changes(self.users, user):
            self._lock(connection, user)

    def _lock(self, connection: Connection, user: Any) -> None:
        """Raises ConfigurationError where sessions would be missed that were opened just now."""
        if keeps_a_snapshot(connection):
            raise ConfigurationError(SNAPSHOT)
        key = getattr(user, self.users.key.key)
        Accounts(connection, self.tables).lock_user(key, self._clock())

    def _hold_all(self, _mapper: Any, connection: Connection, user: Any) -> None:
        hold_user(connection, self.tables, getattr(user, self.users.key.key))

    def _forget(self, _mapper: Any, connection: Connection, user: Any) -> None:
        forget_user(connection, self.tables, getattr(user, self.users.key.key))

    def _end_sessions(self, _mapper: Any, connection: Connection, user: Any) -> None:
        """A new password, or a user switched off: sessions opened before are over for good, and
        links mailed before are void. So they are after a new address: they went to the old one."""
        changes = _changes(self.users, user)
        if not changes:
            return
        # Once more: a listener of the application's may have made the change after ours looked.
        self._lock(connection, user)
        now, key = self._clock(), getattr(user, self.users.key.key)
        if changes & ENDING:
            end_sessions(connection, self.tables, key, now)
        if changes - {"confirmed_at"}:
            end_trust(connection, self.tables, key, _ending(changes), now)
            survivors = "email" not in changes
            void_links(connection, self.tables, key, now, survivors=survivors)


def _changes(users: Users, user: Any) -> set[str]:
    """What was changed of that by which somebody signs in."""
    changed, found = inspect(user).attrs, set()
    if users.has_active and changed.active.history.added == [False]:
        found.add("active")
    watched = ("password", "email", *(("confirmed_at",) if users.has_confirmed else ()))
    return found | {name for name in watched if changed[name].history.has_changes()}


def _ending(changes: set[str]) -> Ending:
    if "active" in changes:
        return Ending.DEACTIVATED
    return Ending.PASSWORD if "password" in changes else Ending.ADDRESS


def _normalise(_user: Any, value: Any, *_: Any) -> Any:
    try:
        return normal_address(value)
    except (InvalidAddress, AttributeError):
        return value
