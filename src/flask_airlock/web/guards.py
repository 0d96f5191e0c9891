"""Decorators that keep people out of views. Without a login they lead to it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..domain.permissions import permission_names, unknown_names
from ..domain.policy import leans_on_trust, proved_second_factor
from ..flows import step_up
from .context import services
from .current_user import current_session, role_holder, wants_data
from .redirects import here, own_path, this_page

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
ASKED = "airlock_permissions"
SECRET_FIELDS = frozenset({"current", "password"})


def roles_required(*names: str) -> Callable[[View[P]], View[P]]:
    """The view is for users who have all of these roles; others get 403."""
    return _only_if(lambda holder: all(holder.has_role(name) for name in names))


def roles_accepted(*names: str) -> Callable[[View[P]], View[P]]:
    """The view is for users who have one of these roles; others get 403."""
    return _only_if(lambda holder: any(holder.has_role(name) for name in names))


def permissions_required(*names: str) -> Callable[[View[P]], View[P]]:
    """The view is for users whose roles permit all of this; others get 403.

    Raises ValueError for what can't be the name of a permission.
    """
    asked = permission_names(names)
    allowed = _only_if(lambda holder: all(holder.has_permission(name) for name in asked))
    return lambda view: _noted(allowed(view), asked)


def permissions_accepted(*names: str) -> Callable[[View[P]], View[P]]:
    """The view is for users whose roles permit one of these; others get 403.

    Raises ValueError for what can't be the name of a permission.
    """
    asked = permission_names(names)
    allowed = _only_if(lambda holder: any(holder.has_permission(name) for name in asked))
    return lambda view: _noted(allowed(view), asked)


def unknown_permissions(
    views: Mapping[str, Callable[..., Any]], known: Collection[str] | None
) -> list[tuple[str, str]]:
    """Endpoints with a permission that guards ask for and nobody knows (X-08).

    `known` is None where the application did not say which there are: then none is unknown.
    """
    return [
        (endpoint, name)
        for endpoint, view in sorted(views.items())
        for guarded in _guarded(view)
        for name in unknown_names(getattr(guarded, ASKED, ()), known)
    ]


def _noted(guarded: View[P], asked: tuple[str, ...]) -> View[P]:
    """The same; another guard around or inside it carries these names on (functools.wraps)."""
    setattr(guarded, ASKED, (*getattr(guarded, ASKED, ()), *asked))
    return guarded


def _guarded(view: Callable[..., Any]) -> Iterator[Any]:
    """A view, and the methods of the class that it was made from."""
    yield view
    kind = getattr(view, "view_class", None)
    if kind is not None:
        yield from (member for name in dir(kind) if callable(member := getattr(kind, name)))


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


def recent_proof_required(within: int = 600) -> Callable[[View[P]], View[P]]:
    """The view is for sessions whose owner has proved within so many seconds that it is he: by a
    second factor, where the account has one, else by the password (S-108).

    Others are asked for it, and then go on: a GET comes back, a form is sent on with all that was
    filled in, unless it holds files or passwords. A script gets 403 and
    `{"error": "recent_proof_required"}`.
    """
    length = timedelta(seconds=within)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            current = current_session()
            if current is None:
                return _unauthorized()
            if not step_up.is_proved(services(), current.account, current.session, length):
                return prove_first()
            return run_view(view, *args, **kwargs)

        return guarded

    return decorate


def prove_first() -> ResponseReturnValue:
    """To the page that asks for a proof, and from there back; a form is taken along (307)."""
    if wants_data():
        return jsonify(error="recent_proof_required"), 403
    target, is_form = this_page(), request.method not in ("GET", "HEAD")
    # Files can't wait in a page, and passwords should not.
    waits = target and not request.files and SECRET_FIELDS.isdisjoint(request.form)
    if is_form and not waits:
        # Back to the page with the form: what it was sent to may answer no GET.
        target = own_path(request.referrer) or target
    status = 307 if is_form and waits else 303
    return redirect(url_for("security.verify", next=target), status)


def has_second_factor() -> bool:
    """Whether a second factor opened the session of this request."""
    current = current_session()
    return current is not None and proved_second_factor(current.session.proofs)


def _ask_for_factor() -> ResponseReturnValue:
    if not services().policy.enabled:
        abort(403)
    if wants_data():
        return jsonify(error="second_factor_required"), 403
    current = current_session()
    if current is not None and leans_on_trust(current.session.proofs):
        # There is one: it was not asked, since the browser is trusted.
        return prove_first()
    return redirect(url_for("security.enrol", next=here()))


def run_view(view: View[P], *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
    """Call a view of the application's, also one that is written with `async def`."""
    answer: ResponseReturnValue = current_app.ensure_sync(view)(*args, **kwargs)
    return answer


def _only_if(allowed: Callable[[Any], bool]) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            holder = role_holder()
            if holder is None:
                return _unauthorized()
            if not allowed(holder):
                abort(403)
            return run_view(view, *args, **kwargs)

        return guarded

    return decorate


def _unauthorized() -> ResponseReturnValue:
    answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer
