"""Another mail address: proved at the new one, told to the old one, undone from there."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    PASSWORD,
    ask_for_reset,
    change_email,
    change_password,
    letters_to,
    link_in,
    newest_text,
    without_token,
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


def test_another_address_is_proved_told_and_undone(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-86, X-52: proved at the new one; the old one can take it back for 72 hours."""
    ada, browser = inside
    change_email(browser, ada, NEW)
    assert "Check your mail" in browser.page
    with application.app.app_context():
        assert application.datastore.find_user(email=NEW) is None
    browser.get(link_in(application, NEW))
    assert NEW in browser.page
    browser.post("/confirm-new-email")
    assert "Your mail address was changed" in browser.page
    assert browser.is_signed_in
    undo = link_in(application, ada.email)
    application.clock.advance(hours=72, seconds=-1)
    owner = application.browser().get(undo)
    assert ada.email in owner.page
    owner.post("/undo-email")
    assert owner.path == "/login"
    assert "Your address is back" in owner.page
    assert not browser.is_signed_in
    with application.app.app_context():
        assert application.datastore.find_user(email=ada.email) is not None
        assert application.datastore.find_user(email=NEW) is None
    assert application.browser().get(undo).status == 410


def test_the_link_to_undo_ends_after_72_hours(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    change_email(browser, ada, NEW).get(link_in(application, NEW)).post("/confirm-new-email")
    undo = link_in(application, ada.email)
    application.clock.advance(hours=72, seconds=1)
    assert application.browser().get(undo).status == 410


def test_a_thief_cannot_void_the_link_to_undo(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """Neither a new password, nor a reset, nor ten more changes, nor asking to be deleted."""
    ada, thief = inside
    change_email(thief, ada, NEW).get(link_in(application, NEW)).post("/confirm-new-email")
    undo = link_in(application, ada.email)
    change_password(thief, ada.password, ANOTHER)
    ada.password = ANOTHER
    address = NEW
    for number in range(5):
        application.clock.advance(minutes=61)
        thief = signed_in(application, Person(application, address, ANOTHER))
        address = f"thief{number}@example.org"
        change_email(thief, ada, address)
        thief.get(link_in(application, address)).post("/confirm-new-email")
        assert "was changed" in thief.page
    ask_for_reset(application, address)
    reset = application.browser().get(link_in(application, address))
    reset.post("/reset-password", password=PASSWORD)
    thief = signed_in(application, Person(application, address, PASSWORD))
    thief.get("/delete-account").post("/delete-account", current=PASSWORD)
    assert "will be removed" in thief.page
    owner = application.browser().get(undo).post("/undo-email")
    assert owner.path == "/login"
    with application.app.app_context():
        assert application.datastore.find_user(email=ada.email) is not None
    (account,) = application.rows("accounts")
    assert account["delete_at"] is None
    for number in range(5):
        before = f"thief{number - 1}@example.org" if number else NEW
        assert application.browser().get(link_in(application, before)).status == 410


def test_an_address_that_may_be_taken_back_is_kept_for_its_owner(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """Else a thief would register the old address, and the way back would be blocked."""
    ada, thief = inside
    change_email(thief, ada, NEW).get(link_in(application, NEW)).post("/confirm-new-email")
    undo = link_in(application, ada.email)
    letters = letters_to(application, ada.email)
    browser = application.browser().get("/register")
    browser.post("/register", email=ada.email, password=PASSWORD)
    assert "Check your mail" in browser.page
    assert letters_to(application, ada.email) == letters
    other = signed_in(application, application.person("other@example.com"))
    other.get("/change-email").post(
        "/change-email", current="correct horse battery staple", email=ada.email
    )
    assert letters_to(application, ada.email) == letters
    assert application.browser().get(undo).post("/undo-email").path == "/login"


def test_an_address_that_is_taken_is_told_to_its_owner_alone(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-19: the same page as for a free one."""
    ada, browser = inside
    application.person("grace@example.com")
    free = without_token(change_email(browser, ada, "free@example.com").page)
    taken = without_token(change_email(browser, ada, "grace@example.com").page)
    assert free.replace("free@example.com", "grace@example.com") == taken
    assert "/link/" not in newest_text(application, "grace@example.com")


def test_an_address_that_was_taken_meanwhile_stays_its_owners(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    change_email(browser, ada, NEW)
    path = link_in(application, NEW)
    application.person(NEW)
    browser.get(path).post("/confirm-new-email")
    assert browser.status == 409
    assert "belongs to another account" in browser.page


def test_an_address_changes_only_with_the_password_and_a_fresh_login(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-84: what leads to everything else needs more than a session that lies about."""
    ada, browser = inside
    browser.get("/change-email").post("/change-email", current="wrong", email=NEW)
    assert browser.status == 422
    browser.post("/change-email", current=ada.password, email=ada.email)
    assert browser.status == 422
    application.clock.advance(minutes=11)
    assert browser.post("/change-email", current=ada.password, email=NEW).path == "/login/verify"
    assert browser.get("/change-email").path == "/login/verify"
    assert letters_to(application, NEW) == 0


def test_a_confirmed_change_ends_the_sessions_of_other_browsers(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    elsewhere = signed_in(application, ada)
    change_email(browser, ada, NEW)
    browser.get(link_in(application, NEW)).post("/confirm-new-email")
    assert browser.is_signed_in
    assert not elsewhere.is_signed_in
