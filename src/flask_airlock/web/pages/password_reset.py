"""A forgotten password, and a new one by a mailed link."""

from flask import Response, request

from ...domain.link_tokens import LinkPurpose
from ...errors import LinkSpent, PasswordRefused, TooSoon
from ...flows import password_reset
from .. import cookies
from ..context import services
from ..redirects import go
from ..visitor import visitor
from ..wording import notice, told, words
from .account_forms import ResetPasswordForm, form_for
from .forms import refuse
from .links import spent_page
from .registration import letter_sent
from .rendering import page, refusal


def show_forgot_password() -> Response:
    """GET and POST of `security.forgot_password`."""
    form = form_for("forgot_password")()
    if request.method == "POST" and form.is_sent_well():
        try:
            password_reset.ask(services(), form.email.data, visitor())
        except TooSoon as refused:
            return page("forgot_password.html", form=form, **refusal(refused))
        return letter_sent("forgot", LinkPurpose.RESET, form.email.data, "security.forgot_password")
    problem = words("expired_form") if form.has_expired else None
    status = 400 if problem else 422 if form.errors else 200
    told_first = notice(request.args.get("notice"))
    return page(
        "forgot_password.html", status=status, form=form, problem=problem, notice=told_first
    )


def show_reset_password() -> Response:
    """GET and POST of `security.reset_password`, for resets and for invitations."""
    purpose = LinkPurpose.RESET
    if request.args.get("by") == LinkPurpose.INVITATION.value:
        purpose = LinkPurpose.INVITATION
    form = form_for("reset_password")()
    try:
        return _reset(form, purpose)
    except LinkSpent:
        asks_again = purpose is LinkPurpose.RESET and services().settings.recoverable
        return spent_page("security.forgot_password" if asks_again else None)


def _reset(form: ResetPasswordForm, purpose: LinkPurpose) -> Response:
    token = cookies.link_token(purpose)
    if request.method != "POST":
        return _reset_page(form, purpose)
    if not form.is_sent_well():
        problem = words("expired_form") if form.has_expired else None
        return _reset_page(form, purpose, status=400 if problem else 422, problem=problem)
    try:
        mark = password_reset.choose(
            services(), token, purpose, form.password.data or "", visitor()
        )
    except PasswordRefused as refused:
        return _reset_page(refuse(form, "password", told(refused)), purpose, status=422)
    response = go("security.login", notice="password_set")
    cookies.drop_link(response, purpose)
    cookies.keep_mark(response, mark)
    return response


def _reset_page(
    form: ResetPasswordForm, purpose: LinkPurpose, *, status: int = 200, problem: str | None = None
) -> Response:
    door = password_reset.door(services(), cookies.link_token(purpose), purpose)
    return page(
        "reset_password.html",
        status=status,
        form=form,
        purpose=purpose.value,
        by=request.args.get("by"),
        address=door.address,
        minimum=door.minimum,
        problem=problem,
    )
