"""Who is asked for a second factor, and what roles open (STANDARDS S-22, S-25)."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.journeys.support import SESSION, cookie, give_role, opens, press


def test_without_two_factor_the_password_is_enough(
    applications: Callable[..., Application],
) -> None:
    """The default, as in the seed: no second step."""
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.is_signed_in
    assert browser.path == "/"
    assert application.outbox.messages() == []


def test_two_factor_is_off_by_default(applications: Callable[..., Application]) -> None:
    application = applications()
    del application.app.config["SECURITY_TWO_FACTOR"]
    defaults = type(application.app.extensions["security"].settings)()
    assert defaults.two_factor is False
    assert defaults.two_factor_required is True


def test_without_two_factor_there_is_nothing_to_set_up(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.get("/login/set-up").status == 404
    assert opens(browser, "/strong") == 403


def test_required_for_all_leads_everybody_to_set_one_up(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in


def test_required_for_nobody_lets_the_password_in(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.is_signed_in


def test_required_for_a_role_asks_those_who_have_it(
    applications: Callable[..., Application],
) -> None:
    """S-22: given the role and no factor, only the set-up pages open."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=["admin", "staff"])
    ada, bob = application.person(), application.person("bob@example.com")
    give_role(application, ada, "staff", "reader")
    give_role(application, bob, "reader")
    browser = application.browser()
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in
    other = application.browser()
    other.give_password(bob)
    assert other.is_signed_in


@pytest.mark.parametrize("required", [False, ["admin"]], ids=str)
def test_who_has_a_factor_is_asked_anyway(
    applications: Callable[..., Application], required: bool | list[str]
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=required)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.get("/login/set-up")
    browser.post("/login/send-code", method="email", purpose="first_setup")
    browser.prove_mailbox(ada).set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    assert browser.path == "/login/second-step"
    assert not browser.is_signed_in
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in


def test_a_view_may_ask_for_a_second_factor_of_its_own(
    applications: Callable[..., Application],
) -> None:
    """`second_factor_required` leads a password-only session to the set-up, and back."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    response = browser.client.get("/strong")
    assert response.status_code == 302
    assert response.headers["Location"] == "/login/set-up?next=/strong"
    browser.get("/strong")
    browser.post("/login/send-code", method="email", purpose="first_setup")
    browser.prove_mailbox(ada).set_up(ada, "authenticator")
    assert opens(browser, "/strong") == 200


def test_the_way_through_the_set_up_leads_back_to_the_view(
    applications: Callable[..., Application],
) -> None:
    """The destination survives each form of the set-up, as a browser sends them."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.get("/strong")
    press(browser, "Send code")
    press(browser, "Continue", code=ada.mailed_code())
    press(browser, "Authenticator app")
    ada.app_key = browser.shown_key()
    press(browser, "Turn on", code=ada.app_code()).put_off()
    assert browser.path == "/strong"
    assert browser.page == "Strong"


def test_a_second_factor_opens_the_strong_view(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    assert opens(browser, "/strong") == 200


def test_a_method_switched_off_by_the_application_is_not_asked_for(
    applications: Callable[..., Application],
) -> None:
    """Only what the application enables counts as a factor."""
    application = applications(SECURITY_TWO_FACTOR_ENABLED_METHODS=["mail"])
    browser = application.browser()
    ada = application.person()
    browser.give_password(ada).prove_mailbox(ada)
    assert 'data-method="email"' in browser.page
    for gone in ("authenticator", "sms"):
        assert f'data-method="{gone}"' not in browser.page
        assert browser.get(f"/login/set-up/{gone}").status == 404


def test_requiring_it_of_all_ends_what_a_password_alone_opened(
    applications: Callable[..., Application], tmp_path: object
) -> None:
    """The setting is changed and the workers restarted: S-22 holds at the next request."""
    uri = f"sqlite:///{tmp_path}/stricter.sqlite"
    before = applications(uri, SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = before.person(), before.browser()
    browser.give_password(ada)
    assert browser.is_signed_in
    after = applications(uri)
    again = after.browser()
    again.client.set_cookie(SESSION, cookie(browser, SESSION))
    assert not again.is_signed_in
