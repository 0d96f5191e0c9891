"""The roles that were read with their user: rows, until somebody asks for the objects.

A guard wants names. Ten objects, made for it and brought home, took a third of a page.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import InstanceState, PassiveFlag
from sqlalchemy.orm.attributes import instance_state

from .instances import RelatedInstances, adopted
from .mixins import UserMixin, name_of
from .permissions import permitted_by

ROLES = "roles"
NAME, PERMISSIONS = "name", "permissions"
ASKED = ("has_role", "has_permission")


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

    def give_to(self, user: Any) -> None:
        """From here `user.roles` comes, until the user expires."""
        state = instance_state(user)
        state.callables = {**state.callables, ROLES: self}

    def __call__(self, state: InstanceState[Any], passive: PassiveFlag) -> Any:
        """What the ORM calls to load `user.roles`."""
        session = state.session
        # Nothing may be added to a session that is about to write.
        is_writing = session is not None and session._flushing
        return _by_the_orm(state, passive) if is_writing else self.objects(session)

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        """A user who was put by and is taken out again loads roles like any other."""
        return _ordinary_loader, ()


def roles_at_hand(user: Any) -> RolesAtHand | None:
    """What was read with the user and not asked for yet. It says what the database said: whoever
    may have changed roles since asks the user."""
    kept = instance_state(user).callables.get(ROLES)
    return kept if isinstance(kept, RolesAtHand) else None


def answers_for(made: RelatedInstances, user_model: type[Any]) -> bool:
    """Whether rows say what users of this model would: who has an answer of his own, or roles
    that make up theirs, is asked."""
    is_ours = all(getattr(user_model, it, None) is getattr(UserMixin, it) for it in ASKED)
    permits_by_column = made.place_of(PERMISSIONS) is not None or not hasattr(
        made.model, PERMISSIONS
    )
    return is_ours and made.place_of(NAME) is not None and permits_by_column


def _by_the_orm(state: InstanceState[Any], passive: PassiveFlag) -> Any:
    loader: Any = state.manager[ROLES].impl.callable_
    return loader(state, passive)


def _ordinary_loader() -> Any:
    return _by_the_orm
