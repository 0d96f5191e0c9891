"""Odd requests, odd users and odd settings; and what a trouble writes into the log."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_wtf import CSRFProtect
from werkzeug.security import generate_password_hash

from tests.applications import Application
from tests.journeys.support import HALF_OPEN, cookie, press, signed_in
from tests.people import Browser, Person

Make = Callable[..., Application]
ACTIONS = ("begin", "begin-again", "confirm", "restart", "resend", "no such action", "")
NAMES = ("a%00b", "%00", "x" * 3000, "%ff%fe", "%F0%9F%98%80", "password", "EMAIL", "email%20")
OWN_PAGES = ("/login", "/logout", "/login/second-step", "/login/rescue", "/login/set-up")
SET_UPS = ("/login/set-up/email", "/login/set-up/sms", "/login/set-up/nothing")


@pytest.fixture(params=["sqlite", "postgres"])
def anywhere(request: pytest.FixtureRequest, applications: Make) -> Application:
    """An application on SQLite, which takes anything, and on PostgreSQL, which takes no NUL."""
    kind = request.param
    uri = None if kind == "sqlite" else request.getfixturevalue(f"{kind}_url")
    return applications(uri, PROPAGATE_EXCEPTIONS=False)


def test_a_method_that_does_not_exist_is_not_found(anywhere: Application) -> None:
    """Whatever is to be done with it, and wherever one stands."""
    ada, half, inside = anywhere.person(), anywhere.browser(), anywhere.browser()
    half.give_password(ada).prove_mailbox(ada)
    inside.enrol(anywhere.person("bob@example.com"), "email")
    for browser in (half.get("/login/set-up"), inside.get("/login/set-up")):
        for name in NAMES:
            path = f"/login/set-up/{name}"
            assert browser.client.get(path).status_code == 404, name
            for action in ACTIONS:
                form = {"csrf_token": browser.token(), "action": action, "code": "123456"}
                answer = browser.client.post(path, data=form | {"phone": "+12015550123"})
                assert answer.status_code == 404, (name, action)


@pytest.mark.parametrize("name", ["a\x00b", "\x00", "x" * 33, "password"])
def test_nor_is_a_code_sent_for_one(anywhere: Application, name: str) -> None:
    ada, browser = anywhere.person(), anywhere.browser()
    browser.give_password(ada)
    for purpose in ("first_setup", "login", name):
        form = {"csrf_token": browser.token(), "method": name, "purpose": purpose}
        assert browser.client.post("/login/send-code", data=form).status_code == 404
    assert len(anywhere.outbox.messages()) == 1


class LooksLikeAUser:
    """Has a key and an address, but no row."""

    id = 1
    email = "ada@example.com"
    is_active = True


@pytest.mark.parametrize("nobody", [None, LooksLikeAUser(), 1, "ada@example.com", object()])
def test_what_is_no_user_is_led_to_the_login(applications: Make, nobody: Any) -> None:
    """An application's own first factor found nobody, or passed on the wrong thing."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    application.person()

    @application.app.get("/oauth")
    def oauth() -> Any:
        return application.security.continue_login(nobody, proofs=["oauth"])

    browser = application.browser().get("/oauth")
    assert browser.path == "/login"
    assert browser.status == 200
    assert not cookie(browser, HALF_OPEN)
    assert not browser.is_signed_in
    assert application.rows("sessions") == []


def test_a_user_who_was_never_stored_is_led_to_the_login(application: Application) -> None:
    application.person()

    @application.app.get("/oauth")
    def oauth() -> Any:
        stranger = application.datastore.user_model(email="new@example.com")
        return application.security.continue_login(stranger, proofs=["oauth"])

    assert application.browser().get("/oauth").path == "/login"
    assert application.rows("sessions") == []


@pytest.mark.parametrize("protected", [False, True], ids=["alone", "with CSRFProtect"])
def test_a_field_name_of_the_applications_own_breaks_no_form(
    applications: Make, protected: bool
) -> None:
    application = applications(WTF_CSRF_FIELD_NAME="_own_token")
    if protected:
        CSRFProtect(application.app)
    ada, browser = application.person(), application.browser()
    browser.get("/login")
    press(browser, "Sign in", email=ada.email, password=ada.password)
    press(browser, "Continue", code=ada.mailed_code())
    press(browser, "Authenticator app")
    ada.app_key = browser.shown_key()
    press(browser, "Turn on", code=ada.app_code())
    assert browser.is_signed_in
    press(browser.get("/logout"), "Sign out")
    assert not browser.is_signed_in


def test_nor_does_it_let_a_form_through_without_a_token(applications: Make) -> None:
    """S-126: for the login and for the logout."""
    application = applications(WTF_CSRF_FIELD_NAME="_own_token")
    ada = application.person()
    stranger = application.browser()
    for extra in ({}, {"_own_token": "x"}, {"csrf_token": "x"}):
        form = {"email": ada.email, "password": ada.password, **extra}
        assert stranger.client.post("/login", data=form).status_code == 400
    browser = signed_in(application, ada)
    assert browser.client.post("/logout", data={"_own_token": "x"}).status_code == 400
    assert browser.is_signed_in


def stranger(application: Application) -> Browser:
    """Somebody who has not signed in."""
    application.person()
    return application.browser()


def without_factor(application: Application) -> Browser:
    """Between the doors, nothing set up."""
    return application.browser().give_password(application.person())


def with_factor(application: Application) -> Browser:
    """Between the doors, a code to give."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "email").log_out()
    return browser.give_password(ada)


def inside(application: Application) -> Browser:
    """Signed in."""
    return application.browser().enrol(application.person(), "authenticator")


@pytest.mark.parametrize("where", [stranger, without_factor, with_factor, inside])
def test_head_of_our_pages_is_like_get(
    application: Application, where: Callable[[Application], Browser]
) -> None:
    """RFC 9110, 9.3.2: the same answer without its body, and nothing is done by it."""
    browser = where(application)
    events, letters = application.events(), len(application.outbox.messages())
    for path in (
        *OWN_PAGES,
        *SET_UPS,
        "/login/set-up-link/x",
        "/_airlock/outbox",
        "/login?next=/x",
    ):
        got, head = browser.client.get(path), browser.client.head(path)
        assert head.status_code == got.status_code, path
        assert head.data == b"", path
        for name in ("Location", "Cache-Control", "Content-Security-Policy", "Content-Type"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)
    assert browser.client.head("/login/send-code").status_code == 405
    assert application.events() == events
    assert len(application.outbox.messages()) == letters


def forbid(application: Application, rule: str) -> None:
    """Let the database refuse certain changes."""
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(sa.text(rule))


def old_hash(application: Application, person: Person) -> None:
    """The hash that an older program left, which the login replaces."""
    hashed = generate_password_hash(person.password, "pbkdf2:sha256:1000")
    change = sa.text("UPDATE user SET password = :hashed WHERE email = :email")
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(change, {"hashed": hashed, "email": person.email})


def assert_nothing_is_told(log: pytest.LogCaptureFixture, *secrets: str) -> None:
    """An error was logged, and it holds neither a number nor a hash."""
    assert "the database failed" in log.text
    for secret in ("argon2", "pbkdf2", "+1201555", *secrets):
        assert secret not in log.text, log.text


def test_a_trouble_of_the_database_tells_no_number_and_no_hash(
    applications: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Statements are logged without what they carried."""
    caplog.set_level(logging.INFO)
    settings = {"SECURITY_MIRROR_COLUMNS": ["phone_number"], "PROPAGATE_EXCEPTIONS": False}
    application = applications(**settings)
    ada, bob = application.person(), application.person("bob@example.com")
    old_hash(application, bob)
    for column in ("phone_number", "password"):
        forbid(
            application,
            f"CREATE TRIGGER no_{column} BEFORE UPDATE OF {column} ON user "
            "BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
    assert application.browser().enrol(ada, "sms").status == 503
    assert application.browser().give_password(bob).status == 503
    assert_nothing_is_told(caplog, ada.texted_code(), bob.password)


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_nor_does_what_the_server_says_of_it(
    request: pytest.FixtureRequest,
    applications: Make,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    """PostgreSQL shows the whole row that it refused, address, hash and number."""
    uri = request.getfixturevalue(f"{kind}_url")
    application = applications(uri, PROPAGATE_EXCEPTIONS=False)
    ada = application.person(phone_number="+12015550177")
    quote = '"' if kind == "postgres" else "`"
    forbid(
        application,
        f"ALTER TABLE {quote}user{quote} ADD CONSTRAINT nope "
        "CHECK (two_factor_primary_method IS NULL)",
    )
    caplog.set_level(logging.INFO)
    assert application.browser().enrol(ada, "authenticator").status == 503
    assert_nothing_is_told(caplog, ada.email)
