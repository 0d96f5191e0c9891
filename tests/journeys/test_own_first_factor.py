"""An application's own first factor (OAuth here) enters by the same second door."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response, request

from tests.applications import Application
from tests.journeys.support import HALF_OPEN, cookie, live_sessions
from tests.people import Browser, Person


def add_oauth(application: Application) -> None:
    """The callback of a home-made OAuth login; the identity provider has spoken already."""

    @application.app.get("/oauth/callback")
    def callback() -> Response:
        user = application.datastore.get_user(request.args["email"])
        proofs = request.args.getlist("proof") or ["oauth"]
        return application.security.continue_login(
            user, proofs=proofs, next=request.args.get("next")
        )


def come_back(browser: Browser, person: Person, **query: Any) -> Browser:
    """The browser returns from the identity provider."""
    client = browser.client
    response = client.get("/oauth/callback", query_string={"email": person.email, **query})
    browser.status = response.status_code
    location = response.headers.get("Location", "")
    return browser.get(location) if location else browser


def test_the_story_of_an_oauth_login(application: Application) -> None:
    """First set-up after OAuth, then a login by OAuth and authenticator app."""
    add_oauth(application)
    ada, browser = application.person(password=None), application.browser()
    come_back(browser, ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in
    browser.prove_mailbox(ada).set_up(ada, "authenticator")
    assert browser.is_signed_in
    browser.log_out()
    application.clock.advance(minutes=1)
    come_back(browser, ada, next="/inside")
    assert browser.path == "/login/second-step"
    assert not browser.is_signed_in
    browser.answer("authenticator", ada.app_code())
    assert browser.path == "/inside"
    (row,) = live_sessions(application)
    assert row["proofs"] == "oauth authenticator"


def test_no_password_is_needed_nor_does_none_open(application: Application) -> None:
    add_oauth(application)
    ada, browser = application.person(password=None), application.browser()
    for guess in ("", "None", "x"):
        browser.get("/login")
        browser.post("/login", email=ada.email, password=guess)
        assert browser.status == 422


@pytest.mark.parametrize("proof", ["email", "authenticator", "sms"])
def test_proofs_of_ours_are_refused(application: Application, proof: str) -> None:
    """S-21: a view can't claim a second factor that nobody has proved."""
    add_oauth(application)
    ada, browser = application.person(), application.browser()
    with pytest.raises(ValueError, match="names of your own"):
        come_back(browser, ada, proof=["oauth", proof])
    assert application.rows("sessions") == []


@pytest.mark.parametrize("proofs", [[], "oauth", ["Two words"], [""], ["a" * 40]])
def test_proofs_are_a_list_of_short_names(application: Application, proofs: Any) -> None:
    application.person()
    with application.app.test_request_context():
        user = application.datastore.get_user("ada@example.com")
        with pytest.raises(ValueError, match="proof"):
            application.security.continue_login(user, proofs=proofs)


def test_an_inactive_user_is_led_to_the_login(application: Application) -> None:
    add_oauth(application)
    ada, browser = application.person(active=False), application.browser()
    come_back(browser, ada)
    assert browser.path == "/login"
    assert "can’t sign in" in browser.page or "can&#39;t sign in" in browser.page
    assert not cookie(browser, HALF_OPEN)
    assert application.rows("sessions") == []


def test_where_no_second_factor_is_asked_the_first_suffices(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    add_oauth(application)
    ada, browser = application.person(), application.browser()
    come_back(browser, ada, next="/inside")
    assert browser.path == "/inside"
    assert browser.is_signed_in


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_destination_stays_on_this_host(
    applications: Callable[..., Application], target: str
) -> None:
    """S-127: also when an application passes on what its visitor sent."""
    application = applications(SECURITY_TWO_FACTOR=False)
    add_oauth(application)
    ada, browser = application.person(), application.browser()
    come_back(browser, ada, next=target)
    assert browser.path == "/"


def test_the_login_is_recorded_with_its_proofs(application: Application) -> None:
    add_oauth(application)
    ada, browser = application.person(), application.browser()
    come_back(browser, ada)
    accepted = [row for row in application.rows("events") if row["name"] == "first_factor_accepted"]
    assert [row["detail"] for row in accepted] == ['{"proofs": ["oauth"]}']
