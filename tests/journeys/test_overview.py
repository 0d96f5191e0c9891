"""A person's security page: what he has, and what to do next."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.support import enrolled_person

ONE_WAY = "You have one way to confirm that it is you."


def test_a_stranger_is_led_to_the_login(application: Application) -> None:
    browser = application.browser()
    browser.get("/security")
    assert browser.path == "/login"


def test_who_has_one_method_is_urged_to_hold_two(application: Application) -> None:
    """S-90."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    browser.get("/security")
    assert browser.status == 200
    assert "Authenticator app" in browser.page
    assert ONE_WAY in browser.page
    browser.set_up(ada, "sms")
    browser.get("/security")
    assert "Authenticator app, Text message" in browser.page
    assert ONE_WAY not in browser.page


def test_without_a_second_step_only_the_account_is_shown(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.get("/security")
    assert "Second step" not in browser.page
    assert "Password" in browser.page


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_switched_off_is_not_there(
    applications: Callable[..., Application], whole: bool
) -> None:
    settings = WHOLE_LIFE if whole else {"SECURITY_CHANGE_EMAIL": False}
    application = applications(**settings)
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    browser.get("/security")
    for label in ("Mail address", "User name", "Delete the account"):
        assert (label in browser.page) == whole
