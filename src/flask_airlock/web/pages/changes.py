"""What who is signed in changes: the password, the mail address, the user name; or goes."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...domain.link_tokens import LinkPurpose
from ...domain.policy import leans_on_trust
from ...errors import (
    AddressTaken,
    AirlockError,
    InvalidAddress,
    InvalidUsername,
    LinkSpent,
    LoginLapsed,
    PasswordRefused,
    ProofTooOld,
    TooSoon,
    UsernameTaken,
    WrongPassword,
)
from ...flows import deletion, email_change, notices, password_change, username_change
from ...flows.sessions import Current
from .. import cookies
from ..context import services
from ..current_user import current_session, for_signed_in
from ..redirects import go
from ..visitor import visitor
from ..wording import notice, told, words
from .account_forms import GuardedForm, form_for
from .forms import BareForm, refuse
from .links import spent_page
from .registration import letter_sent
from .rendering import page, refusal

# Which field an error belongs to, where it is not the current password's.
FIELDS: dict[type[AirlockError], str] = {
    PasswordRefused: "password",
    InvalidAddress: "email",
    InvalidUsername: "username",
    UsernameTaken: "username",
}
REFUSALS: tuple[type[AirlockError], ...] = (*FIELDS, WrongPassword, TooSoon)


def _also_twice(view: Callable[[], Response]) -> Callable[[], ResponseReturnValue]:
    """For who is signed in; and for a double click, whose first half ended or renewed the session
    that the second half brings."""
    guarded = for_signed_in(view)

    @wraps(view)
    def answer() -> ResponseReturnValue:
        if request.method == "POST" and current_session() is None:
            with suppress(LoginLapsed):
                return view()
        return guarded()

    return answer


def _guarded(
    name: str,
    act: Callable[[Any], Response],
    facts: Callable[[], dict[str, object]] = dict,
    *,
    asks_for_a_fresh_login: bool = False,
) -> Response:
    """A form that asks for the current password: shown, refused field by field, or acted upon."""
    current = current_session()
    is_stale = current is not None and _is_stale(current, asks_for_a_fresh_login)
    if is_stale and request.method != "POST":
        # The flow refuses it as well; told here, nobody fills a form in for nothing.
        raise ProofTooOld
    has_password = current is not None and current.user.password is not None
    form: GuardedForm = form_for(name)(has_password=has_password)
    problem, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_sent_well():
            try:
                return act(form)
            except REFUSALS as refused:
                shown = refusal(refused)
                refuse(form, FIELDS.get(type(refused), "current"), shown["problem"])
                status = shown["status"]
        if current is None:
            raise LoginLapsed
        if form.has_expired:
            problem, status = words("expired_form"), 400
    return page(
        f"{name}.html",
        status=status,
        form=form,
        problem=problem,
        notice=notice(request.args.get("notice")),
        **facts(),
    )


def _is_stale(current: Current, asks_for_a_fresh_login: bool) -> bool:
    if leans_on_trust(current.session.proofs):
        return True
    return asks_for_a_fresh_login and not current.session.is_fresh(services().clock())


@_also_twice
def show_change_password() -> Response:
    """GET and POST of `security.change_password`."""

    def act(form: Any) -> Response:
        changed = password_change.change(
            services(),
            cookies.session_token(),
            form.current_password,
            form.password.data,
            visitor(),
        )
        response = go("security.change_password", notice="password_changed")
        cookies.keep_session(response, changed.token, changed.lifetime)
        cookies.keep_mark(response, changed.mark)
        return response

    def facts() -> dict[str, object]:
        return {"minimum": password_change.minimum(services(), cookies.session_token())}

    return _guarded("change_password", act, facts)


@for_signed_in
def show_change_email() -> Response:
    """GET and POST of `security.change_email`."""

    def act(form: Any) -> Response:
        wanted = form.email.data
        token = cookies.session_token()
        email_change.ask(services(), token, form.current_password, wanted, visitor())
        return letter_sent("new_email", LinkPurpose.NEW_EMAIL, wanted)

    return _guarded("change_email", act, asks_for_a_fresh_login=True)


def show_confirm_new_email() -> Response:
    """GET and POST of `security.confirm_new_email`: the link acts by the button alone."""

    def act(token: str | None) -> Response:
        email_change.confirm(services(), token, cookies.session_token(), visitor())
        inside = cookies.session_token() is not None
        page_after = "security.change_email" if inside else "security.login"
        return go(page_after, notice="email_changed")

    return _by_link("confirm_new_email", LinkPurpose.NEW_EMAIL, act)


def show_undo_email() -> Response:
    """GET and POST of `security.undo_email`: the link acts by the button alone."""

    def act(token: str | None) -> Response:
        email_change.undo(services(), token, visitor())
        response = go("security.login", notice="email_restored")
        cookies.drop_sessions(response)
        return response

    return _by_link("undo_email", LinkPurpose.UNDO_EMAIL, act)


def _by_link(name: str, purpose: LinkPurpose, act: Callable[[str | None], Response]) -> Response:
    token = cookies.link_token(purpose)
    form = BareForm()
    problem, status = None, 200
    try:
        if request.method == "POST" and form.is_sent_well():
            response = act(token)
            cookies.drop_link(response, purpose)
            return response
        address = email_change.peek(services(), token, purpose)
    except LinkSpent:
        return spent_page(None)
    except AddressTaken as refused:
        problem, status = told(refused), 409
        address = email_change.peek(services(), token, purpose)
    if form.has_expired:
        problem, status = words("expired_form"), 400
    return page(
        f"{name}.html",
        status=status,
        form=form,
        address=address,
        problem=problem,
        taken=status == 409,
    )


@for_signed_in
def show_change_username() -> Response:
    """GET and POST of `security.change_username`."""

    def act(form: Any) -> Response:
        token, wanted = cookies.session_token(), form.username.data
        username_change.change(services(), token, form.current_password, wanted, visitor())
        return go("security.change_username", notice="username_changed")

    return _guarded("change_username", act)


@_also_twice
def show_delete_account() -> Response:
    """GET and POST of `security.delete_account`."""

    def act(form: Any) -> Response:
        at = deletion.ask(services(), cookies.session_token(), form.current_password, visitor())
        response = page("account_going.html", on=notices.in_words(at))
        cookies.drop_sessions(response)
        return response

    def facts() -> dict[str, object]:
        return {"days": max(1, services().settings.deletion_delay.days)}

    return _guarded("delete_account", act, facts, asks_for_a_fresh_login=True)


def change_password_redirect() -> Response:
    """GET of `/.well-known/change-password` (S-129): where password managers lead people."""
    response = go("security.change_password")
    response.status_code = 302
    return response
