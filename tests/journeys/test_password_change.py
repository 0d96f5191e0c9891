"""Changing the password while signed in, and how long it has to be."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    PASSWORD,
    ask_for_reset,
    change_password,
    link_in,
    newest_text,
)
from tests.journeys.support import (
    SESSION,
    cookie,
    copied,
    enrolled_person,
    live_sessions,
    read,
    set_user,
    signed_in,
)
from tests.people import Browser, Person

NEW = "countess@example.org"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """One where everything is switched on."""
    return applications(**WHOLE_LIFE)


@pytest.fixture
def inside(application: Application) -> tuple[Person, Browser]:
    """Ada, signed in with her app a moment ago."""
    ada, browser = enrolled_person(application)
    return ada, browser.log_in(ada, "authenticator")


def test_the_password_is_changed_and_others_are_signed_out(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-10, S-105: this browser stays, under a new token; all others are out."""
    ada, browser = inside
    elsewhere, copy = signed_in(application, ada), copied(application, browser, SESSION)
    before = cookie(browser, SESSION)
    change_password(browser, ada.password, ANOTHER)
    assert "Your password was changed" in browser.page
    assert browser.is_signed_in
    assert cookie(browser, SESSION) != before
    assert not elsewhere.is_signed_in
    assert not copy.is_signed_in
    assert len(live_sessions(application)) == 1
    assert "changed" in newest_text(application, ada.email)
    application.clock.advance(minutes=1)
    ada.password = ANOTHER
    assert application.browser().log_in(ada, "authenticator").is_signed_in


def test_a_wrong_current_password_changes_nothing_and_is_counted(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-10: twenty guesses from a stolen session, then the page is closed for a day."""
    ada, _ = inside
    thief = signed_in(application, ada)
    for _ in range(20):
        change_password(thief, "not her password", ANOTHER)
        assert thief.status == 422
        assert "not your current password" in thief.page
    change_password(thief, ada.password, ANOTHER)
    assert thief.status == 429
    assert application.events().count("password_check_refused") == 21
    assert "factor_shut" in application.events()
    assert application.browser().give_password(ada).path == "/login/second-step"
    application.clock.advance(hours=23)
    later = signed_in(application, ada)
    change_password(later, ada.password, ANOTHER)
    assert later.status == 429
    application.clock.advance(hours=2)
    change_password(later, ada.password, ANOTHER)
    assert "was changed" in later.page


def test_a_new_password_is_held_to_the_same_rules(inside: tuple[Person, Browser]) -> None:
    ada, browser = inside
    for bad in ("short", "password123", "ada.ada.ada"):
        change_password(browser, ada.password, bad)
        assert browser.status == 422
        (wrong,) = (field for field in read(browser).all("input") if field.get("aria-invalid"))
        assert wrong.get("name") == "password"


def test_a_password_that_may_stand_alone_has_15_characters(
    applications: Callable[..., Application],
) -> None:
    """S-01: eight are enough only where a second factor is always asked."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada = application.person()
    browser = application.browser().give_password(ada)
    assert browser.is_signed_in
    change_password(browser, ada.password, "14 characters.")
    assert browser.status == 422
    assert "at least 15 characters" in browser.page
    change_password(browser, ada.password, "15 characters..")
    assert "was changed" in browser.page


@pytest.mark.parametrize(
    "settings, length",
    [
        ({}, 8),
        ({"SECURITY_TWO_FACTOR": False}, 15),
        ({"SECURITY_TWO_FACTOR_REQUIRED": ["admin"]}, 15),
        ({"SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False}, 15),
    ],
)
def test_how_long_a_newcomers_password_is(
    applications: Callable[..., Application], settings: dict[str, object], length: int
) -> None:
    """S-01, S-03: also in the time before a factor is set up, where nothing else is asked then."""
    application = applications(SECURITY_REGISTERABLE=True, **settings)
    browser = application.browser().get("/register")
    word = "žluťoučký kůň úpěl"
    browser.post("/register", email="ada@example.com", password=word[: length - 1])
    assert browser.status == 422
    assert f"at least {length} characters" in browser.page
    browser.post("/register", email="ada@example.com", password=word[:length])
    assert browser.path == "/login"


def test_whoever_has_no_password_gives_his_login_as_the_proof(application: Application) -> None:
    ada = application.person(password=None)
    browser = signed_in(application, ada)
    browser.get("/change-password")
    assert "Current password" not in browser.page
    browser.post("/change-password", password=PASSWORD)
    assert "was changed" in browser.page
    set_user(application, ada, password=None)
    later = signed_in(application, ada)
    application.clock.advance(minutes=11)
    later.get("/change-password").post("/change-password", password=ANOTHER)
    assert later.status == 403


def test_a_change_voids_links_that_were_mailed_before(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-121: a change of the password voids all."""
    ada, browser = inside
    ask_for_reset(application)
    path = link_in(application, ada.email)
    change_password(browser, ada.password, ANOTHER)
    assert application.browser().get(path).status == 410
