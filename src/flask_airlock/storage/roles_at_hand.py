"""The roles that were read with their user: rows, until somebody asks for the objects.

A guard wants names. Ten objects, made for it and brought home, took a third of a page. They are
made before the application's session asks the database for anything: what it changes there must not
be undone by what was read before.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import InstanceState, PassiveFlag
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from .instances import RelatedInstances, adopted
from .mixins import UserMixin, name_of
from .permissions import permitted_by

ROLES = "roles"
NAME, PERMISSIONS = "name", "permissions"
HOLDER = "airlock_role_holder"
ANSWERS: dict[str, Any] = {
    name: getattr(UserMixin, name) for name in ("has_role", "has_permission")
}


class RolesAtHand:
    """What guards ask of a user, answered by the rows; and what `user.roles` is loaded from."""

    def __init__(self, made: RelatedInstances, rows: Sequence[Sequence[Any]]) -> None:
        self._made = made
        self._rows = rows

    def has_role(self, role: object) -> bool:
        """Whether the role is one of these, given by name or as an object."""
        return name_of(role) in self._cells(NAME)

    def has_permission(self, name: str) -> bool:
        """Whether a role permits this."""
        return any(name in permitted_by(kept) for kept in self._cells(PERMISSIONS))

    def _cells(self, key: str) -> list[Any]:
        place = self._made.place_of(key)
        return [] if place is None else [cells[place] for cells in self._rows]

    def objects(self, session: Any) -> list[Any]:
        """The roles; where the application's session knows one, that."""
        made = [self._made.make(cells) for cells in self._rows]
        mine = made if session is None else [adopted(session, it) for it in made]
        # Nothing keeps an application from giving a role twice.
        return list({id(it): it for it in mine}.values())

    def wait_at(self, user: Any, session: Any) -> None:
        """Be what `user.roles` is loaded from, until the session asks the database."""
        state = instance_state(user)
        state.callables = {**state.callables, ROLES: self}
        session.info[HOLDER] = user

    def __call__(self, state: InstanceState[Any], passive: PassiveFlag) -> Any:
        """What the ORM calls to load `user.roles`."""
        if _is_writing(state.session):
            return _by_the_orm(state, passive)
        return self.objects(state.session)

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        """A user who was put by and is taken out again loads roles like any other."""
        return _ordinary_loader, ()


def roles_at_hand(user: Any) -> RolesAtHand | None:
    """What was read with the user, if it waits still and says what the user would."""
    kept = instance_state(user).callables.get(ROLES)
    is_ours = all(getattr(type(user), name, None) is ours for name, ours in ANSWERS.items())
    return kept if is_ours and isinstance(kept, RolesAtHand) else None


def tell_all(made: RelatedInstances, user_model: type[Any]) -> bool:
    """Whether the rows of roles hold what the roles would answer."""
    is_column = {name: made.place_of(name) is not None for name in (NAME, PERMISSIONS)}
    permits_by_row = is_column[PERMISSIONS] or not hasattr(made.model, PERMISSIONS)
    is_plain = all(
        vars(object)["__getattribute__"] is it.__getattribute__ and not hasattr(it, "__getattr__")
        for it in (made.model, user_model)
    )
    return is_column[NAME] and permits_by_row and is_plain


def watch(session: Any, user_model: type[Any]) -> None:
    """Let no roles wait longer than they are true: `session` is the application's."""
    event.listen(session, "after_begin", _bring_home)
    # By its state: the object may be gone when a transaction is rolled back.
    event.listen(user_model, "expire", _expire, propagate=True, raw=True)


def _bring_home(session: Any, *_: Any) -> None:
    """Before the session's first statement: what it changes then, it changes in these objects."""
    user = session.info.pop(HOLDER, None)
    kept = None if user is None else instance_state(user).callables.get(ROLES)
    if not isinstance(kept, RolesAtHand):
        return
    home = instance_state(user).session
    if _is_writing(home):
        _expire(instance_state(user), [ROLES])
    else:
        set_committed_value(user, ROLES, kept.objects(home))


def _expire(state: InstanceState[Any], names: Collection[str] | None) -> None:
    """The ORM does it for columns, and for collections only where all is expired."""
    if (names is None or ROLES in names) and ROLES in state.callables:
        del state.callables[ROLES]


def _is_writing(session: Any) -> bool:
    """Nothing may be added to a session that is about to write."""
    return session is not None and session._flushing


def _by_the_orm(state: InstanceState[Any], passive: PassiveFlag) -> Any:
    loader: Any = state.manager[ROLES].impl.callable_
    return loader(state, passive)


def _ordinary_loader() -> Any:
    return _by_the_orm
