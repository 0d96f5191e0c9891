"""Keep me signed in: a session with a longer life, and nothing more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.applications import Application
from tests.cli.support import answer
from tests.journeys.life import change_password
from tests.journeys.support import SESSION, cookie, copied, enrolled_person, live_sessions
from tests.journeys.test_step_up import prove
from tests.people import Browser, Person

MONTH = timedelta(days=30)
TICK = "Keep me signed in for 30 days"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """An application that offers it."""
    return applications(SECURITY_REMEMBER=MONTH)


def sign_in(browser: Browser, person: Person, **ticked: str) -> Browser:
    """Both doors, the box on the first ticked or not."""
    browser.get("/login")
    browser.post("/login", email=person.email, password=person.password, **ticked)
    return browser.answer("authenticator", person.app_code())


def max_age(browser: Browser) -> int | None:
    """For how many seconds the browser keeps the session's cookie."""
    held = browser.client.get_cookie(SESSION)
    assert held is not None
    return held.max_age


def test_a_tick_at_the_first_door_lasts_through_the_second(application: Application) -> None:
    """S-103: neither rest nor the day's end is its end; the month's is."""
    ada, browser = enrolled_person(application)
    assert TICK in browser.get("/login").page
    sign_in(browser, ada, remember="y")
    assert max_age(browser) == MONTH.total_seconds()
    application.clock.advance(days=9)
    assert browser.is_signed_in
    application.clock.advance(days=20, hours=23)
    assert browser.is_signed_in
    application.clock.advance(hours=1)
    assert not browser.is_signed_in


def test_without_the_tick_it_is_a_session_as_ever(application: Application) -> None:
    """S-103, S-107: it rests eight hours, and its cookie goes with the browser."""
    ada, browser = enrolled_person(application)
    sign_in(browser, ada)
    assert max_age(browser) is None
    application.clock.advance(hours=8, seconds=1)
    assert not browser.is_signed_in


def test_a_forged_tick_is_ignored_where_it_is_not_offered(
    applications: Callable[..., Application],
) -> None:
    """S-107: no persistent cookie, and no box."""
    application = applications()
    ada, browser = enrolled_person(application)
    assert "Keep me signed in" not in browser.get("/login").page
    sign_in(browser, ada, remember="y")
    assert max_age(browser) is None
    assert [row["remembered"] for row in live_sessions(application)] == [0]


def test_a_password_that_suffices_is_remembered_too(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_REMEMBER=MONTH, SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser().get("/login")
    browser.post("/login", email=ada.email, password=ada.password, remember="y")
    assert max_age(browser) == MONTH.total_seconds()
    application.clock.advance(days=29)
    assert browser.is_signed_in


def test_the_first_set_up_is_remembered_too(application: Application) -> None:
    ada, browser = application.person(), application.browser().get("/login")
    browser.post("/login", email=ada.email, password=ada.password, remember="y")
    browser.prove_mailbox(ada)
    browser.set_up(ada, "authenticator")
    assert max_age(browser) == MONTH.total_seconds()


def test_it_is_no_recent_proof(application: Application) -> None:
    """S-108: ten minutes after the login it asks like any other, and goes on remembered."""
    ada, browser = enrolled_person(application)
    sign_in(browser, ada, remember="y")
    application.clock.advance(days=3)
    browser.get("/login/set-up")
    assert browser.path == "/login/verify"
    prove(browser, code=ada.app_code(), do="prove")
    assert browser.path == "/login/set-up"
    assert max_age(browser) == timedelta(days=27).total_seconds()
    (session,) = live_sessions(application)
    assert session["remembered"] == 1


def test_a_new_password_leaves_this_one_remembered_and_ends_the_others(
    application: Application,
) -> None:
    """S-105: a session that is to be remembered is over like any other."""
    ada, browser = enrolled_person(application)
    other = application.browser()
    sign_in(other, ada, remember="y")
    application.clock.advance(minutes=1)
    sign_in(browser, ada, remember="y")
    application.clock.advance(days=2)
    change_password(browser, ada.password, "eleven quiet lighthouses at noon")
    assert browser.is_signed_in
    assert max_age(browser) == timedelta(days=28).total_seconds()
    assert not other.is_signed_in


def test_signing_out_ends_a_copy_as_well(application: Application) -> None:
    """S-104."""
    ada, browser = enrolled_person(application)
    sign_in(browser, ada, remember="y")
    copy = copied(application, browser, SESSION)
    assert copy.is_signed_in
    browser.log_out()
    assert cookie(browser, SESSION) == ""
    assert not copy.is_signed_in


def test_it_is_listed_however_long_it_rested(application: Application) -> None:
    ada, browser = enrolled_person(application)
    sign_in(browser, ada, remember="y")
    application.clock.advance(days=5)
    listed = answer(application, "sessions", "list", ada.email)
    assert [line["stage"] for line in listed["sessions"]] == ["signed_in"]


def test_switched_off_again_it_rests_no_longer_than_others(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    """S-103."""
    uri = f"sqlite:///{tmp_path}/shared.sqlite"
    before = applications(uri, SECURITY_REMEMBER=MONTH)
    ada, browser = enrolled_person(before)
    sign_in(browser, ada, remember="y")
    after = applications(uri)
    after.clock.now = before.clock.now + timedelta(hours=9)
    held = after.browser()
    held.client.set_cookie(SESSION, cookie(browser, SESSION))
    assert not held.is_signed_in
