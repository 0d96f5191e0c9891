"""What a person does with his factors, all at once: the last one stays, a name is one's."""

from collections import Counter

import pytest

from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena


def inside(arena: Arena, person: Person, *methods: str) -> Browser:
    """A browser that is signed in, with these methods set up."""
    browser = arena.enrolled(person, *methods)
    return browser.log_in(person, methods[0])


def change(arena: Arena, browser: Browser, number: int, action: str, **fields: str) -> Shot:
    """One of the forms on a factor's page."""
    browser.get(f"/security/factors/{number}")
    return shot(browser, f"/security/factors/{number}", action=action, **fields)


def numbers(arena: Arena, person: Person) -> list[int]:
    """The person's factors that were not taken away."""
    return [row["id"] for row in arena.rows(person, "credentials", revoked_at=None)]


@pytest.mark.promise("Credentials.revoke_one")
def test_of_two_factors_removed_at_once_the_last_one_stays(arena: Arena, rounds: int) -> None:
    """S-89: the policy demands one; both were there when the pages were drawn."""
    for ada in arena.people(rounds):
        browser = inside(arena, ada, "authenticator", "sms")
        shots = [change(arena, browser, number, "remove") for number in numbers(arena, ada)]
        answers = arena.send(shots * (CROWD // 2))
        assert {answer.status for answer in answers} <= {303, 404, 409}
        assert len(numbers(arena, ada)) == 1
        assert arena.events(ada, "factor_removed") == 1
        assert len(arena.rows(ada, "letters", template="factor_removed", channel="mail")) == 1


@pytest.mark.promise("Credentials.rename")
def test_of_several_factors_that_get_one_name_at_once_one_has_it(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        browser = inside(arena, ada, "authenticator", "sms")
        mine = numbers(arena, ada)
        shots = [change(arena, browser, number, "rename", name="Phone") for number in mine]
        answers = arena.send(shots * (CROWD // 2))
        assert set(Counter(answer.status for answer in answers)) == {303, 422}
        names = [row["name"] for row in arena.rows(ada, "credentials")]
        assert names.count("Phone") == 1
