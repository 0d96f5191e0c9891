"""The application's roles, by way of its own models, in one of our transactions."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as OrmSession

from ..domain.directory import RoleLine
from .permissions import forbid, permissions_of, permit
from .promises import promise
from .rows import orm_session
from .users import Users


class Roles:
    """Roles with their permissions, and who has them.

    Every method raises LookupError for a role that does not exist, and where the application
    has no roles.
    """

    def __init__(self, connection: Connection, users: Users) -> None:
        self._connection = connection
        self._users = users

    def all(self) -> list[RoleLine]:
        """Every role, by name."""
        model, users = self._model(), self._users
        with orm_session(self._connection) as session:
            found = session.execute(select(model).order_by(model.name)).unique().scalars().all()
            query = select(model.name, func.count(users.key)).select_from(users.model)
            counted = session.execute(query.join(users.model.roles).group_by(model.name))
            members = {row[0]: int(row[1]) for row in counted}
            return [
                RoleLine(
                    name=role.name,
                    description=getattr(role, "description", None),
                    permissions=tuple(sorted(permissions_of(role))),
                    users=members.get(role.name, 0),
                )
                for role in found
            ]

    def exists(self, name: str) -> bool:
        """Whether there is a role of this name."""
        with orm_session(self._connection) as session:
            return self._found(session, name) is not None

    def create(
        self,
        name: str,
        description: str | None,
        permissions: Iterable[str],
        known: Collection[str] | None,
    ) -> bool:
        """Add a role; False if there is one of this name. Raises what `permit` raises."""
        model = self._model()
        with orm_session(self._connection) as session:
            if self._found(session, name) is not None:
                return False
            if description is not None and not hasattr(model, "description"):
                raise LookupError(f"{model.__name__} has no column named description")
            columns = {} if description is None else {"description": description}
            role = model(name=name, **columns)
            asked = list(permissions)
            if asked:
                permit(role, asked, known)
            session.add(role)
            try:
                session.commit()
            except IntegrityError:
                return False
        return True

    @promise("A role is given to a user once.")
    def give(self, user_id: Any, name: str) -> bool:
        """Give a user a role; False if he had it."""
        with orm_session(self._connection) as session:
            self._hold_user(session, user_id)
            role, user = self._role(session, name), session.get(self._users.model, user_id)
            if user is None or role in user.roles:
                return False
            user.roles.append(role)
            session.commit()
        return True

    @promise("A role is taken away from a user once.")
    def take(self, user_id: Any, name: str) -> bool:
        """Take a role away from a user; False if he did not have it."""
        with orm_session(self._connection) as session:
            self._hold_user(session, user_id)
            role, user = self._role(session, name), session.get(self._users.model, user_id)
            if user is None or role not in user.roles:
                return False
            user.roles.remove(role)
            session.commit()
        return True

    @promise("Of what a role is let permit nothing is lost, and each is new once.")
    def permit(self, name: str, names: Iterable[str], known: Collection[str] | None) -> bool:
        """Let a role permit more; see `permissions.permit`."""
        with orm_session(self._connection) as session:
            self._hold_role(session, name)
            changed = permit(self._role(session, name), names, known)
            session.commit()
        return changed

    @promise("Of what a role is forbidden nothing is left, and each is gone once.")
    def forbid(self, name: str, names: Iterable[str], known: Collection[str] | None) -> bool:
        """Let a role permit less; see `permissions.forbid`."""
        with orm_session(self._connection) as session:
            self._hold_role(session, name)
            changed = forbid(self._role(session, name), names, known)
            session.commit()
        return changed

    def permissions(self, user_id: Any) -> frozenset[str]:
        """What all roles of a user permit together; nothing where there are no roles."""
        if self._users.role_model is None or not self._users.has_roles:
            return frozenset()
        with orm_session(self._connection) as session:
            user = session.get(self._users.model, user_id)
            roles = user.roles if user is not None else ()
            return frozenset().union(*(permissions_of(role) for role in roles))

    # What is read decides what is written: whoever else would change the same waits before he
    # reads, until the end of this transaction. SQLite knows no FOR UPDATE, and needs none: the
    # session's savepoint has locked everything.
    def _hold_user(self, session: OrmSession, user_id: Any) -> None:
        key = self._users.key
        session.execute(select(key).where(key == user_id).with_for_update(key_share=True))

    def _hold_role(self, session: OrmSession, name: str) -> None:
        column = self._model().name
        session.execute(select(column).where(column == name).with_for_update(key_share=True))

    def _model(self) -> type[Any]:
        if self._users.role_model is None or not self._users.has_roles:
            raise LookupError("the application has no roles")
        return self._users.role_model

    def _found(self, session: OrmSession, name: str) -> Any | None:
        model = self._model()
        query = select(model).where(model.name == name)
        roles = session.execute(query).unique().scalars()
        # Compared again: a database may call two names equal that are not.
        return next((role for role in roles if role.name == name), None)

    def _role(self, session: OrmSession, name: str) -> Any:
        role = self._found(session, name)
        if role is None:
            raise LookupError(f"there is no role named {name!r}")
        return role
