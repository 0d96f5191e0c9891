"""Administrators at the same user or role: each change is made and recorded once, none is lost."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.errors import NotDone
from flask_airlock.flows import administration
from flask_airlock.flows.services import Services
from tests.applications import Application
from tests.people import Person
from tests.races.arena import CROWD, Arena
from tests.races.test_promises import Call, Stand, all_alike, make, stand


@dataclass(frozen=True)
class Order:
    """What an administrator asks for, of any process."""

    flow: Callable[..., Any]
    arguments: tuple[Any, ...]


def carry_out(application: Application, order: Order) -> Any:
    """Do it: for how many; or the reason, where it can't be done."""
    services = application.app.extensions["security"].services
    with application.app.app_context():
        try:
            done = order.flow(services, *order.arguments)
        except NotDone as refused:
            return refused.reason
    return done if done is None else int(done[1])


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


@dataclass(frozen=True)
class Deed:
    """What many administrators ask for at once, how it is answered, and what is recorded of it."""

    order: Order
    answers: Sequence[Any]
    recorded: Sequence[Any]


def switch_off(at: Stand, person: Person) -> Deed:
    """Keep somebody out."""
    order = Order(switch, (person.email,))
    return Deed(order, [0] * (CROWD - 1) + [1], [{"change": "deactivated"}])


def switch(services: Services, name: str) -> Any:
    """The same as a call without names."""
    return administration.switch(services, name, on=False)


def end_one(at: Stand, person: Person) -> Deed:
    """End one of two sessions."""
    at.session(f"first {at.account_id}")
    chosen = at.session(f"second {at.account_id}").id
    order = Order(administration.end_sessions, (person.email, chosen))
    told = ["unknown_session"] * (CROWD - 1)
    return Deed(order, [1, *told], [{"change": f"session {chosen} ended"}])


def end_all(at: Stand, person: Person) -> Deed:
    """End both."""
    at.session(f"first {at.account_id}")
    at.session(f"second {at.account_id}")
    order = Order(administration.end_sessions, (person.email, None))
    return Deed(order, [0] * (CROWD - 1) + [2], [{"change": "all sessions ended"}])


def delete(at: Stand, _: Person) -> Deed:
    """Remove somebody with all that is his."""
    order = Order(administration.delete, (at.user_id,))
    told = ["unknown_user"] * (CROWD - 1)
    return Deed(order, [None, *told], [{"by": "administrator"}])


def recorded(arena: Arena) -> list[Any]:
    """What the events say of what administrators did, without its owner: he may be gone."""
    names = ("user_changed", "user_deleted")
    rows = sorted(arena.application.rows("events"), key=lambda row: row["id"])
    return [json.loads(row["detail"]) for row in rows if row["name"] in names]


@pytest.mark.parametrize("promise", [switch_off, end_one, delete, end_all])
def test_what_32_administrators_do_to_a_user_is_done_once_and_recorded_once(
    arena: Arena, rounds: int, promise: Callable[[Stand, Person], Deed]
) -> None:
    """Whoever comes too late hears it."""
    for ada in arena.people(rounds):
        deed, before = promise(stand(arena, ada), ada), len(recorded(arena))
        answers = arena.race(carry_out, [deed.order] * CROWD)
        assert sorted(answers, key=str) == sorted(deed.answers, key=str)
        assert recorded(arena)[before:] == deed.recorded
