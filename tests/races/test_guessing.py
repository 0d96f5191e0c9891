"""Many guesses at once get no more than one after the other: waits, stops and budgets hold."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.domain.throttle import owner_of_user
from tests.races.actions import shot
from tests.races.arena import CROWD, Arena, tokens, wrong_codes

QUICK = (("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", False),)
WAITS = (*QUICK, ("SECURITY_WAIT", timedelta(seconds=30)))
MANY = (*QUICK, ("SECURITY_FACTOR_STOP", 100), ("SECURITY_FACTOR_BUDGET", 10))
FEW_SENDS = (*QUICK, ("SECURITY_SENDS_PER_HOUR", 5))
WRONG = "not the password of anybody"


@pytest.fixture
def waiting(arenas: Callable[..., Arena]) -> Arena:
    """A wait follows the fifth wrong answer."""
    return arenas(WAITS)


@pytest.mark.promise("Throttles.claim_letter")
def test_many_wrong_codes_at_once_are_told_by_one_letter(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        thief = arena.half_open(ada, "authenticator")
        codes = wrong_codes(ada, "authenticator", CROWD)
        form = {"method": "authenticator"}
        arena.send([shot(thief, "/login/second-step", code=code, **form) for code in codes])
        assert len(arena.rows(ada, "letters", template="wrong_factor")) == 1


@pytest.mark.promise("Throttles.count")
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_of_64_wrong_passwords_at_once_five_are_looked_at(
    waiting: Arena, rounds: int, known: bool
) -> None:
    """S-95, S-99: whoever the name belongs to."""
    for ada in waiting.people(rounds):
        name = ada.email if known else f"nobody-{ada.email}"
        browser = waiting.application.browser().get("/login")
        answers = waiting.send([shot(browser, "/login", email=name, password=WRONG)] * 64)
        assert Counter(one.status for one in answers) == {422: 5, 429: 59}


def test_the_right_password_among_many_wrong_ones_is_one_of_five(
    waiting: Arena, rounds: int
) -> None:
    """It opens the door if it is looked at; the crowd gets no more tries by it than a few."""
    for ada in waiting.people(rounds):
        browser = waiting.application.browser().get("/login")
        wrong = shot(browser, "/login", email=ada.email, password=WRONG)
        right = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = waiting.send([*[wrong] * CROWD, right, *[wrong] * CROWD])
        statuses = Counter(one.status for one in answers)
        assert statuses[422] <= 10
        assert statuses[303] <= 1


def test_32_logins_at_once_with_the_right_password_all_go_on(arena: Arena, rounds: int) -> None:
    """A count that is taken in advance locks nobody out who is right."""
    for ada in arena.people(rounds):
        browser = arena.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = arena.send([login] * CROWD)
        assert {answer.status for answer in answers} == {303}
        owner = owner_of_user((arena.user(ada.email) or {})["id"])
        rows = [row for row in arena.application.rows("throttles") if row["owner"] == owner]
        assert [row["failures"] for row in rows] == [0]


@pytest.mark.promise("Windows.count")
def test_of_64_wrong_codes_at_once_the_months_budget_is_compared(
    arenas: Callable[..., Arena], rounds: int
) -> None:
    """S-94, S-99."""
    arena = arenas(MANY)
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        browsers = [arena.half_open(ada, "authenticator") for _ in range(8)]
        answers = arena.send(
            [
                shot(browsers[place % 8], "/login/second-step", method="authenticator", code=code)
                for place, code in enumerate(wrong_codes(ada, "authenticator", 64))
            ]
        )
        assert Counter(one.status for one in answers) == {422: 10, 429: 54}
        rows = arena.rows(ada, "windows", side="strangers")
        assert [row["count_0"] for row in rows if row["subject"] == "factors"] == [10]
        assert tokens([arena.send([_right(browsers[0], ada)])[0]]) == []


def _right(browser: Any, person: Any) -> Any:
    code = person.app_code()
    return shot(browser, "/login/second-step", method="authenticator", code=code)


@pytest.mark.promise("Windows.count")
def test_of_32_logins_at_once_five_have_a_code_sent(
    arenas: Callable[..., Arena], rounds: int
) -> None:
    """Each login goes on; the letters are as many as may go out in an hour."""
    arena = arenas(FEW_SENDS)
    for ada in arena.people(rounds):
        arena.enrolled(ada, "email")
        arena.application.clock.advance(days=2)
        before = len(arena.rows(ada, "letters", template="code"))
        browser = arena.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = arena.send([login] * CROWD)
        assert {answer.status for answer in answers} == {303}
        assert len(arena.rows(ada, "letters", template="code")) == before + 5
