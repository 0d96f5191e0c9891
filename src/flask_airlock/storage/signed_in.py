"""Who is signed in: user, account and session of a token, in one SELECT for every page."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, FromClause, Select, bindparam, select
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.attributes import instance_dict, set_committed_value

from ..domain.accounts import Account
from ..domain.sessions import Session
from .accounts import WIDTH as ACCOUNT
from .accounts import account_columns, account_of
from .connections import only_reading, shares_one_connection
from .instances import Instances, RelatedInstances, adopted, instances_of, related_of
from .prepared import prepared
from .roles_at_hand import ROLES, RolesAtHand, tell_all, watch
from .session_statements import WIDTH, live, session_columns
from .sessions import session_of
from .tables import Tables
from .users import Users

Found = tuple[Any, Account, Session]


class SignedInReader:
    """Reads on a connection of its own: a request that held the application's and waited for a
    second one would stand in the way of all others. The user belongs to the application's
    session."""

    def __init__(self, session: Any, users: Users, tables: Tables) -> None:
        self._session = session
        self._users = users
        self._tables = tables
        if users.has_roles:
            watch(session, users.model)

    def find(
        self, wanted: dict[str, Any], engine: Engine, connection: Callable[[], Connection],
        *, with_roles: bool = False,
    ) -> Found | None:  # fmt: skip
        """The session that is `wanted`; `connection` is the application's. `with_roles` where the
        user's are about to be asked for: they come along in the same SELECT, if they can."""
        made, session = self._made, self._session()
        # An application that filters what its session reads does so here as well.
        if made is None or session.dispatch.do_orm_execute:
            return self._found_by_orm(wanted, engine)
        roles = self._made_roles if with_roles else None
        statement = _rows_of(self._tables, made, roles)
        if shares_one_connection(engine):
            first, others = _read(connection(), statement, wanted, roles)
        else:
            with engine.connect() as own, only_reading(own):
                first, others = _read(own, statement, wanted, roles)
        if first is None:
            return None
        place = WIDTH + ACCOUNT
        # In a session that asked and knows nothing yet, nothing differs from what was read.
        is_news = not session.in_transaction() and not len(session.identity_map)
        user = adopted(session, made.make(first[place : place + made.width]))
        if roles is not None and ROLES not in instance_dict(user):
            there = [first[-roles.width :], *others]
            held = RolesAtHand(roles, [it for it in there if roles.is_one(it)])
            if is_news and self._rows_tell_all:
                held.wait_at(user, session)
            else:
                set_committed_value(user, ROLES, held.objects(session))
        return user, account_of(first[WIDTH:]), session_of(first)

    @cached_property
    def _made(self) -> Instances | None:
        return instances_of(self._users.model)

    @cached_property
    def _made_roles(self) -> RelatedInstances | None:
        return related_of(self._users.model, ROLES) if self._users.has_roles else None

    @cached_property
    def _rows_tell_all(self) -> bool:
        return self._made_roles is not None and tell_all(self._made_roles, self._users.model)

    def _found_by_orm(self, wanted: dict[str, Any], engine: Engine) -> Found | None:
        statement = _entity_of(self._tables, self._users.model)
        if shares_one_connection(engine):
            with self._session.no_autoflush:
                row = self._session.execute(statement, wanted).unique().first()
            user = row[0] if row else None
        else:
            with OrmSession(engine) as reader:
                row = reader.execute(statement, wanted).unique().first()
            user = adopted(self._session(), row[0]) if row else None
        return (user, account_of(row[1 + WIDTH :]), session_of(row[1:])) if row else None


def _read(
    connection: Connection, statement: Any, wanted: dict[str, Any], roles: RelatedInstances | None
) -> tuple[Any, Sequence[Any]]:
    """The first row, and of the others what is not the same in all."""
    result = connection.execute(statement, wanted)
    if roles is None:
        return result.first(), ()
    first, second = result.fetchone(), result.fetchone()
    if second is None:
        return first, ()
    others = result.columns(*range(-roles.width, 0)).all()
    return first, [second[-roles.width :], *others]


@prepared
def _rows_of(tables: Tables, made: Instances, roles: RelatedInstances | None) -> Select[Any]:
    accounts, sessions = tables.accounts, tables.sessions
    mine = sessions.join(accounts, accounts.c.id == sessions.c.account_id)
    his: FromClause = mine.join(made.table, made.key == accounts.c.user_id)
    # What is the application's may be called like ours: it comes last, and is taken by its place.
    columns = [*session_columns(tables), *account_columns(tables), *made.columns]
    if roles is not None:
        his, columns = roles.joined_to(his), [*columns, *roles.columns]
    wanted = sessions.c.digest == bindparam("of_digest")
    return select(*columns).select_from(his).where(wanted, *live(tables))


@prepared
def _entity_of(tables: Tables, model: type[Any]) -> Select[Any]:
    accounts, sessions = tables.accounts, tables.sessions
    (key,) = model.__mapper__.base_mapper.primary_key
    return (
        select(model, *session_columns(tables), *account_columns(tables))
        .join(accounts, accounts.c.user_id == key)
        .join(sessions, sessions.c.account_id == accounts.c.id)
        .where(sessions.c.digest == bindparam("of_digest"), *live(tables))
    )
