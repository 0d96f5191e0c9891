"""`current_user` comes from our session row alone, whatever Flask-Login's own cookies say.

Flask-Login 0.6 loads users in `_load_user`, keeps its remember cookie in
`_update_remember_cookie`, and lets `login_user` and `logout_user` set the user by
`_update_request_context_with_user`: these private names are the contract, pinned in
pyproject.toml and tested.
"""

import logging
from collections.abc import Callable
from typing import Any, NoReturn

from flask import Response, current_app, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_required

from ..errors import ConfigurationError
from ..flows import sessions
from ..flows.sessions import Current
from . import cookies
from .context import services
from .redirects import here
from .visitor import visitor

FLASK_LOGIN_KEYS = ("_user_id", "_fresh", "_id", "_remember", "_remember_seconds")

log = logging.getLogger("flask_airlock")


class AnonymousUser(AnonymousUserMixin):  # type: ignore[misc]
    """Whoever is not signed in, also between the two doors."""

    roles: tuple[Any, ...] = ()

    def has_role(self, role: object) -> bool:
        """Strangers have no role."""
        return False

    def has_permission(self, name: str) -> bool:
        """Strangers are permitted nothing that has a name."""
        return False


class AirlockLoginManager(LoginManager):  # type: ignore[misc]
    """Flask-Login's manager, with one way in."""

    def __init__(self) -> None:
        super().__init__()
        self.anonymous_user = AnonymousUser

    def user_loader(self, callback: Callable[..., Any]) -> NoReturn:
        """Refused: users come from Flask-Airlock's sessions only."""
        raise ConfigurationError(
            "Flask-Airlock loads users from its own sessions: remove your user_loader"
        )

    def request_loader(self, callback: Callable[..., Any]) -> NoReturn:
        """Refused: users come from Flask-Airlock's sessions only."""
        raise ConfigurationError(
            "Flask-Airlock loads users from its own sessions: remove your request_loader"
        )

    def unauthorized(self) -> ResponseReturnValue:
        """A person is led to the login; a script is told so by status."""
        if self.unauthorized_callback:
            answer: ResponseReturnValue = self.unauthorized_callback()
            return answer
        if wants_data():
            return jsonify(error="login_required"), 401
        return redirect(url_for("security.login", next=here()))

    def _load_user(self) -> None:
        self.load()

    def load(self, *, with_roles: bool = False) -> None:
        """Look who is signed in; `with_roles` where the user's are about to be asked for."""
        token = cookies.session_token()
        self._become(sessions.find_current(services(), token, with_roles=with_roles))

    def _become(self, current: Current | None) -> None:
        g.airlock_current = current
        super()._update_request_context_with_user(current.user if current else None)

    def _update_remember_cookie(self, response: Response) -> Response:
        return response

    def _update_request_context_with_user(self, user: Any = None) -> None:
        for key in FLASK_LOGIN_KEYS:
            session.pop(key, None)
        if user is not None:
            self._become(None)
            raise ConfigurationError(
                "login_user() lets nobody in under Flask-Airlock: return "
                "security.continue_login(user, proofs=[...]) from your view instead"
            )
        sessions.sign_out(services(), cookies.session_token(), visitor())
        g.airlock_signed_out = True
        self._become(None)


def forget_user() -> None:
    """Look at the cookie anew when somebody asks who is signed in."""
    # Not by way of the proxy, which looks for them anew at each step.
    kept = g._get_current_object()
    for name in ("airlock_current", "airlock_signed_out", "_login_user"):
        kept.pop(name, None)


def be_nobody() -> None:
    """For the rest of this request nobody is signed in, and nobody is looked up."""
    current_app.login_manager._become(None)  # type: ignore[attr-defined]


def current_session(*, with_roles: bool = False) -> Current | None:
    """Who is signed in in this request, and by which session; `with_roles` where the user's are
    about to be asked for."""
    if "airlock_current" not in g:
        current_app.login_manager.load(with_roles=with_roles)  # type: ignore[attr-defined]
    current: Current | None = g.airlock_current
    return current


def role_holder() -> Any | None:
    """Who answers `has_role` and `has_permission` for whoever is signed in, None for nobody."""
    was_known = "airlock_current" in g
    current = current_session(with_roles=True)
    if current is None or not current_user.is_authenticated:
        return None
    user = current_user._get_current_object()
    # Later in a request somebody may have changed roles.
    if was_known or user is not current.user:
        return user
    return services().datastore.holder_of(user)


def finish_response(response: Response) -> Response:
    """After `logout_user()` the browser forgets the cookie as well; and no cache shows a person's
    page to another, nor the back button to whoever comes after a logout."""
    kept = g._get_current_object()
    if "airlock_signed_out" in kept:
        cookies.drop_sessions(response)
    if "airlock_current" in kept:
        headers = response.headers
        if len(headers.getlist("Vary")) == 1:
            response.vary.add("Cookie")
        else:
            # Of several, Werkzeug would read the first, and put that in place of all.
            headers.add("Vary", "Cookie")
        if kept.airlock_current is not None and "Cache-Control" not in headers:
            headers.add("Cache-Control", "no-store")
    return response


def for_signed_in(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Flask-Login's own guard, for pages of ours."""
    guarded: Callable[..., ResponseReturnValue] = login_required(view)
    return guarded


def wants_data() -> bool:
    """Whether a script asks (fetch, XMLHttpRequest, JSON), which a redirect would not help."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if request.is_json or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    if mode is not None and mode != "navigate":
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]
