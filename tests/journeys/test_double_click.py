"""The right code sent twice by one browser lands signed in, once (STANDARDS S-20)."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER
from tests.journeys.support import (
    HALF_OPEN,
    SESSION,
    cookie,
    copied,
    enrolled_person,
    give_cookie,
    live_sessions,
    wrong,
)
from tests.people import Browser, Person


def click_twice(
    application: Application, person: Person, browser: Browser, method: str, code: str
) -> tuple[Browser, Browser]:
    """Two requests that carry the same cookies, as a double click sends them."""
    other = application.browser()
    other.get("/login")
    give_cookie(other, HALF_OPEN, cookie(browser, HALF_OPEN))
    browser.answer(method, code)
    other.answer(method, code)
    return browser, other


@pytest.mark.parametrize("method", ["authenticator", "email", "sms"])
def test_both_clicks_land_in_one_session(application: Application, method: str) -> None:
    ada, browser = enrolled_person(application, method)
    done = application.events().count("login_completed")
    browser.give_password(ada)
    code = {
        "authenticator": ada.app_code,
        "email": ada.mailed_code,
        "sms": ada.texted_code,
    }[method]()
    first, second = click_twice(application, ada, browser, method, code)
    assert first.is_signed_in
    assert second.is_signed_in
    assert cookie(first, SESSION) == cookie(second, SESSION)
    assert len(live_sessions(application)) == 1
    assert application.events().count("login_completed") == done + 1


def test_a_copied_half_open_cookie_with_a_wrong_code_stays_outside(
    application: Application,
) -> None:
    """A copy of the cookie alone opens nothing, also in the half minute of double clicks."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    code = ada.app_code()
    thief = application.browser()
    thief.get("/login")
    give_cookie(thief, HALF_OPEN, cookie(browser, HALF_OPEN))
    browser.answer("authenticator", code)
    assert browser.is_signed_in
    for guess in (wrong(code), "000000", ada.app_code(later=30)):
        thief.answer("authenticator", guess)
        assert not thief.is_signed_in


def test_the_code_of_another_method_is_no_repetition(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    code = ada.app_code()
    thief = application.browser()
    thief.get("/login")
    give_cookie(thief, HALF_OPEN, cookie(browser, HALF_OPEN))
    browser.answer("authenticator", code)
    thief.answer("sms", code)
    assert not thief.is_signed_in


def test_half_a_minute_later_the_old_cookie_is_dead(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    code = ada.app_code()
    late = application.browser()
    late.get("/login")
    give_cookie(late, HALF_OPEN, cookie(browser, HALF_OPEN))
    browser.answer("authenticator", code)
    application.clock.advance(seconds=31)
    late.answer("authenticator", code)
    assert late.path == "/login"
    assert not late.is_signed_in


def test_after_logout_a_repetition_opens_nothing(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    code = ada.app_code()
    late = application.browser()
    late.get("/login")
    give_cookie(late, HALF_OPEN, cookie(browser, HALF_OPEN))
    browser.answer("authenticator", code).log_out()
    late.answer("authenticator", code)
    assert not late.is_signed_in


def test_guesses_at_a_repetition_count_like_any_other(application: Application) -> None:
    """In the half minute a thief has no more tries than elsewhere."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    code = ada.app_code()
    thief = application.browser()
    thief.get("/login")
    give_cookie(thief, HALF_OPEN, cookie(browser, HALF_OPEN))
    browser.answer("authenticator", code)
    for _ in range(20):
        thief.answer("authenticator", wrong(code))
    thief.answer("authenticator", code)
    assert not thief.is_signed_in
    failures = {row["side"]: row["failures"] for row in application.rows("throttles")}
    assert failures["strangers"] == 20


def test_the_last_answer_of_a_set_up_may_be_sent_twice(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    ada.app_key = browser.shown_key()
    other = application.browser()
    other.get("/login")
    give_cookie(other, HALF_OPEN, cookie(browser, HALF_OPEN))
    for click in (browser, other):
        click.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
        assert click.is_signed_in
    assert len(live_sessions(application)) == 1
    assert len(application.rows("credentials")) == 1


def test_a_change_of_the_password_may_be_sent_twice(
    applications: Callable[..., Application],
) -> None:
    """Both answers bring the same new token; whoever asks for another password is out."""
    application = applications(**WHOLE_LIFE)
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").get("/change-password")
    other, thief = (copied(application, browser, SESSION) for _ in range(2))
    for click in (browser, other):
        click.post("/change-password", current=ada.password, password=ANOTHER)
        assert click.path == "/change-password"
        assert click.is_signed_in
    assert cookie(browser, SESSION) == cookie(other, SESSION)
    assert application.events().count("password_changed") == 1
    for guess in (ada.password, "any other lighthouse at noon"):
        thief.post("/change-password", current=ada.password, password=guess)
        assert thief.path == "/login"
        assert not thief.is_signed_in
    application.clock.advance(seconds=31)
    thief.post("/change-password", current=ada.password, password=ANOTHER)
    assert not thief.is_signed_in


def test_the_wish_to_be_removed_may_be_sent_twice(applications: Callable[..., Application]) -> None:
    application = applications(**WHOLE_LIFE)
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").get("/delete-account")
    other, late = (copied(application, browser, SESSION) for _ in range(2))
    for click in (browser, other):
        click.post("/delete-account", current=ada.password)
        assert "The account is removed on" in click.page
        assert not click.is_signed_in
    assert application.events().count("deletion_requested") == 1
    application.clock.advance(seconds=31)
    assert late.post("/delete-account", current=ada.password).path == "/login"


def test_a_half_open_cookie_is_no_renewed_session(
    applications: Callable[..., Application],
) -> None:
    """S-20: whoever copied it and knows the password does not walk in behind the owner's code, by
    way of the page that renews."""
    application = applications(**WHOLE_LIFE)
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    thief = application.browser().get("/login")
    give_cookie(thief, SESSION, cookie(browser, HALF_OPEN))
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in
    thief.post("/change-password", current=ada.password, password=ada.password)
    assert not thief.is_signed_in
    assert thief.path == "/login"
