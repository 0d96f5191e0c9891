"""Setting up a second factor: prove the address, choose a method, confirm it."""

from flask import Response, request, url_for

from ...domain import totp
from ...domain.login_state import SignedIn
from ...errors import (
    AddressUnproved,
    InvalidPhoneNumber,
    LoginLapsed,
    MailboxHeld,
    MethodNotOffered,
    SetupLapsed,
    StoreBusy,
    StoreFailed,
    TooManyFactors,
    TooManyTries,
    TooSoon,
    WrongAnswer,
)
from ...flows import address_proof, enrolment, grace, recovery_codes, second_step
from ...flows.enrolment import Pending
from ...flows.notices import in_words
from .. import cookies
from ..context import services
from ..current_user import current_session
from ..outcomes import enter
from ..qr import inline_qr
from ..redirects import go, own_path
from ..translation import translate
from ..visitor import visitor
from ..wording import notice, words
from .forms import BareForm, CodeForm, PhoneForm
from .rendering import message_page, page, refusal
from .views import Choice, Method, why_not


def show_enrol(method: str | None = None) -> Response:
    """GET and POST of `security.enrol`, with and without a method."""
    if not services().policy.enabled:
        raise MethodNotOffered("enrol")
    if request.method == "POST":
        return _act(method)
    if method is not None:
        return _show_method(method)
    return _show_choices(notice=notice(request.args.get("notice")))


def _act(method: str | None) -> Response:
    action = request.form.get("action", "")
    if method is None:
        return _prove_address()
    services().factors[method]  # one that is not offered is a 404 whatever the action
    if action == "confirm":
        return _confirm(method)
    if not BareForm().is_sent_well():
        return go("security.enrol", notice="expired_form", next=_next())
    if action == "restart":
        enrolment.abandon(services(), cookies.tokens(), method, visitor())
        return go("security.enrol", method=method, next=_next())
    if action == "resend":
        return _resend(method)
    return _begin(method)


def _show_choices(notice: str | None = None, problem: str | None = None) -> Response:
    try:
        enrolled = enrolment.enrolled(services(), cookies.tokens(), visitor())
    except AddressUnproved:
        form = CodeForm(services().mailbox.shape.digits)
        return _address_page(form, notice=notice, problem=problem)
    except MailboxHeld as held:
        if _due() is None:
            raise
        link = _next() or services().settings.post_login_url
        return message_page(held, link=link, link_text=translate("Later"))
    choices = [
        Choice.of(factor.name, enrolled=factor.name in (enrolled or ()))
        for factor in services().factors
    ]
    return page(
        "enrol.html",
        methods=choices,
        form=BareForm(formdata=None),
        required=cookies.session_token() is None,
        due=_due(),
        rescued=enrolled is None,
        notice=notice,
        problem=problem,
    )


def _prove_address() -> Response:
    form = CodeForm(services().mailbox.shape.digits)
    if not form.is_sent_well():
        problem = words("expired_form") if form.has_expired else None
        return _address_page(form, problem=problem, status=400 if form.has_expired else 422)
    try:
        mark = address_proof.prove_address(services(), cookies.tokens(), form.digits, visitor())
    except (WrongAnswer, TooManyTries, TooSoon) as refused:
        return _address_page(form, **refusal(refused))
    response = go("security.enrol", notice="address_proved", next=_next())
    cookies.keep_mark(response, mark)
    return response


def _address_page(
    form: CodeForm, *, status: int = 200, problem: str | None = None, notice: str | None = None
) -> Response:
    offer = second_step.address_offer(services(), cookies.tokens(), visitor())
    problem = problem or why_not(offer)
    return page(
        "enrol_address.html",
        status=status,
        form=form,
        method=Method.of(offer),
        rescue_url=url_for("security.rescue") if cookies.half_open_token() else None,
        due=_due(),
        problem=problem,
        notice=notice,
    )


def _begin(method: str) -> Response:
    if method == "sms" and "phone" not in request.form:
        return go("security.enrol", method=method, next=_next())
    form = PhoneForm()
    if method == "sms" and not form.is_sent_well():
        return _number_page(form, status=422)
    detail = form.phone.data if method == "sms" else ""
    try:
        signed_in = enrolment.begin(services(), cookies.tokens(), method, detail or "", visitor())
    except InvalidPhoneNumber as refused:
        return _number_page(form, **refusal(refused))
    except (TooSoon, TooManyFactors) as refused:
        return _wait_page(refused)
    if signed_in is not None:
        return _inside(signed_in)
    return go("security.enrol", method=method, next=_next())


def _resend(method: str) -> Response:
    try:
        enrolment.resend(services(), cookies.tokens(), method, visitor())
    except TooManyTries as refused:
        return go("security.enrol", method=method, notice=refused.code, next=_next())
    except TooSoon as refused:
        return _wait_page(refused, method)
    return go("security.enrol", method=method, notice="code_sent", next=_next())


def _wait_page(problem: TooSoon | TooManyFactors, method: str | None = None) -> Response:
    back = url_for("security.enrol", method=method, next=_next())
    return message_page(problem, link=back, link_text=translate("Back"))


def _confirm(method: str) -> Response:
    form = CodeForm(services().factors[method].shape.digits)
    if not form.is_sent_well():
        problem = words("expired_form") if form.has_expired else None
        return _confirm_page(method, form, problem=problem, status=400 if problem else 422)
    try:
        signed_in = enrolment.confirm(services(), cookies.tokens(), method, form.digits, visitor())
    except (WrongAnswer, TooManyTries, TooSoon) as refused:
        return _confirm_page(method, form, **refusal(refused))
    return _inside(signed_in)


def _show_method(method: str) -> Response:
    factor = services().factors[method]
    try:
        found = enrolment.pending(services(), cookies.tokens(), method, visitor())
    except SetupLapsed:
        return _number_page(PhoneForm(formdata=None)) if method == "sms" else go("security.enrol")
    except AddressUnproved:
        return go("security.enrol")
    form = CodeForm(factor.shape.digits)
    return _pending_page(found, form, notice=notice(request.args.get("notice")))


def _confirm_page(
    method: str, form: CodeForm, *, problem: str | None = None, status: int = 422
) -> Response:
    found = enrolment.pending(services(), cookies.tokens(), method, visitor())
    return _pending_page(found, form, problem=problem, status=status)


def _pending_page(
    found: Pending,
    form: CodeForm,
    *,
    problem: str | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    facts: dict[str, object] = {"form": form, "problem": problem, "notice": notice}
    if found.method == "authenticator":
        uri = totp.provisioning_uri(found.secret, found.address, _issuer())
        key = totp.base32(found.secret)
        groups = [key[start : start + 4] for start in range(0, len(key), 4)]
        facts |= {"uri": uri, "qr": inline_qr(uri), "groups": groups}
    else:
        minutes = int(services().factors[found.method].shape.lifetime.total_seconds()) // 60
        facts |= {"destination": found.destination, "minutes": minutes, "failed": found.failed}
    return page(f"factors/{found.method}_setup.html", status=status, stage="code", **facts)


def _number_page(form: PhoneForm, *, problem: str | None = None, status: int = 200) -> Response:
    suggested = enrolment.suggested_number(services(), cookies.tokens(), visitor())
    if suggested and not form.phone.data:
        form.phone.data = suggested
    facts = {"form": form, "problem": problem, "region": services().settings.phone_region}
    return page("factors/sms_setup.html", status=status, stage="number", **facts)


def _inside(signed_in: SignedIn) -> Response:
    """To where the person was going; who was inside already sees what he has. With the first
    factor of his own the recovery codes come before."""
    target = _next() or signed_in.next_url
    if target is None and cookies.session_token():
        target = url_for("security.factors", notice="added")
    target = target or services().settings.post_login_url
    if _codes_are_due(signed_in):
        target = url_for("security.recovery_codes", next=target)
    return enter(signed_in, target)


def _codes_are_due(signed_in: SignedIn) -> bool:
    try:
        return recovery_codes.are_due(services(), signed_in.token)
    except (StoreFailed, StoreBusy, LoginLapsed):
        # What was set up is kept: a database that is gone by now must not cost the session.
        return False


def _due() -> str | None:
    """Until when who is inside may do without a second factor, in words."""
    until = grace.due_at(services(), current_session())
    return in_words(until) if until else None


def _next() -> str | None:
    return own_path(request.args.get("next"))


def _issuer() -> str:
    return services().settings.two_factor_uri_service_name or services().service_name
