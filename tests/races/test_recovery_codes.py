"""A recovery code lets one login in, however many bring it at the same moment."""

import json

import pytest

from tests.journeys.recovering import PAGE, codes_on, made, making
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, tokens


def with_codes(arena: Arena, person: Person) -> list[str]:
    """The codes of somebody who has an app, and is signed out."""
    browser = arena.application.browser().give_password(person).set_up(person, "authenticator")
    codes = made(browser)
    browser.log_out()
    arena.application.clock.advance(minutes=1)
    return codes


def bring(browser: Browser, code: str) -> Shot:
    """What pressing the button of the second step sends."""
    return shot(browser, "/login/second-step", method="recovery_code", code=code)


def spent(arena: Arena, person: Person) -> int:
    """How many of the person's codes are gone."""
    return len(arena.rows(person, "recovery_codes")) - len(
        arena.rows(person, "recovery_codes", used_at=None)
    )


def told(arena: Arena, person: Person) -> list[int]:
    """How many were left, as the events say."""
    events = arena.rows(person, "events", name="recovery_code_used")
    return sorted(json.loads(row["detail"])["left"] for row in events)


@pytest.mark.promise("RecoveryCodes.spend")
def test_one_recovery_code_lets_one_of_32_logins_in(arena: Arena, rounds: int) -> None:
    """S-71: each works once, atomically."""
    for ada in arena.people(rounds):
        code, *_ = with_codes(arena, ada)
        browsers = [arena.half_open(ada, "authenticator") for _ in range(CROWD)]
        answers = arena.send([bring(browser, code) for browser in browsers])
        assert len(tokens(answers)) == 1
        assert {one.status for one in answers} <= {303, 422, 429}
        assert len(arena.open_sessions(ada)) == 1
        assert (spent(arena, ada), told(arena, ada)) == (1, [9])
        assert len(arena.rows(ada, "letters", template="recovery_code_used")) == 1


@pytest.mark.promise("RecoveryCodes.spend")
def test_five_recovery_codes_at_once_leave_five_gone(arena: Arena, rounds: int) -> None:
    """S-71: each for a login of its own, and each letter tells another number."""
    for ada in arena.people(rounds):
        codes = with_codes(arena, ada)[:5]
        browsers = [arena.half_open(ada, "authenticator") for _ in codes]
        answers = arena.send([bring(*pair) for pair in zip(browsers, codes, strict=True)])
        assert len(set(tokens(answers))) == 5
        assert (spent(arena, ada), told(arena, ada)) == (5, [5, 6, 7, 8, 9])


@pytest.mark.promise("Sessions.promote")
def test_one_login_does_not_spend_two_recovery_codes(arena: Arena, rounds: int) -> None:
    """S-75: whatever it brings at once."""
    for ada in arena.people(rounds):
        codes = with_codes(arena, ada)
        browser = arena.half_open(ada, "authenticator")
        answers = arena.send([bring(browser, code) for code in codes])
        assert len(set(tokens(answers))) == 1
        assert (spent(arena, ada), len(arena.open_sessions(ada))) == (1, 1)


def test_a_double_click_of_a_recovery_code_lands_signed_in_once(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        code, *_ = with_codes(arena, ada)
        browser = arena.half_open(ada, "authenticator")
        answers = arena.send([bring(browser, code)] * 2)
        assert [one.place for one in answers] == [PAGE] * 2
        assert len(set(tokens(answers))) == 1
        assert spent(arena, ada) == 1


def test_a_set_that_is_asked_for_eight_times_at_once_is_made_once(
    arena: Arena, rounds: int
) -> None:
    """S-74: every answer that shows codes shows those that work."""
    for ada in arena.people(rounds):
        with_codes(arena, ada)
        browser = arena.application.browser().log_in(ada, "authenticator").get(PAGE)
        answers = arena.send([shot(browser, PAGE, **making(browser))] * 8)
        shown = {tuple(codes_on(one.page)) for one in answers}
        assert [len(codes) for codes in shown if codes] == [10]
        assert arena.events(ada, "recovery_codes_made") == 2
        assert len(arena.rows(ada, "recovery_codes", voided_at=None)) == 10
