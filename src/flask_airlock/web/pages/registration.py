"""Making an account, and confirming its address."""

from flask import Response, request, url_for

from ...domain.link_tokens import LIFETIMES, LinkPurpose
from ...errors import (
    InvalidAddress,
    InvalidUsername,
    LinkSpent,
    PasswordRefused,
    TooSoon,
    UsernameTaken,
    ValuesRefused,
)
from ...flows import confirmation, new_passwords, registration
from .. import cookies
from ..context import services
from ..current_user import current_session
from ..redirects import go, go_to
from ..visitor import visitor
from ..wording import told, words
from .account_forms import RegisterForm, form_for, own_columns
from .forms import BareForm, refuse
from .links import spent_page
from .rendering import page, refusal


def show_register() -> Response:
    """GET and POST of `security.register`."""
    if current_session() is not None:
        return go_to(services().settings.post_login_url)
    form = form_for("register")()
    if request.method != "POST":
        return _register_page(form)
    if not form.is_sent_well():
        problem = words("expired_form") if form.has_expired else None
        return _register_page(form, status=400 if problem else 422, problem=problem)
    wanted = registration.Application(
        email=form.email.data,
        password=form.password.data,
        username=(form.username.data or None) if "username" in form else None,
        columns=own_columns(form),
    )
    try:
        registration.register(services(), wanted, visitor())
    except InvalidAddress as refused:
        return _register_page(refuse(form, "email", told(refused)), status=422)
    except (InvalidUsername, UsernameTaken) as refused:
        return _register_page(refuse(form, "username", told(refused)), status=422)
    except PasswordRefused as refused:
        return _register_page(refuse(form, "password", told(refused)), status=422)
    except (ValuesRefused, TooSoon) as refused:
        return _register_page(form, **refusal(refused))
    if services().settings.confirmable:
        purpose = LinkPurpose.CONFIRMATION
        return letter_sent("registered", purpose, wanted.email, "security.send_confirmation")
    return go("security.login", notice="registered")


def _register_page(
    form: RegisterForm, *, status: int = 200, problem: str | None = None
) -> Response:
    alone = registration.needs_long_password(services())
    return page(
        "register.html",
        status=status,
        form=form,
        minimum=new_passwords.minimum(services(), alone),
        problem=problem,
    )


def letter_sent(
    kind: str, purpose: LinkPurpose, address: str, again: str | None = None
) -> Response:
    """The same page for whoever asked: a letter is on its way, if there is a reason for one."""
    seconds = int(LIFETIMES[purpose].total_seconds())
    return page(
        "letter_sent.html",
        kind=kind,
        minutes=seconds // 60,
        hours=seconds // 3600,
        address=address.strip(),
        again_url=url_for(again) if again else None,
        form=BareForm(formdata=None),
    )


def show_send_confirmation() -> Response:
    """GET and POST of `security.send_confirmation`."""
    form = form_for("send_confirmation")()
    if request.method == "POST" and form.is_sent_well():
        try:
            confirmation.ask(services(), form.email.data, visitor())
        except TooSoon as refused:
            return page("send_confirmation.html", form=form, **refusal(refused))
        again = "security.send_confirmation"
        return letter_sent("waiting", LinkPurpose.CONFIRMATION, form.email.data, again)
    problem = words("expired_form") if form.has_expired else None
    status = 400 if problem else 422 if form.errors else 200
    return page("send_confirmation.html", status=status, form=form, problem=problem)


def show_confirm_email() -> Response:
    """GET and POST of `security.confirm_email`: the link acts by the button alone."""
    token = cookies.link_token(LinkPurpose.CONFIRMATION)
    form = BareForm()
    try:
        if request.method != "POST" or not form.is_sent_well():
            address = confirmation.door(services(), token)
            problem = words("expired_form") if form.has_expired else None
            status = 400 if problem else 200
            return page(
                "confirm_email.html", status=status, form=form, address=address, problem=problem
            )
        mark = confirmation.confirm(services(), token, visitor())
    except LinkSpent:
        return spent_page("security.send_confirmation")
    response = go("security.login", notice="confirmed")
    if mark is not None:
        cookies.keep_mark(response, mark)
    cookies.drop_link(response, LinkPurpose.CONFIRMATION)
    return response
