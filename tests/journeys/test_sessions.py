"""Sessions are rows: how long they live, what they cost, and how they end."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from flask_airlock.testing import sign_in
from tests.applications import Application
from tests.journeys.support import SESSION, cookie, counted_statements, live_sessions
from tests.people import Browser


@pytest.fixture
def browser(application: Application) -> Browser:
    """A browser in which Ada is signed in."""
    return inside(application)


def inside(application: Application, email: str = "ada@example.com") -> Browser:
    """A browser in which somebody new is signed in, by the helper for tests."""
    person, browser = application.person(email), application.browser()
    with application.app.app_context():
        sign_in(browser.client, application.datastore.get_user(person.email))
    return browser


def test_a_session_rests_eight_hours_and_no_longer(
    application: Application, browser: Browser
) -> None:
    """S-103: kept on the server."""
    application.clock.advance(hours=8)
    assert browser.is_signed_in
    application.clock.advance(hours=8, seconds=1)
    assert not browser.is_signed_in


def test_a_session_in_use_ends_after_a_day(application: Application, browser: Browser) -> None:
    """S-103: active all the time, and out at 24 hours."""
    for _ in range(23):
        application.clock.advance(hours=1)
        assert browser.is_signed_in
    application.clock.advance(minutes=59)
    assert browser.is_signed_in
    application.clock.advance(minutes=1)
    assert not browser.is_signed_in


def test_the_limits_are_settings(applications: Callable[..., Application]) -> None:
    application = applications(
        SECURITY_SESSION_IDLE=timedelta(minutes=30), SECURITY_SESSION_LIFETIME=3600
    )
    resting, used = inside(application), inside(application, "bob@example.com")
    application.clock.advance(minutes=30, seconds=1)
    assert not resting.is_signed_in
    assert not used.is_signed_in
    third = inside(application, "cy@example.com")
    for _ in range(2):
        application.clock.advance(minutes=29)
        assert third.is_signed_in
    application.clock.advance(minutes=2)
    assert not third.is_signed_in


def test_a_protected_page_costs_one_select(application: Application, browser: Browser) -> None:
    """Session, account and user come together."""
    assert browser.is_signed_in
    with counted_statements(application) as sent:
        assert browser.is_signed_in
    assert [statement.split()[0] for statement in sent] == ["SELECT"]


def test_a_page_for_everybody_costs_nothing_for_strangers(application: Application) -> None:
    browser = application.browser()
    browser.get("/login")
    with counted_statements(application) as sent:
        browser.client.get("/inside")
    assert sent == []


def test_a_session_is_written_at_most_once_in_five_minutes(
    application: Application, browser: Browser
) -> None:
    assert browser.is_signed_in
    with counted_statements(application) as sent:
        for _ in range(10):
            application.clock.advance(seconds=29)
            assert browser.is_signed_in
    assert not [statement for statement in sent if statement.startswith("UPDATE")]
    with counted_statements(application) as sent:
        for _ in range(6):
            application.clock.advance(seconds=50)
            assert browser.is_signed_in
    assert len([statement for statement in sent if statement.startswith("UPDATE")]) == 1


def test_logout_ends_the_row_and_drops_the_cookie(
    application: Application, browser: Browser
) -> None:
    """S-104: by POST with its token."""
    assert len(live_sessions(application)) == 1
    browser.log_out()
    assert live_sessions(application) == []
    assert not cookie(browser, SESSION)
    assert "signed_out" in application.events()


def test_a_get_of_logout_shows_a_button_and_ends_nothing(browser: Browser) -> None:
    """S-104: GET does not sign out."""
    browser.get("/logout")
    assert browser.status == 200
    assert '<form class="al-inline" method="post" action="/logout">' in browser.page
    assert browser.is_signed_in


def test_logout_without_a_token_ends_nothing(browser: Browser) -> None:
    response = browser.client.post("/logout")
    assert response.status_code == 400
    assert browser.is_signed_in


def test_logout_is_harmless_for_strangers(application: Application) -> None:
    browser = application.browser()
    browser.log_out()
    assert browser.status == 200


def test_logout_ends_this_session_only(application: Application) -> None:
    ada = application.person()
    browsers = [application.browser(), application.browser()]
    with application.app.app_context():
        for each in browsers:
            sign_in(each.client, application.datastore.get_user(ada.email))
    browsers[0].log_out()
    assert not browsers[0].is_signed_in
    assert browsers[1].is_signed_in


def test_the_cookie_says_nothing_about_the_person(
    application: Application, browser: Browser
) -> None:
    """X-38: random bits only, and new ones for each session."""
    token = cookie(browser, SESSION)
    assert len(token) == 43
    assert "ada" not in token
    assert cookie(inside(application, "bob@example.com"), SESSION) != token


def test_changing_the_users_address_leaves_the_session_alone(
    application: Application, browser: Browser
) -> None:
    with application.app.app_context():
        application.datastore.get_user("ada@example.com").email = "new@example.com"
        application.db.session.commit()
    assert browser.get("/inside").page == "Inside: new@example.com"


def test_our_work_never_commits_the_applications(application: Application) -> None:
    """Flows use short sessions of their own."""
    ada = application.person()
    app, db = application.app, application.db
    seen: list[str] = []

    @app.before_request
    def begin_something() -> None:
        user = application.datastore.find_user(email="bob@example.com")
        seen.append("found" if user else "nobody")
        application.datastore.create_user(email="bob@example.com", password="x")

    browser = application.browser()
    browser.client.get("/login")
    browser.get("/login")
    browser.post("/login", email=ada.email, password=ada.password)
    assert set(seen) == {"nobody"}
    with app.app_context():
        assert application.datastore.find_user(email="bob@example.com") is None
        db.session.rollback()
