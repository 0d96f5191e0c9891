"""Many register at once: an address and a user name belong to one of them."""

from collections import Counter

import pytest

from tests.journeys.life import PASSWORD, fill_in, follow, without_token
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena


def filled_in(browser: Browser, **fields: str) -> Shot:
    """A form that is ready to be sent."""
    return shot(browser, "/register", **{"password": PASSWORD, **fields})


@pytest.mark.promise("UserRows.add")
def test_32_people_who_register_one_address_make_one_account(
    life_arena: Arena, rounds: int
) -> None:
    """S-19: all get the same answer; whose password it is, the mailbox decides."""
    for address in life_arena.addresses(rounds):
        browser = life_arena.application.browser().get("/register")
        answers = life_arena.send([filled_in(browser, email=address)] * CROWD)
        assert {answer.status for answer in answers} == {200}
        assert len({without_token(answer.page) for answer in answers}) == 1
        assert life_arena.user(address) is not None
        grace = Person(life_arena.application, address, PASSWORD)
        assert life_arena.events(grace, "user_registered") == 1
        assert life_arena.events(grace, "registration_repeated") == CROWD - 1
        assert Counter(life_arena.live_links(grace))["confirmation"] == 1
        assert len(life_arena.live_links(grace)) <= 4


@pytest.mark.promise("UserRows.change_username")
def test_a_user_name_wanted_by_32_newcomers_is_one_persons(life_arena: Arena, rounds: int) -> None:
    """It is given with the confirmation: whoever comes too late is confirmed without one."""
    for address in life_arena.addresses(rounds):
        browser = life_arena.application.browser().get("/register")
        name = address.partition("@")[0]
        addresses = [f"{number}.{address}" for number in range(CROWD // 2)]
        shots = []
        for email in addresses:
            fill_in(life_arena.application, email, browser=browser, username=name)
            there = follow(life_arena.application, email)
            shots.append(shot(there, "/confirm-email"))
        answers = life_arena.send(shots)
        assert {answer.status for answer in answers} == {303}
        users = [life_arena.user(email) or {} for email in addresses]
        assert [user["username"] for user in users].count(name) == 1
        assert all(user["confirmed_at"] for user in users)


def test_a_link_asked_for_32_times_before_the_confirmation_is_three(
    life_arena: Arena, rounds: int
) -> None:
    for address in life_arena.addresses(rounds):
        grace = life_arena.application.person(address, confirmed_at=None)
        browser = life_arena.application.browser().get("/send-confirmation")
        ask = shot(browser, "/send-confirmation", email=address)
        answers = life_arena.send([ask] * CROWD)
        assert {answer.status for answer in answers} == {200}
        assert life_arena.live_links(grace) == ["confirmation"] * 3
