"""The token of a trusted browser: copied, lost on the way, shown twice, or somebody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.applications import Application
from tests.cli.support import details
from tests.journeys.life import letters_to, newest_text
from tests.journeys.support import counted_statements, enrolled_person, give_cookie
from tests.journeys.trust import (
    OFFERED,
    held,
    is_asked,
    skips,
    trust,
    trusted,
    trusting,
    with_copy,
)
from tests.people import Browser

STOLEN = "a copy of what a trusted browser"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """An application that offers it, for the fourteen days that are advised."""
    return applications(**OFFERED)


def test_a_copy_is_found_out_when_the_owner_comes_back(application: Application) -> None:
    """S-111: the thief signs in with it; the owner's own token is then spent. Both are asked."""
    ada, browser = trusting(application)
    thief = with_copy(application, browser)
    assert skips(thief, ada)
    application.clock.advance(hours=1)
    assert skips(browser, ada)
    browser.log_out()
    application.clock.advance(hours=1)
    before = letters_to(application, ada.email)
    thief.log_out()
    assert is_asked(thief, ada)
    assert letters_to(application, ada.email) == before + 1
    assert STOLEN in newest_text(application, ada.email)
    assert trusted(application) == []
    assert is_asked(browser, ada)
    assert letters_to(application, ada.email) == before + 1
    assert application.events().count("trusted_browser_stolen") == 1


def test_a_spent_token_ends_the_sessions_that_it_opened(application: Application) -> None:
    """The owner comes back, and the thief who is inside by her trust is out at his next request."""
    ada, browser = trusting(application)
    thief = with_copy(application, browser)
    assert skips(browser, ada)
    assert skips(browser.log_out(), ada)
    application.clock.advance(minutes=5)
    inside = with_copy(application, browser)
    assert skips(inside, ada)
    assert is_asked(thief, ada)
    assert not inside.is_signed_in
    assert not browser.is_signed_in
    (ended,) = details(application, "trusted_browser_ended")
    assert ended == {"ended": 1, "reason": "stolen"}


def test_a_thief_and_the_owner_in_turns_are_found_out(application: Application) -> None:
    """S-111: who holds the same token, and shows it an hour later, gets another one."""
    ada, browser = trusting(application)
    thief = with_copy(application, browser)
    for _ in range(2):
        for one in (browser, thief):
            one.give_password(ada)
            one.log_out()
            application.clock.advance(hours=1)
    assert application.events().count("trusted_browser_stolen") == 1


def test_without_the_password_a_spent_token_does_nothing(application: Application) -> None:
    """Nobody who holds an old copy can end the trust, or have letters sent."""
    ada, browser = trusting(application)
    thief = with_copy(application, browser)
    for _ in range(2):
        assert skips(browser, ada)
        browser.log_out()
        application.clock.advance(minutes=5)
    thief.give_password(ada, "not her password")
    assert thief.status == 422
    assert len(trusted(application)) == 1
    assert skips(browser, ada)


def test_an_answer_that_was_lost_neither_locks_out_nor_alarms(application: Application) -> None:
    """S-111: the token before stays good until the newest was shown once."""
    ada, browser = trusting(application)
    name, before = held(browser)
    for _ in range(3):
        assert skips(browser, ada)
        give_cookie(browser, name, before)  # the answer with the next one never came
        application.clock.advance(hours=1)
    assert skips(browser, ada)
    assert skips(browser.log_out(), ada)
    assert "trusted_browser_stolen" not in application.events()


def test_a_double_click_at_the_first_door_gets_one_token(application: Application) -> None:
    ada, browser = trusting(application)
    name, before = held(browser)
    assert skips(browser, ada)
    after = held(browser)
    other = application.browser()
    give_cookie(other, name, before)
    assert skips(other, ada)
    assert held(other) == after


def test_a_double_click_at_the_second_door_gets_one_token(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    form = {"csrf_token": browser.token(), "code": ada.app_code(), "trusts": "y"}
    sent = {"Cookie": "; ".join(f"{it.key}={it.value}" for it in _cookies(browser))}
    alone = application.app.test_client(use_cookies=False)
    path = "/login/second-step?method=authenticator"
    tokens = [
        [line for line in answer.headers.getlist("Set-Cookie") if "airlock_trusted_" in line]
        for answer in (alone.post(path, data=form, headers=sent) for _ in range(2))
    ]
    assert tokens[0]
    assert tokens[0] == tokens[1]
    assert len(trusted(application)) == 1


def _cookies(browser: Browser) -> list[Any]:
    return list((browser.client._cookies or {}).values())


def test_a_browser_that_ticks_again_is_one_row_still(application: Application) -> None:
    """Two tabs stood at the second step; the first made the browser a trusted one."""
    ada, browser = enrolled_person(application)
    tab = application.browser()
    tab.give_password(ada)
    trust(application, ada, browser)
    give_cookie(tab, *held(browser))
    code = ada.app_code()
    tab.post("/login/second-step", method="authenticator", code=code, trusts="y")
    assert tab.is_signed_in
    assert len(trusted(application)) == 1
    assert details(application, "trusted_browser_ended")[-1]["reason"] == "replaced"


def test_a_token_of_somebody_else_is_worth_nothing(application: Application) -> None:
    """S-111: Ada's is no good for Bob, under her name or under his, and costs nothing."""
    ada, hers = trusting(application)
    bob, his = trusting(application, "bob@example.com")
    (her_name, her_value), (his_name, _) = held(hers), held(his)
    thief = application.browser()
    give_cookie(thief, his_name, her_value)
    give_cookie(thief, her_name, her_value)
    assert is_asked(thief, bob)
    assert len(trusted(application)) == 2
    assert "trusted_browser_stolen" not in application.events()
    # The browser may be one for two people: hers is still in it.
    assert skips(thief, ada)


@pytest.mark.parametrize("value", ["", ".", "a", "a.b", "é.b", "." * 4000, "a" * 43 + ".b"])
def test_nonsense_in_the_cookie_is_as_good_as_none(application: Application, value: str) -> None:
    ada, browser = trusting(application)
    give_cookie(browser, held(browser)[0], value)
    assert is_asked(browser, ada)
    assert len(trusted(application)) == 1


def test_a_wrong_token_costs_no_statement_before_the_password_is_right(
    application: Application,
) -> None:
    """Whoever does not know the password can't tell whether a token is good."""
    ada, browser = trusting(application)
    counts = []
    for one in (browser, application.browser(), with_copy(application, browser)):
        one.get("/login")
        with counted_statements(application) as sent:
            one.post("/login", email=ada.email, password="not her password")
        counts.append(len(sent))
    assert len(set(counts)) == 1
