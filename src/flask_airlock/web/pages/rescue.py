"""When no method is within reach."""

from typing import Any

from flask import Response, abort, request

from ...errors import (
    FactorClosed,
    MethodNotOffered,
    RescueTooSoon,
    TooManyTries,
    TooSoon,
    Unsealable,
    WrongAnswer,
)
from ...flows import rescue, second_step, self_rescue
from .. import cookies
from ..context import services
from ..redirects import go
from ..visitor import visitor
from ..wording import notice, words
from .forms import BareForm, LettersForm, number
from .rendering import page, refusal
from .views import Method, choice_key, why_shut

NOT_NOW = (FactorClosed, TooManyTries, TooSoon, Unsealable)


def show_rescue() -> Response:
    """GET shows the other ways; POST sends a code to a rescue address, takes it back, or asks the
    administrator."""
    if request.method != "POST":
        return _page(notice=notice(request.args.get("notice")))
    action = request.form.get("action")
    if action == "answer":
        return _answer()
    if not BareForm().is_sent_well():
        return _page(status=400, problem=words("expired_form"))
    if action == "send":
        return _send()
    return _ask() if action == "ask" else abort(400)


def _ask() -> Response:
    try:
        rescue.ask(services(), cookies.half_open_token(), visitor())
    except (RescueTooSoon, MethodNotOffered) as refused:
        return _page(**refusal(refused))
    return go("security.rescue")


def _send() -> Response:
    token = cookies.half_open_token()
    try:
        self_rescue.send(services(), token, number(request.form.get("number")), visitor())
    except NOT_NOW as refused:
        return _page(**refusal(refused))
    response = go("security.rescue", notice="code_sent", method=request.args.get("method"))
    cookies.keep_half_open(response, token or "", services().rescue_mail.shape.lifetime)
    return response


def _answer() -> Response:
    form = LettersForm(services().rescue_mail.shape.digits)
    if not form.is_sent_well():
        problem = words("expired_form") if form.has_expired else None
        return _page(form=form, status=400 if problem else 422, problem=problem)
    try:
        rescued = self_rescue.answer(services(), cookies.half_open_token(), form.letters, visitor())
    except (WrongAnswer, *NOT_NOW) as refused:
        return _page(form=form, is_answer=True, **refusal(refused))
    response = go("security.enrol")
    cookies.keep_half_open(response, rescued.token)
    return response


def _page(
    *, form: LettersForm | None = None, problem: str | None = None, is_answer: bool = False,
    status: int = 200, **facts: Any,
) -> Response:  # fmt: skip
    token, lost = cookies.half_open_token(), request.args.get("method")
    door = rescue.door(services(), token)
    offers = second_step.offers(services(), token, visitor())
    found = self_rescue.ways(services(), token, visitor())
    off = why_shut(found.shut, exhausted=found.exhausted)
    return page(
        "rescue.html",
        status=status,
        form=BareForm(formdata=None),
        others=[Method.of(offer) for offer in offers if choice_key(offer) != lost],
        ways=found.ways,
        sent=next((way for way in found.ways if way.sent), None),
        off=off,
        code_form=form or LettersForm(services().rescue_mail.shape.digits, formdata=None),
        minutes=int(found.lifetime.total_seconds()) // 60,
        asked=door.asked,
        available=door.available,
        problem=problem,
        is_answer=is_answer,
        **facts,
    )
