"""Many register at once: an address and a user name belong to one of them."""

from collections import Counter

from tests.journeys.life import PASSWORD, without_token
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena


def filled_in(browser: Browser, **fields: str) -> Shot:
    """A form that is ready to be sent."""
    return shot(browser, "/register", **{"password": PASSWORD, **fields})


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


def test_a_user_name_wanted_by_32_newcomers_is_one_persons(life_arena: Arena, rounds: int) -> None:
    for address in life_arena.addresses(rounds):
        browser = life_arena.application.browser().get("/register")
        name = address.partition("@")[0]
        addresses = [f"{number}.{address}" for number in range(CROWD)]
        answers = life_arena.send(
            [filled_in(browser, email=email, username=name) for email in addresses]
        )
        assert Counter(answer.status for answer in answers) == {200: 1, 422: CROWD - 1}
        there = [email for email in addresses if life_arena.user(email)]
        assert len(there) == 1
        user = life_arena.user(there[0])
        assert user is not None
        assert user["username"] == name
        assert [row["user_id"] for row in life_arena.application.rows("accounts")].count(
            user["id"]
        ) == 1


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
