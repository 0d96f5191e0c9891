"""Who is inside proves once more that it is he; what he was about to do goes on afterwards.

A POST that was stopped comes here as it was sent (307), waits in hidden fields, and is sent on by
the browser in the same way. Our own fields begin with PREFIX; the others are not ours to read.
"""

from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request, url_for

from ...domain.login_state import SignedIn
from ...domain.one_time_codes import Purpose
from ...domain.records import Record
from ...errors import (
    FactorClosed,
    IllegalMove,
    LoginLapsed,
    MailboxHeld,
    ProofTooOld,
    TooManyTries,
    TooSoon,
    Unsealable,
    WrongAnswer,
    WrongPassword,
)
from ...flows import codes, second_step, step_up
from ...flows.second_step import Offer
from .. import cookies
from ..context import services
from ..current_user import current_session
from ..redirects import asked_target, go_to
from ..translation import translate
from ..visitor import visitor
from ..wording import words
from .forms import BareForm, CodeForm, PasswordForm
from .rendering import message_page, page, refusal
from .views import Method, chosen, why_not

PREFIX = "airlock-"
GOES_ON = "goes-on"
REFUSALS = (
    WrongAnswer, WrongPassword, TooManyTries, TooSoon, FactorClosed, MailboxHeld, Unsealable,
)  # fmt: skip


class Ask(Record, kw_only=False):
    """What is shown: one method or, without any, the password."""

    offers: list[Offer]
    wanted: str

    @cached_property
    def shown(self) -> Offer | None:
        """The method asked for, else the first that is not off; None for the password."""
        named = second_step.pick(self.offers, *chosen(self.wanted))
        usable = [offer for offer in self.offers if not offer.is_off]
        return named or next(iter([*usable, *self.offers]), None)

    @cached_property
    def form(self) -> CodeForm | PasswordForm:
        """The form for it."""
        return _form(self.shown.digits if self.shown else None)


def show_verify() -> Response:
    """GET and POST of `security.verify`."""
    if current_session() is None:
        return _prove_twice()
    try:
        ask = Ask(_offers(), _field("method"))
    except IllegalMove:
        refused = ProofTooOld()
        link, text = url_for("security.logout"), translate("Sign out")
        return message_page(refused, link=link, link_text=text)
    if _does("send"):
        return _send(ask)
    if _does("prove"):
        return _prove(ask)
    return _page(ask)


def _offers() -> list[Offer]:
    return step_up.offers(services(), cookies.session_token(), visitor())


def _send(ask: Ask) -> Response:
    method, to = chosen(_field("method"))
    if not BareForm(prefix=PREFIX).is_sent_well():
        return _page(ask, status=400, problem=words("expired_form"))
    try:
        codes.send_code(services(), cookies.tokens(), method, Purpose.STEP_UP, visitor(), to)
    except (FactorClosed, TooManyTries, TooSoon, MailboxHeld, Unsealable) as problem:
        return _page(ask, **refusal(problem))
    return _page(Ask(_offers(), ask.wanted), notice=words("code_sent"))


def _prove(ask: Ask) -> Response:
    form = ask.form
    if not form.is_sent_well():
        if form.has_expired:
            return _page(ask, status=400, problem=words("expired_form"))
        return _page(ask, status=422)
    try:
        return _go_on(_answer(form, ask.shown.method if ask.shown else ""))
    except REFUSALS as problem:
        return _page(Ask(_offers(), ask.wanted), **refusal(problem))


def _prove_twice() -> Response:
    """The second half of a double click, which brings the token from before the first. Everybody
    else without a session is led to the login."""
    method, _ = chosen(_field("method"))
    form = _form(services().factors[method].shape.digits if method else None)
    if _does("prove") and form.is_sent_well():
        with suppress(*REFUSALS):
            return _go_on(_answer(form, method))
    raise LoginLapsed


def _answer(form: CodeForm | PasswordForm, method: str) -> SignedIn:
    token = cookies.session_token()
    if isinstance(form, PasswordForm):
        return step_up.give_password(services(), token, form.password.data or "", visitor())
    return step_up.answer(services(), token, method, form.digits, visitor())


def _go_on(signed_in: SignedIn) -> Response:
    """To where the person was going, by the method by which he was."""
    target = asked_target()
    response = go_to(target or services().settings.post_login_url)
    if target and _field(GOES_ON):
        response.status_code = 307
    cookies.keep_session(response, signed_in.token, signed_in.lifetime)
    return response


def _page(
    ask: Ask, *, status: int = 200, problem: str | None = None, notice: str | None = None
) -> Response:
    shown = ask.shown
    if shown is not None and not problem:
        problem = why_not(shown)
    is_own = _comes_from_here()
    fields = request.form.items(multi=True) if is_own else ()
    # A part of a body need not have a name: then there is nothing to send on.
    waiting = [(name, value) for name, value in fields if name and not name.startswith(PREFIX)]
    goes_on = is_own and request.method == "POST" and (_field(GOES_ON) or not _has_ours())
    return page(
        "verify.html",
        status=status,
        form=ask.form,
        method=Method.of(shown) if shown else None,
        others=[Method.of(offer) for offer in ask.offers if offer is not shown],
        action=url_for("security.verify", next=asked_target()),
        waiting=waiting,
        goes_on=goes_on,
        prefix=PREFIX,
        problem=problem,
        notice=notice,
    )


def _form(digits: int | None) -> CodeForm | PasswordForm:
    """For a code, or for the password; empty where something else was sent than an answer."""
    options: dict[str, Any] = {"prefix": PREFIX}
    if not _does("prove"):
        options["formdata"] = None
    return PasswordForm(**options) if digits is None else CodeForm(digits, **options)


def _comes_from_here() -> bool:
    """Whether a page of this host sent the form: another's must not reach a view as if ours had,
    in the owner's browser and after his proof."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _has_ours() -> bool:
    return any((name or "").startswith(PREFIX) for name in request.form)


def _field(name: str) -> str:
    return request.form.get(PREFIX + name, "")[:32]


def _does(what: str) -> bool:
    return request.method == "POST" and _field("do") == what
