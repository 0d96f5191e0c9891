"""The purge and the application's own program, while people sign in: all, or nothing of it."""

from typing import Any

import pytest

from tests.journeys.life import ANOTHER
from tests.people import Person
from tests.races.actions import Answer, Shot, send_or_purge, send_or_set_password, shot
from tests.races.arena import Arena, tokens, unbroken
from tests.races.test_deletion import going

WEEK = {"days": 7, "minutes": 1}


def by_password(arena: Arena, person: Person) -> Shot:
    """The login of somebody who has no second factor."""
    going(arena, person)
    arena.application.clock.advance(**WEEK)
    browser = arena.application.browser().get("/login")
    return shot(browser, "/login", email=person.email, password=person.password)


def by_both_doors(arena: Arena, person: Person) -> Shot:
    """The second step of somebody who has passed the first."""
    arena.enrolled(person, "authenticator")
    going(arena, person, "authenticator")
    arena.application.clock.advance(**WEEK)
    browser = arena.half_open(person, "authenticator")
    code = person.app_code()
    return shot(browser, "/login/second-step", method="authenticator", code=code)


def belongings(arena: Arena, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """What is left of an account, by table."""
    kept = ("sessions", "credentials", "setups", "codes", "throttles", "link_tokens", "letters")
    found = {
        name: [row for row in arena.application.rows(name) if row["account_id"] == account_id]
        for name in (*kept, "events")
    }
    # SQLite asks for no owner unless told to: it keeps a guess that came in the same moment.
    if arena.site.uri.startswith("sqlite"):
        del found["throttles"]
        found["events"] = [row for row in found["events"] if row["name"] != "factor_refused"]
    return {name: rows for name, rows in found.items() if rows}


def remove_everybody_else(arena: Arena) -> None:
    """Those whom other races left behind, so that all who are due later are this one's."""
    arena.application.clock.advance(**WEEK)
    arena.race(send_or_purge, [None])


@pytest.mark.parametrize("way", [by_password, by_both_doors])
def test_a_login_against_the_purge(life_arena: Arena, rounds: int, way: Any) -> None:
    for ada in life_arena.people(rounds):
        remove_everybody_else(life_arena)
        login = way(life_arena, ada)
        account_id = life_arena.account_id(ada)
        before = len(belongings(life_arena, account_id).get("credentials", []))
        results = life_arena.race(send_or_purge, [*[login] * 4, *[None] * 4, *[login] * 4])
        removed = sum(result for result in results if isinstance(result, int))
        answers = unbroken([result for result in results if isinstance(result, Answer)])
        came_in = [token for token in tokens(answers) if life_arena.lets_in(token)]
        if life_arena.user(ada.email) is None:
            assert removed == 1
            assert came_in == []
            assert belongings(life_arena, account_id) == {}
            assert account_id not in [row["id"] for row in life_arena.application.rows("accounts")]
        else:
            assert removed == 0
            assert came_in
            assert life_arena.events(ada, "deletion_cancelled") == 1
            assert len(life_arena.rows(ada, "credentials", revoked_at=None)) == before


def test_no_session_of_before_survives_a_password_that_the_application_sets(
    life_arena: Arena, rounds: int
) -> None:
    """S-105: `set_password` ends every session with the commit, also one that begins just then."""
    for ada in life_arena.people(rounds):
        browser = life_arena.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        several: list[Shot | tuple[str, str]] = [login] * 12
        results = life_arena.race(send_or_set_password, [*several, (ada.email, ANOTHER), *several])
        unbroken([result for result in results if result is not None])
        assert life_arena.knows(ada.email, ANOTHER)
        assert life_arena.rows(ada, "sessions", ended_at=None) == []


@pytest.mark.promise("Accounts.claim_deletion")
def test_eight_purges_at_once_remove_each_user_once(life_arena: Arena, rounds: int) -> None:
    for ada in life_arena.people(rounds):
        remove_everybody_else(life_arena)
        people = [ada, *life_arena.people(7)]
        accounts = []
        for person in people:
            going(life_arena, person)
            accounts.append(life_arena.account_id(person))
        life_arena.application.clock.advance(**WEEK)
        results = life_arena.race(send_or_purge, [None] * 8)
        assert sum(result for result in results if isinstance(result, int)) == len(people)
        assert [person for person in people if life_arena.user(person.email)] == []
        assert [belongings(life_arena, account) for account in accounts] == [{}] * len(people)
