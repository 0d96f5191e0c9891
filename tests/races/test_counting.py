"""Guesses are counted before they are looked at: many at once get no more than one by one."""

import pytest

from tests.races.actions import shot
from tests.races.arena import CROWD, Arena, code_of, tokens, wrong_codes

LOOKED_AT = "That code is not right, or it has expired."


@pytest.mark.promise("Codes.count_try")
@pytest.mark.parametrize("method", ["email", "sms"])
def test_of_50_wrong_codes_at_once_five_are_compared(
    arena: Arena, rounds: int, method: str
) -> None:
    """S-99: 50 parallel wrong codes with limit 5: at most 5 checks reach compare."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, method)
        browser = arena.half_open(ada, method)
        guesses = wrong_codes(ada, method, 50)
        right = code_of(ada, method)
        answers = arena.send(
            [shot(browser, "/login/second-step", method=method, code=code) for code in guesses]
        )
        assert sum(one.says(LOOKED_AT) for one in answers) == 5
        assert sorted({one.status for one in answers}) == [422, 429]
        assert arena.events(ada, "factor_refused") == 5
        browser.answer(method, right)
        assert not browser.is_signed_in


def test_new_codes_in_between_give_no_more_tries(arena: Arena, rounds: int) -> None:
    """S-31: sending a new code does not clear the count of failures."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, "email")
        browser = arena.half_open(ada, "email")
        guesses = [
            shot(browser, "/login/second-step", method="email", code=code)
            for code in wrong_codes(ada, "email", CROWD)
        ]
        again = shot(browser, "/login/send-code", method="email", purpose="login")
        answers = arena.send([one for guess in guesses for one in (guess, again)])
        assert sum(one.says(LOOKED_AT) for one in answers) == 5
        assert [row["tries"] for row in arena.rows(ada, "codes", purpose="login")][-1] == 5


@pytest.mark.promise("Throttles.count", "Throttles.shut")
def test_of_64_wrong_answers_at_once_twenty_are_compared(arena: Arena, rounds: int) -> None:
    """S-93: twenty in a row, then the factor is off; S-99: in one atomic step."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        browsers = [arena.half_open(ada, "authenticator") for _ in range(8)]
        guesses = wrong_codes(ada, "authenticator", 64)
        answers = arena.send(
            [
                shot(browsers[place % 8], "/login/second-step", method="authenticator", code=code)
                for place, code in enumerate(guesses)
            ]
        )
        assert sum(one.says(LOOKED_AT) for one in answers) == 20
        assert sum(one.status == 429 for one in answers) == 44
        assert [row["failures"] for row in arena.rows(ada, "throttles", side="strangers")] == [20]
        assert arena.events(ada, "factor_shut") == 1
        browsers[0].answer("authenticator", ada.app_code())
        assert not browsers[0].is_signed_in


def test_a_browser_is_not_locked_out_by_its_own_double_clicks(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        browser = arena.half_open(ada, "authenticator")
        code = ada.app_code()
        twice = [shot(browser, "/login/second-step", method="authenticator", code=code)] * CROWD
        assert tokens(arena.send(twice))
        assert {row["failures"] for row in arena.rows(ada, "throttles")} <= {0}


@pytest.mark.promise("Accounts.claim_rescue")
def test_a_rescue_asked_for_32_times_is_asked_once(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        browser = arena.half_open(ada, "authenticator").get("/login/rescue")
        answers = arena.send([shot(browser, "/login/rescue", action="ask")] * CROWD)
        assert sorted(one.status for one in answers) == [303] + [429] * (CROWD - 1)
        assert arena.events(ada, "rescue_requested") == 1
        assert len(arena.rows(ada, "letters", template="rescue_request")) == 1
        assert len(arena.rows(ada, "letters", template="rescue_heard")) == 1
