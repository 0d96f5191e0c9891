"""The private names of Flask-Login that we override exist, with the shapes that we rely on.

Flask-Login's users are loaded by private methods; a version that renames them must fail here,
not in production.
"""

import inspect
from importlib.metadata import version

import flask_login
import pytest
from flask import Flask
from flask_login import LoginManager, login_manager, utils

from flask_airlock.web.current_user import FLASK_LOGIN_KEYS, AirlockLoginManager

OVERRIDDEN = {
    "_load_user": ["self"],
    "_update_remember_cookie": ["self", "response"],
    "_update_request_context_with_user": ["self", "user"],
    "unauthorized": ["self"],
    "user_loader": ["self", "callback"],
    "request_loader": ["self", "callback"],
}


def parameters(owner: type, name: str) -> list[str]:
    """The names of a method's parameters."""
    return list(inspect.signature(getattr(owner, name)).parameters)


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_what_we_override_exists_with_this_signature(name: str) -> None:
    assert parameters(LoginManager, name) == OVERRIDDEN[name]


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_we_override_it_with_the_same_signature(name: str) -> None:
    assert name in vars(AirlockLoginManager)
    assert parameters(AirlockLoginManager, name) == OVERRIDDEN[name]


def test_the_users_default_is_nobody() -> None:
    for owner in (LoginManager, AirlockLoginManager):
        signature = inspect.signature(owner._update_request_context_with_user)
        assert signature.parameters["user"].default is None


def test_the_version_range_is_the_one_that_was_tested() -> None:
    """The names are private: a new minor version may change them."""
    major, minor = version("flask-login").split(".")[:2]
    assert (major, minor) == ("0", "6")


@pytest.mark.parametrize("name", ["login_user", "logout_user"])
def test_login_and_logout_go_through_the_one_method(name: str) -> None:
    source = inspect.getsource(getattr(utils, name))
    assert "current_app.login_manager._update_request_context_with_user(" in source


def test_users_are_loaded_by_the_method_we_override() -> None:
    assert "current_app.login_manager._load_user()" in inspect.getsource(utils._get_user)


def test_the_remember_cookie_is_kept_by_the_method_we_override() -> None:
    source = inspect.getsource(LoginManager.init_app)
    assert "app.after_request(self._update_remember_cookie)" in source
    assert "app.login_manager = self" in source


def test_the_keys_that_login_user_leaves_behind_are_all_known() -> None:
    written = {
        line.split('session["')[1].split('"]')[0]
        for name in ("login_user",)
        for line in inspect.getsource(getattr(utils, name)).splitlines()
        if 'session["' in line and "=" in line.split("]", 1)[1]
    }
    assert written
    assert written <= set(FLASK_LOGIN_KEYS)


def test_login_required_asks_unauthorized() -> None:
    source = inspect.getsource(utils.login_required)
    assert "current_app.login_manager.unauthorized()" in source
    assert "current_user.is_authenticated" in source


def test_the_anonymous_user_is_made_by_the_managers_attribute() -> None:
    source = inspect.getsource(login_manager.LoginManager._update_request_context_with_user)
    assert "self.anonymous_user()" in source


def test_an_extension_that_looks_for_a_login_manager_finds_one() -> None:
    app = Flask(__name__)
    manager = AirlockLoginManager()
    manager.init_app(app)
    assert app.login_manager is manager  # type: ignore[attr-defined]
    assert isinstance(manager, flask_login.LoginManager)
