"""Help by administrators, all at once: approved once, carried out or cancelled, and told once."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.errors import NotDone
from flask_airlock.flows import rescues
from flask_airlock.flows.administration import TERMINAL
from tests.applications import Application
from tests.people import Person
from tests.races.actions import Shot, send, shot
from tests.races.arena import CROWD, Arena, tokens
from tests.races.test_promises import Call, Stand, all_alike, make, stand

DELAY = 60
Approval = tuple[Any, str]


def asked_for(at: Stand) -> Any:
    """A rescue that an administrator is to answer for."""
    at.do("rescues", "ask", at.account_id, at.now)
    return at.do("rescues", "open_of", at.account_id)


def approve_first(at: Stand) -> list[Call]:
    """The first approval of two, by as many administrators."""
    rescue, names = asked_for(at), range(CROWD)
    return [Call("rescues", "approve_first", (rescue, f"{it}", "why", at.now)) for it in names]


def approve(at: Stand) -> list[Call]:
    """The only approval, by as many administrators."""
    rescue, alone = asked_for(at), {"alone": True}
    given = [(rescue, f"{number}", "why", at.now, at.now) for number in range(CROWD)]
    return [Call("rescues", "approve", it, alone) for it in given]


def due(at: Stand) -> Any:
    """A while from now: workers that begin with a request carry out what is due by then."""
    return at.now + timedelta(hours=1)


def approved(at: Stand) -> Any:
    """A rescue that is due in a while."""
    rescue = asked_for(at)
    assert at.do("rescues", "approve", rescue, "Bob", "why", at.now, due(at), alone=True)
    return rescue


def claim(at: Stand) -> list[Call]:
    """What is due, for as many sweeps."""
    return all_alike(Call("rescues", "claim", (approved(at).id, due(at))))


def call_off(at: Stand) -> list[Call]:
    """What is due, for as many who cancel it."""
    approved(at)
    return call_off_at(at)


def call_off_at(at: Stand) -> list[Call]:
    """As many who cancel what is open."""
    return all_alike(Call("rescues", "cancel", (at.account_id, "Carl", at.now)))


WON_ONCE: dict[str, Callable[[Stand], Sequence[Call]]] = {
    "Rescues.approve_first": approve_first,
    "Rescues.approve": approve,
    "Rescues.claim": claim,
    "Rescues.cancel": call_off,
}


@pytest.mark.promise(*WON_ONCE)
@pytest.mark.parametrize("promise", WON_ONCE)
def test_of_32_administrators_and_sweeps_one_is_heard(
    arena: Arena, rounds: int, promise: str
) -> None:
    for ada in arena.people(rounds):
        calls = WON_ONCE[promise](stand(arena, ada))
        assert sorted(arena.race(make, calls)) == [False] * (CROWD - 1) + [True]


@pytest.mark.promise("Rescues.claim", "Rescues.cancel")
def test_a_rescue_that_is_due_and_cancelled_at_once_is_one_of_both(
    arena: Arena, rounds: int
) -> None:
    for ada in arena.people(rounds):
        at = stand(arena, ada)
        both = zip(claim(at), call_off_at(at), strict=True)
        assert arena.race(make, [call for pair in both for call in pair]).count(True) == 1


@pytest.fixture
def helping(arenas: Any) -> Arena:
    """A minute passes between the approval and the help."""
    quick = ("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", False)
    return arenas((quick, ("SECURITY_RESCUE_DELAY", DELAY)))  # type: ignore[no-any-return]


@pytest.fixture
def strict(arenas: Any) -> Arena:
    """Two have to approve."""
    quick = ("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", False)
    return arenas(  # type: ignore[no-any-return]
        (quick, ("SECURITY_RESCUE_DELAY", DELAY), ("SECURITY_RESCUE_APPROVERS", 2))
    )


def act(application: Application, what: Shot | Approval | None) -> Any:
    """Send a request; or approve, by somebody; or, for nothing, carry out what is due."""
    if isinstance(what, Shot):
        return send(application, what)
    services = application.app.extensions["security"].services
    with application.app.app_context():
        if what is None:
            return rescues.sweep(services)
        try:
            return rescues.approve(services, what[0], "why", what[1], TERMINAL).state
        except NotDone as refused:
            return refused.reason


def enrolled(arena: Arena, person: Person) -> Any:
    """The key of a user with an app."""
    arena.enrolled(person, "authenticator")
    return (arena.user(person.email) or {})["id"]


def sent(arena: Arena, person: Person, template: str) -> int:
    """How many letters of a kind were written."""
    return len(arena.rows(person, "letters", template=template))


def test_many_who_approve_at_once_are_one(helping: Arena, rounds: int) -> None:
    for ada in helping.people(rounds):
        user_id = enrolled(helping, ada)
        results = helping.race(act, [(user_id, f"Bob {number}") for number in range(CROWD)])
        assert results.count("approved") == 1
        assert sent(helping, ada, "rescue_approved") == helping.events(ada, "rescue_approved") == 1


def test_of_two_who_have_to_approve_each_does_once(strict: Arena, rounds: int) -> None:
    """Never one twice."""
    for ada in strict.people(rounds):
        user_id = enrolled(strict, ada)
        results = strict.race(act, [(user_id, "Bob"), (user_id, "Carl")] * (CROWD // 2))
        assert sorted(it for it in results if "approved" in it and "_already" not in it) == [
            "approved",
            "half_approved",
        ]
        (row,) = strict.rows(ada, "rescues")
        assert {row["first_by"], row["second_by"]} == {"Bob", "Carl"}


def test_many_sweeps_at_once_mail_one_link(helping: Arena, rounds: int) -> None:
    for ada in helping.people(rounds):
        act(helping.application, (enrolled(helping, ada), "Bob"))
        helping.application.clock.advance(seconds=DELAY)
        helping.race(act, [None] * CROWD)
        assert sent(helping, ada, "setup_link") == helping.events(ada, "factors_reset") == 1
        assert [row["state"] for row in helping.rows(ada, "rescues")] == ["done"]


def test_a_login_and_the_sweep_at_once_are_one_of_both(helping: Arena, rounds: int) -> None:
    """Whoever is inside has his factors, and whoever lost them is outside."""
    for ada in helping.people(rounds):
        act(helping.application, (enrolled(helping, ada), "Bob"))
        browser = helping.half_open(ada, "authenticator")
        helping.application.clock.advance(seconds=DELAY)
        code = ada.app_code()
        login = shot(browser, "/login/second-step", method="authenticator", code=code)
        results = helping.race(act, [login, None] * 4)
        inside = [it for it in tokens([it for it in results if it]) if helping.lets_in(it)]
        (row,) = helping.rows(ada, "rescues")
        lives = len(helping.rows(ada, "credentials", revoked_at=None)) == 1
        assert row["state"] == ("cancelled" if lives else "done")
        assert bool(inside) is lives


def test_the_link_and_the_sweep_at_once_are_one_of_both(helping: Arena, rounds: int) -> None:
    for ada in helping.people(rounds):
        act(helping.application, (enrolled(helping, ada), "Bob"))
        link = ada.newest_letter().partition("/link/cancel_rescue/")[2].split()[0]
        browser = helping.application.browser().get(f"/link/cancel_rescue/{link}")
        helping.application.clock.advance(seconds=DELAY)
        helping.race(act, [shot(browser, "/cancel-rescue"), None] * (CROWD // 2))
        (row,) = helping.rows(ada, "rescues")
        told = (sent(helping, ada, "setup_link"), sent(helping, ada, "rescue_cancelled"))
        assert told == ((1, 0) if row["state"] == "done" else (0, 1))
