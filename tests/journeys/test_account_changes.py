"""What somebody who is signed in changes: password, address, user name."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    PASSWORD,
    ask_for_reset,
    letters_to,
    link_in,
    newest_text,
    without_token,
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


def change_password(browser: Browser, current: str, new: str) -> Browser:
    return browser.get("/change-password").post("/change-password", current=current, password=new)


def change_email(browser: Browser, person: Person, new: str = NEW) -> Browser:
    return browser.get("/change-email").post("/change-email", current=person.password, email=new)


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
    assert thief.status == 422
    assert application.events().count("password_check_refused") == 21
    assert "factor_shut" in application.events()
    assert application.browser().give_password(ada).path == "/login/second-step"
    application.clock.advance(hours=23)
    later = signed_in(application, ada)
    change_password(later, ada.password, ANOTHER)
    assert later.status == 422
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


def test_another_address_is_proved_told_and_undone(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """S-86, X-52: proved at the new one; the old one can take it back for 72 hours."""
    ada, browser = inside
    change_email(browser, ada)
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
    assert owner.path == "/forgot-password"
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
    change_email(browser, ada).get(link_in(application, NEW)).post("/confirm-new-email")
    undo = link_in(application, ada.email)
    application.clock.advance(hours=72, seconds=1)
    assert application.browser().get(undo).status == 410


def test_a_thief_cannot_void_the_link_to_undo(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    """Neither a new password, nor a reset, nor ten more changes, nor asking to be deleted."""
    ada, thief = inside
    change_email(thief, ada).get(link_in(application, NEW)).post("/confirm-new-email")
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
    assert owner.path == "/forgot-password"
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
    change_email(thief, ada).get(link_in(application, NEW)).post("/confirm-new-email")
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
    assert application.browser().get(undo).post("/undo-email").path == "/forgot-password"


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
    change_email(browser, ada)
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
    change_email(browser, ada)
    assert browser.status == 403
    assert letters_to(application, NEW) == 0


def test_a_confirmed_change_ends_the_sessions_of_other_browsers(
    application: Application, inside: tuple[Person, Browser]
) -> None:
    ada, browser = inside
    elsewhere = signed_in(application, ada)
    change_email(browser, ada)
    browser.get(link_in(application, NEW)).post("/confirm-new-email")
    assert browser.is_signed_in
    assert not elsewhere.is_signed_in


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
