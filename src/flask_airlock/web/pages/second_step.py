"""The second door's pages: answer, send again, choose another way."""

from collections.abc import Mapping

from flask import Response, abort, request, url_for

from ...domain.one_time_codes import Purpose
from ...domain.recovery_codes import RECOVERY
from ...errors import (
    FactorClosed,
    MailboxHeld,
    MethodNotOffered,
    TooManyTries,
    TooSoon,
    Unsealable,
    WrongAnswer,
)
from ...flows import codes, login, recovery_codes, second_step, trust
from ...flows.second_step import Offer
from .. import cookies
from ..context import services
from ..outcomes import enter, respond
from ..redirects import go, own_path
from ..translation import translate
from ..visitor import visitor
from ..wording import length_words, notice, words
from .forms import BareForm, RecoveryCodeForm, SecondStepForm
from .rendering import message_page, page, refusal
from .views import Method, choice_key, chosen, why_not

AnswerForm = SecondStepForm | RecoveryCodeForm


def show_second_step() -> Response:
    """GET and POST of `security.second_step`."""
    if request.method == "POST":
        return _answer()
    offers = second_step.offers(services(), cookies.half_open_token(), visitor())
    if not offers:
        return go("security.enrol")
    shown = _shown(offers)
    return _page(offers, shown, _form(shown.method), notice=notice(request.args.get("notice")))


def send_code() -> Response:
    """POST of `security.send_code`: send, or send again."""
    purpose = Purpose.FIRST_SETUP if _asked("purpose") == "first_setup" else Purpose.LOGIN
    key = _asked("method") or "email"
    method, to = chosen(key)
    back = "security.enrol" if purpose is Purpose.FIRST_SETUP else "security.second_step"
    first = purpose is Purpose.FIRST_SETUP
    where = {"next": own_path(request.args.get("next"))} if first else {"method": key}
    if not BareForm().is_sent_well():
        return _refuse_to_send(back, where)
    try:
        codes.send_code(services(), cookies.tokens(), method, purpose, visitor(), to)
    except (FactorClosed, TooManyTries) as problem:
        return go(back, notice=problem.code, **where)
    except TooSoon as problem:
        return message_page(problem, link=url_for(back, **where), link_text=translate("Back"))
    return go(back, notice="code_sent", **where)


def _answer() -> Response:
    """The answer is looked at by the flow; without a live login it may still be a double click."""
    method, _ = chosen(_asked("method") or "email")
    form = _form(method)
    if form.is_sent_well():
        try:
            return _let_in(method, form)
        except (
            WrongAnswer,
            TooManyTries,
            TooSoon,
            FactorClosed,
            MailboxHeld,
            Unsealable,
        ) as problem:
            return _again(method, form, **refusal(problem))
    if form.has_expired:
        return _again(method, form, problem=words("expired_form"), status=400)
    return _again(method, form, status=422)


def _let_in(method: str, form: AnswerForm) -> Response:
    token = cookies.half_open_token()
    if isinstance(form, RecoveryCodeForm):
        outcome = recovery_codes.answer(services(), token, form.typed, visitor())
        # Who has lost what he signs in with sets up another, and makes new codes (S-72).
        return enter(outcome, url_for("security.recovery_codes", next=outcome.next_url))
    answer = (services(), token, method, form.digits, visitor())
    return respond(login.answer_factor(*answer, trusts=form.trusts.data))


def _form(method: str) -> AnswerForm:
    if method == RECOVERY:
        return RecoveryCodeForm()
    return SecondStepForm(services().factors[method].shape.digits)


def _again(
    method: str,
    form: AnswerForm,
    *,
    problem: str | None = None,
    status: int = 422,
) -> Response:
    offers = second_step.offers(services(), cookies.half_open_token(), visitor())
    shown = second_step.pick(offers, method, None)
    if shown is None:
        raise MethodNotOffered(method)
    return _page(offers, shown, form, problem=problem, status=status)


def _shown(offers: list[Offer]) -> Offer:
    """The method asked for in the URL, else the first that is not closed."""
    wanted = second_step.pick(offers, *chosen(_asked("method")))
    usable = (offer for offer in offers if not offer.is_off)
    return wanted or next(usable, offers[0])


def _page(
    offers: list[Offer],
    shown: Offer,
    form: AnswerForm,
    *,
    problem: str | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    problem = problem or why_not(shown)
    return page(
        "second_step.html",
        status=status,
        form=form,
        method=Method.of(shown),
        others=[Method.of(offer) for offer in offers if offer is not shown],
        problem=problem,
        notice=notice,
        trusted_for=length_words(trust.offered(services(), shown.method)),
        rescue_url=url_for("security.rescue", method=choice_key(shown)),
    )


def _refuse_to_send(back: str, where: Mapping[str, str | None]) -> Response:
    if not any((cookies.half_open_token(), cookies.session_token())):
        return go("security.login", notice="login_lapsed")
    return go(back, notice="expired_form", **where)


def _asked(name: str) -> str:
    sent = request.form.get(name) if request.method == "POST" else None
    value: str = sent or request.args.get(name) or ""
    if len(value) > 32:
        abort(404)
    return value
