"""The first door's page."""

from flask import Response, request, url_for

from ...errors import PasswordClosed, TooSoon, WrongCredentials
from ...flows import login
from .. import cookies
from ..context import services
from ..current_user import current_session
from ..outcomes import respond
from ..redirects import go_to, own_path
from ..visitor import visitor
from ..wording import length_words, notice, words
from .account_forms import form_for
from .forms import LoginForm
from .rendering import page, refusal


def show_login() -> Response:
    """GET and POST of `security.login`."""
    target = own_path(request.args.get("next"))
    if current_session() is not None:
        return go_to(target or services().settings.post_login_url)
    form: LoginForm = form_for("login")()
    if request.method != "POST":
        return _page(form, target, notice=notice(request.args.get("notice")))
    if not form.is_sent_well():
        if form.has_expired:
            return _page(form, target, status=400, problem=words("expired_form"))
        return _page(form, target, status=422)
    address, password = form.email.data or "", form.password.data or ""
    try:
        outcome = login.enter_password(
            services(), address, password, visitor(), target, remember=form.remember.data
        )
    except (WrongCredentials, TooSoon, PasswordClosed) as problem:
        return _page(form, target, **refusal(problem))
    return respond(outcome)


def _page(
    form: LoginForm,
    target: str | None,
    *,
    status: int = 200,
    problem: str | None = None,
    notice: str | None = None,
) -> Response:
    insecure = words("insecure") if cookies.is_secure() and not request.is_secure else None
    return page(
        "login.html",
        status=status,
        form=form,
        action=url_for("security.login", next=target),
        problem=problem,
        notice=notice,
        insecure=insecure,
        remembered_for=length_words(services().settings.remember),
    )
