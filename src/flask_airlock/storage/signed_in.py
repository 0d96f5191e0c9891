"""Who is signed in: user, account and session of a token, in one SELECT for every page."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, select
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.util import identity_key

from ..domain.accounts import Account
from ..domain.sessions import Session
from .accounts import account_columns, account_of
from .columns import shares_one_connection
from .instances import Instances, instances_of
from .prepared import prepared
from .session_statements import WIDTH, live, session_columns
from .sessions import session_of
from .tables import Tables

Found = tuple[Any, Account, Session]


class SignedInReader:
    """Reads on a connection of its own: a request that held the application's and waited for a
    second one would stand in the way of all others. The user belongs to the application's
    session."""

    def __init__(self, session: Any, user_model: type[Any], tables: Tables) -> None:
        self._session = session
        self._model = user_model
        self._tables = tables

    def find(
        self, wanted: dict[str, Any], engine: Engine, connection: Callable[[], Connection]
    ) -> Found | None:
        """The session that is `wanted`; `connection` is the application's."""
        made = self._instances
        if made is None:
            return self._found_by_orm(wanted, engine)
        statement = _row_of(self._tables, made)
        if shares_one_connection(engine):
            row = connection().execute(statement, wanted).first()
        else:
            with engine.connect() as own:
                row = own.execute(statement, wanted).first()
        if row is None:
            return None
        user = self._adopted(made.make(row[-len(made.columns) :]))
        return user, account_of(row[WIDTH:]), session_of(row)

    @cached_property
    def _instances(self) -> Instances | None:
        return instances_of(self._model)

    def _found_by_orm(self, wanted: dict[str, Any], engine: Engine) -> Found | None:
        statement = _entity_of(self._tables, self._model)
        if shares_one_connection(engine):
            with self._session.no_autoflush:
                row = self._session.execute(statement, wanted).unique().first()
            user = row[0] if row else None
        else:
            with OrmSession(engine) as reader:
                row = reader.execute(statement, wanted).unique().first()
            user = self._adopted(row[0]) if row else None
        return (user, account_of(row[1 + WIDTH :]), session_of(row[1:])) if row else None

    def _adopted(self, user: Any) -> Any:
        """The user in the application's session; the one that is there already, if any."""
        present = self._session.identity_map.get(identity_key(instance=user))
        if present is not None:
            return present
        self._session.add(user)
        return user


@prepared
def _row_of(tables: Tables, made: Instances) -> Select[Any]:
    accounts, sessions = tables.accounts, tables.sessions
    mine = sessions.join(accounts, accounts.c.id == sessions.c.account_id)
    his = mine.join(made.table, made.key == accounts.c.user_id)
    # A user's column may be called like one of ours: they come last, and are taken by their place.
    return (
        select(*session_columns(tables), *account_columns(tables), *made.columns)
        .select_from(his)
        .where(sessions.c.digest == bindparam("of_digest"), *live(tables))
    )


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
