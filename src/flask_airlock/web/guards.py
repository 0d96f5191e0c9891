"""Decorators that keep people out of views. Without a login they lead to it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import abort, current_app, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..domain.policy import proved_second_factor
from .context import services
from .current_user import current_session, wants_data
from .redirects import here

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def roles_required(*names: str) -> Callable[[View[P]], View[P]]:
    """The view is for users who have all of these roles; others get 403."""
    return _only_if(lambda: all(current_user.has_role(name) for name in names))


def roles_accepted(*names: str) -> Callable[[View[P]], View[P]]:
    """The view is for users who have one of these roles; others get 403."""
    return _only_if(lambda: any(current_user.has_role(name) for name in names))


def second_factor_required(view: View[P]) -> View[P]:
    """The view is for sessions that a second factor opened; who has none is led to set one up."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return _unauthorized()
        if not has_second_factor():
            return _ask_for_factor()
        return run_view(view, *args, **kwargs)

    return guarded


def has_second_factor() -> bool:
    """Whether a second factor opened the session of this request."""
    current = current_session()
    return current is not None and proved_second_factor(current.session.proofs)


def _ask_for_factor() -> ResponseReturnValue:
    if not services().policy.enabled:
        abort(403)
    if wants_data():
        return jsonify(error="second_factor_required"), 403
    return redirect(url_for("security.enrol", next=here()))


def run_view(view: View[P], *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
    """Call a view of the application's, also one that is written with `async def`."""
    answer: ResponseReturnValue = current_app.ensure_sync(view)(*args, **kwargs)
    return answer


def _only_if(allowed: Callable[[], bool]) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _unauthorized()
            if not allowed():
                abort(403)
            return run_view(view, *args, **kwargs)

        return guarded

    return decorate


def _unauthorized() -> ResponseReturnValue:
    answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer
