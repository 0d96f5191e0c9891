"""Somebody is asked for a first second factor once, however many logins are the first."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.races.actions import shot
from tests.races.arena import CROWD, Arena, tokens

GRACE = (
    ("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", False),
    ("SECURITY_TWO_FACTOR_GRACE", timedelta(days=14)),
)


@pytest.fixture
def graceful(arenas: Callable[..., Arena]) -> Arena:
    """Everybody needs a second factor, and has two weeks to set one up."""
    return arenas(GRACE)


@pytest.mark.promise("Accounts.ask_for_factor")
def test_32_first_logins_at_once_start_one_clock_and_write_one_letter(
    graceful: Arena, rounds: int
) -> None:
    for ada in graceful.people(rounds):
        browser = graceful.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = graceful.send([login] * CROWD)
        assert len(set(tokens(answers))) == CROWD
        assert {answer.place for answer in answers} == {"/login/set-up"}
        assert graceful.events(ada, "factor_asked_for") == 1
        assert len(graceful.rows(ada, "letters", template="second_factor_due")) == 1


def test_a_factor_and_logins_at_once_leave_nobody_inside_by_the_password_alone(
    graceful: Arena, rounds: int
) -> None:
    """Whoever comes first: once there is a factor, there is no grace."""
    for ada in graceful.people(rounds):
        owner = graceful.application.browser().give_password(ada)
        owner.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
        ada.app_key = owner.shown_key()
        done = shot(owner, "/login/set-up/authenticator", action="confirm", code=ada.app_code())
        browser = graceful.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = graceful.send([*[login] * 8, done, *[login] * 8])
        (inside,) = [token for token in tokens(answers) if graceful.lets_in(token)]
        assert inside == answers[8].token
        assert graceful.events(ada, "factor_asked_for") == 1
