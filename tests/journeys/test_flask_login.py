"""Flask-Login's names are ours to serve; its other ways in are shut."""

from collections.abc import Callable
from typing import Any

import flask_login
import pytest
from flask import Flask, jsonify

import flask_airlock
from flask_airlock import ConfigurationError, Security
from flask_airlock.testing import sign_in
from tests.applications import Application
from tests.journeys.support import SESSION, cookie, counted_statements, live_sessions


def test_the_names_are_flask_logins_own() -> None:
    """So every extension that knows Flask-Login knows our users."""
    assert flask_airlock.login_required is flask_login.login_required
    assert flask_airlock.current_user is flask_login.current_user


def add_stray_login(application: Application) -> dict[str, Any]:
    """A view that calls `login_user()`, catches what comes, and looks who is inside."""
    seen: dict[str, Any] = {}

    @application.app.post("/stray")
    def stray() -> Any:
        user = application.datastore.get_user("ada@example.com")
        try:
            flask_login.login_user(user, remember=True, force=True)
        except ConfigurationError as problem:
            seen["problem"] = str(problem)
        seen["inside"] = flask_login.current_user.is_authenticated
        return jsonify(inside=seen["inside"])

    return seen


def test_login_user_lets_nobody_in_not_even_for_this_request(application: Application) -> None:
    application.person()
    seen = add_stray_login(application)
    browser = application.browser()
    browser.client.post("/stray")
    assert seen["inside"] is False
    assert "continue_login" in seen["problem"]
    assert not browser.is_signed_in
    assert live_sessions(application) == []
    assert browser.client.get_cookie("remember_token") is None


def test_login_user_leaves_nothing_of_itself_in_flasks_session(application: Application) -> None:
    application.person()
    add_stray_login(application)
    browser = application.browser()
    browser.client.post("/stray")
    with browser.client.session_transaction() as kept:
        assert not [key for key in kept if key.startswith("_")]


def test_login_user_does_not_turn_a_session_into_another_persons(
    application: Application,
) -> None:
    application.person()
    bob = application.person("bob@example.com")
    add_stray_login(application)
    browser = application.browser()
    with application.app.app_context():
        sign_in(browser.client, application.datastore.get_user(bob.email))
    browser.client.post("/stray")
    assert "ada@example.com" not in browser.get("/inside").page


def test_logout_user_ends_the_row_and_the_cookie(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    seen: list[bool] = []

    @application.app.post("/leave")
    def leave() -> str:
        flask_login.logout_user()
        seen.append(flask_login.current_user.is_authenticated)
        return "Bye"

    browser.enrol(ada, "authenticator")
    token = cookie(browser, SESSION)
    browser.client.post("/leave")
    assert seen == [False]
    assert live_sessions(application) == []
    assert not cookie(browser, SESSION)
    browser.client.set_cookie(SESSION, token)
    assert not browser.is_signed_in


def test_a_user_loader_is_a_named_error(application: Application) -> None:
    manager = application.app.login_manager  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="user_loader"):
        manager.user_loader(lambda user_id: None)

    with pytest.raises(ConfigurationError, match="request_loader"):
        manager.request_loader(lambda request: None)


def test_a_login_manager_from_before_is_a_named_error(application: Application) -> None:
    app = Flask("other")
    app.config.update(application.app.config)
    flask_login.LoginManager(app)
    with pytest.raises(ConfigurationError, match="LoginManager"):
        Security(app, application.datastore)


def test_a_login_manager_from_later_is_a_named_error_at_the_first_request(
    application: Application,
) -> None:
    flask_login.LoginManager(application.app)
    with pytest.raises(ConfigurationError, match="another LoginManager"):
        application.app.test_client().get("/inside")


def test_without_a_login_manager_of_ours_nobody_is_let_in(
    applications: Callable[..., Application],
) -> None:
    """The named error stops every request, so that no page opens by mistake."""
    application = applications(TESTING=False, DEBUG=False)
    flask_login.LoginManager(application.app)
    assert application.app.test_client().get("/inside").status_code == 500


def test_an_unauthorized_handler_of_the_application_is_asked(application: Application) -> None:
    manager = application.app.login_manager  # type: ignore[attr-defined]
    manager.unauthorized_handler(lambda: ("Not for you", 418))
    assert application.app.test_client().get("/inside").status_code == 418


def test_current_user_is_known_in_templates(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    assert "Home of ada@example.com" in browser.get("/").page


def test_strangers_have_no_roles(application: Application) -> None:
    with application.app.test_request_context():
        assert not flask_login.current_user.is_authenticated
        assert not flask_login.current_user.has_role("admin")


def test_a_request_that_never_looks_costs_no_statement(application: Application) -> None:
    ada, browser = application.person(), application.browser()

    @application.app.get("/plain")
    def plain() -> str:
        return "Plain"

    browser.enrol(ada, "authenticator")
    with counted_statements(application) as sent:
        browser.client.get("/plain")
    assert sent == []


def test_session_protection_settings_change_nothing(
    applications: Callable[..., Application],
) -> None:
    """`SESSION_PROTECTION = "strong"` must not log people out."""
    application = applications(SESSION_PROTECTION="strong")
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    with browser.client.session_transaction() as kept:
        kept["anything"] = "of the application's"
    assert browser.is_signed_in
