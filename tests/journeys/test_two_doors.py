"""The main story: password, then a code by mail, authenticator app or text message."""

import pytest

from tests.applications import Application

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
