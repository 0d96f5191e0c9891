"""User names, and leaving for good."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    ask_for_reset,
    letters_to,
    newest_text,
)
from tests.journeys.support import (
    enrolled_person,
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


def test_a_user_name_opens_the_first_door_as_well(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    browser.get("/change-username")
    browser.post("/change-username", current=ada.password, username="Countess_Ada")
    assert "Your user name was changed" in browser.page
    assert "countess_ada" in newest_text(application, ada.email)
    other = application.browser().get("/login")
    other.post("/login", email="COUNTESS_ADA", password=ada.password)
    assert other.path == "/login/second-step"
    ask_for_reset(application, "countess_ada")
    assert "/link/reset/" in newest_text(application, ada.email)


def test_a_user_name_is_one_persons(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    application.person("grace@example.com", username="grace")
    browser.get("/change-username")
    for name, said in (("Grace", "Somebody else has"), ("g@h", "3 to 32"), ("12345", "3 to 32")):
        browser.post("/change-username", current=ada.password, username=name)
        assert browser.status == 422
        assert said in browser.page


def test_an_account_is_removed_after_a_week_unless_its_owner_comes_back(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    elsewhere = signed_in(application, ada)
    browser.get("/delete-account").post("/delete-account", current=ada.password)
    assert "The account is removed on" in browser.page
    assert not browser.is_signed_in
    assert not elsewhere.is_signed_in
    assert "will be removed" in newest_text(application, ada.email)
    application.clock.advance(days=6)
    half = application.browser().give_password(ada)
    assert application.rows("accounts")[0]["delete_at"] is not None, (
        "a password alone keeps nothing"
    )
    half.answer("authenticator", ada.app_code())
    assert half.is_signed_in
    assert application.rows("accounts")[0]["delete_at"] is None
    assert "deletion_cancelled" in application.events()
    assert "stays" in newest_text(application, ada.email)


@pytest.mark.parametrize(
    "path", ["/change-password", "/change-email", "/change-username", "/delete-account"]
)
def test_strangers_and_half_open_sessions_change_nothing(
    application: Application, path: str
) -> None:
    ada, _ = enrolled_person(application)
    for browser in (application.browser(), application.browser().give_password(ada)):
        assert browser.get(path).path in ("/login", "/login/second-step")
        browser.get("/login")
        fields = {"current": ada.password, "password": ANOTHER, "email": NEW, "username": "abc"}
        browser.post(path, **fields)
        assert browser.path in ("/login", "/login/second-step")
    assert letters_to(application, NEW) == 0
    assert application.browser().give_password(ada).path == "/login/second-step"
