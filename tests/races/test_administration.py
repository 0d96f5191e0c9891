"""Administrators at the same user or role: each change is made and recorded once, none is lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from tests.races.arena import CROWD, Arena
from tests.races.test_promises import Call, Stand, all_alike, make, stand

NAMES = [f"permission-{number}" for number in range(CROWD)]
ONE_OF_ALL = [False] * (CROWD - 1) + [True]


@dataclass(frozen=True)
class RoleChange:
    """What many do to a role at once, what they are told, and what there is afterwards."""

    calls: Sequence[Call]
    answers: Sequence[bool]
    bonds: int = 0
    permitted: frozenset[str] = frozenset()


def give(at: Stand, role: str) -> RoleChange:
    """The quick start's table between users and roles has no key that would refuse a double."""
    return RoleChange(all_alike(Call("roles", "give", (at.user_id, role))), ONE_OF_ALL, bonds=1)


def take(at: Stand, role: str) -> RoleChange:
    """The same backwards."""
    at.do("roles", "give", at.user_id, role)
    return RoleChange(all_alike(Call("roles", "take", (at.user_id, role))), ONE_OF_ALL)


def permit(_: Stand, role: str) -> RoleChange:
    """Each something else: all of it is kept in one column."""
    calls = [Call("roles", "permit", (role, (name,), None)) for name in NAMES]
    return RoleChange(calls, [True] * CROWD, permitted=frozenset(NAMES))


def forbid(at: Stand, role: str) -> RoleChange:
    """The same backwards."""
    at.do("roles", "permit", role, NAMES, None)
    calls = [Call("roles", "forbid", (role, (name,), None)) for name in NAMES]
    return RoleChange(calls, [True] * CROWD)


ROLE_CHANGES = {
    "Roles.take": take,
    "Roles.give": give,
    "Roles.permit": permit,
    "Roles.forbid": forbid,
}


def bonds(arena: Arena, role: str) -> int:
    """How many rows say that somebody has the role."""
    store = arena.application.datastore
    between = store.user_model.roles.property.secondary
    roles = between.metadata.tables["role"]
    count = sa.select(sa.func.count()).select_from(between.join(roles))
    with arena.application.app.app_context():
        engine = store.engine()
    with engine.connect() as connection:
        return int(connection.execute(count.where(roles.c.name == role)).scalar_one())


def permitted(arena: Arena, role: str) -> set[str]:
    """What the role permits."""
    lines = make(arena.application, Call("roles", "all", ()))
    return {name for line in lines if line.name == role for name in line.permissions}


@pytest.mark.promise(*ROLE_CHANGES)
@pytest.mark.parametrize("promise", ROLE_CHANGES)
def test_of_32_changes_to_a_role_at_once_none_is_made_twice_and_none_is_lost(
    arena: Arena, rounds: int, promise: str
) -> None:
    for ada in arena.people(rounds):
        role = f"role of {ada.email}"
        make(arena.application, Call("roles", "create", (role, None, (), None)))
        change = ROLE_CHANGES[promise](stand(arena, ada), role)
        assert sorted(arena.race(make, change.calls)) == change.answers
        assert bonds(arena, role) == change.bonds
        assert permitted(arena, role) == change.permitted
