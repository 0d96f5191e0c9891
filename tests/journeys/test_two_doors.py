"""The main story: password, then a code by mail, authenticator app or text message."""

from collections.abc import Callable

import pytest

from flask_airlock.testing import sign_in
from tests.applications import Application
from tests.journeys.support import HALF_OPEN, SESSION, cookie, enrolled_person, live_sessions

METHODS = ["email", "authenticator", "sms"]


@pytest.mark.parametrize("method", METHODS)
def test_a_person_sets_a_method_up_and_signs_in_with_it(
    application: Application, method: str
) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, method)
    assert browser.is_signed_in
    browser.log_out()
    assert not browser.is_signed_in
    application.clock.advance(minutes=1)
    browser.log_in(ada, method)
    assert browser.is_signed_in


def test_between_the_doors_nobody_is_inside(application: Application) -> None:
    """S-20: after the password only the pages of the second step work."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator").log_out()
    browser.give_password(ada)
    assert browser.path == "/login/second-step"
    assert not browser.is_signed_in
    for page in ("/strong", "/admin", "/staff", "/login/set-up"):
        browser.get(page)
        assert browser.path in {"/login", "/login/second-step"}


def test_between_the_doors_current_user_is_anonymous(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    browser.get("/")
    assert "Home of nobody" in browser.page


def test_three_methods_side_by_side(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    for method in ("sms", "email"):
        browser.set_up(ada, method)
        assert browser.is_signed_in
    browser.log_out()
    for method in METHODS:
        application.clock.advance(minutes=1)
        browser.log_in(ada, method)
        assert browser.is_signed_in, method
        browser.log_out()


def test_the_half_open_session_is_a_row_that_holds_no_token(application: Application) -> None:
    """S-101: the cookie only points to the row, by the digest of a 256-bit token."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    token = cookie(browser, HALF_OPEN)
    assert len(token) >= 43
    (row,) = live_sessions(application, "half_open")
    assert len(row["digest"]) == 32
    assert token.encode() not in repr(row).encode()
    assert row["proofs"] == "password"


def test_the_half_open_session_lives_ten_minutes(application: Application) -> None:
    """S-20: at 599 seconds the code is taken, at 601 the password is asked for again."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    application.clock.advance(seconds=599)
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in
    browser.log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    application.clock.advance(seconds=601)
    browser.answer("authenticator", ada.app_code())
    assert browser.path == "/login"
    assert "took too long" in browser.page
    assert not browser.is_signed_in


def test_success_makes_a_new_token_and_the_old_one_is_dead(application: Application) -> None:
    """S-102: a new id at every change of level; the old one is refused afterwards."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    half_open = cookie(browser, HALF_OPEN)
    browser.answer("authenticator", ada.app_code())
    session = cookie(browser, SESSION)
    assert session
    assert session != half_open
    assert not cookie(browser, HALF_OPEN)
    application.clock.advance(minutes=1)
    thief = application.browser()
    thief.get("/login")
    for name in (SESSION, HALF_OPEN):
        thief.client.set_cookie(name, half_open)
    thief.answer("authenticator", ada.app_code())
    assert not thief.is_signed_in


def test_a_session_records_the_methods_that_opened_it(application: Application) -> None:
    """S-23: which factors were used, and no more than those."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    (row,) = live_sessions(application)
    assert row["proofs"] == "password authenticator"


def test_the_person_goes_where_she_was_going(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.get("/inside?page=2")
    assert browser.path == "/login"
    action = browser.page.split('<form class="al-form" method="post" action="')[1].split('"')[0]
    browser.post(action.replace("&amp;", "&"), email=ada.email, password=ada.password)
    response = browser.client.post(
        "/login/second-step",
        data={
            "csrf_token": browser.token(),
            "method": "authenticator",
            "code": ada.app_code(),
        },
    )
    assert response.status_code == 303
    assert response.headers["Location"] == "/inside?page=2"


def test_the_destination_survives_a_first_set_up(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.get("/login?next=/inside?first=1")
    browser.post("/login?next=/inside?first=1", email=ada.email, password=ada.password)
    browser.prove_mailbox(ada).set_up(ada, "authenticator")
    assert browser.path == "/inside"


def test_without_a_destination_the_settings_say_where_to_go(
    applications: Callable[..., Application],
) -> None:
    """The paths after login and logout are settings."""
    application = applications(
        SECURITY_POST_LOGIN_URL="/inside", SECURITY_POST_LOGOUT_URL="/login?bye=1"
    )
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    assert browser.path == "/inside"
    browser.log_out()
    assert browser.path == "/login"


def test_signing_in_ends_the_session_that_the_browser_had(application: Application) -> None:
    ada, browser = enrolled_person(application)
    bob = application.person("bob@example.com")
    browser.give_password(ada)
    with application.app.app_context():
        sign_in(browser.client, application.datastore.get_user(bob.email))
    (bobs,) = live_sessions(application)
    browser.answer("authenticator", ada.app_code())
    browser.get("/inside")
    assert ada.email in browser.page
    (left,) = live_sessions(application)
    assert left["id"] != bobs["id"]


def test_a_signed_in_person_is_led_past_the_login_page(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    browser.get("/login?next=/inside")
    assert browser.path == "/inside"
