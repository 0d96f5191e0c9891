"""A person's rescue addresses: other mailboxes that lead back when every second step is lost."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...domain.records import Record
from ...errors import (
    AddressRefused,
    FactorClosed,
    InvalidAddress,
    TooManyTries,
    TooSoon,
    Unsealable,
    WrongAnswer,
)
from ...flows import rescue_addresses
from ...flows.notices import in_words
from ...flows.rescue_addresses import AddressLine
from .. import cookies
from ..context import services
from ..current_user import for_signed_in
from ..guards import recent_proof_required
from ..redirects import go
from ..visitor import visitor
from ..wording import notice, words
from .account_forms import AddressForm
from .forms import BareForm, CodeForm, number, refuse
from .rendering import page, refusal

NOT_NOW = (TooManyTries, TooSoon, FactorClosed, Unsealable)


class Line(Record):
    """A rescue address as its page shows it; `counts_from` is a time in words."""

    id: int
    address: str | None
    is_proved: bool
    is_usable: bool
    counts_from: str
    sent: bool

    @classmethod
    def of(cls, line: AddressLine) -> "Line":
        """The address in words."""
        return cls(
            id=line.id,
            address=line.address,
            is_proved=line.is_proved,
            is_usable=line.is_usable,
            counts_from=in_words(line.usable_from) if line.usable_from else "",
            sent=line.sent,
        )


@for_signed_in
def show_rescue_addresses() -> ResponseReturnValue:
    """GET and POST of `security.rescue_addresses`."""
    if request.method == "POST":
        return _change()
    return _page(notice=notice(request.args.get("notice")))


@recent_proof_required()
def _change() -> Response:
    action = request.form.get("action")
    if action == "prove":
        return _prove()
    if action == "add":
        return _add()
    form = BareForm()
    if not form.is_sent_well():
        return _page(problem=words("expired_form"), status=400)
    if action == "send":
        return _send()
    rescue_addresses.remove(services(), cookies.session_token(), _chosen(), visitor())
    return go("security.rescue_addresses", notice="rescue_address_removed")


def _add() -> Response:
    form = AddressForm()
    if not form.is_sent_well():
        return _refused(form)
    try:
        rescue_addresses.add(services(), cookies.session_token(), form.email.data or "", visitor())
    except (AddressRefused, InvalidAddress, *NOT_NOW) as problem:
        told = refusal(problem)
        refuse(form, "email", told["problem"])
        return _page(add_form=form, status=told["status"])
    return go("security.rescue_addresses", notice="code_sent")


def _send() -> Response:
    try:
        rescue_addresses.send(services(), cookies.session_token(), _chosen(), visitor())
    except NOT_NOW as problem:
        return _page(**refusal(problem))
    return go("security.rescue_addresses", notice="code_sent")


def _prove() -> Response:
    form = CodeForm(services().rescue_proof.shape.digits)
    if not form.is_sent_well():
        return _refused(form)
    token, chosen = cookies.session_token(), _chosen()
    try:
        rescue_addresses.prove(services(), token, chosen, form.digits, visitor())
    except (WrongAnswer, *NOT_NOW) as problem:
        told = refusal(problem)
        refuse(form, "code", told["problem"])
        return _page(code_form=form, status=told["status"])
    return go("security.rescue_addresses", notice="rescue_address_proved")


def _refused(form: CodeForm | AddressForm) -> Response:
    if form.has_expired:
        return _page(problem=words("expired_form"), status=400)
    if isinstance(form, CodeForm):
        return _page(code_form=form, status=422)
    return _page(add_form=form, status=422)


def _chosen() -> int:
    return number(request.form.get("number"))


def _page(
    *, add_form: AddressForm | None = None, code_form: CodeForm | None = None,
    problem: str | None = None, notice: str | None = None, status: int = 200,
) -> Response:  # fmt: skip
    found = rescue_addresses.listed(services(), cookies.session_token(), visitor())
    shape = services().rescue_proof.shape
    return page(
        "rescue_addresses.html",
        status=status,
        lines=[Line.of(line) for line in found.lines],
        may_add=found.may_add,
        has_room=found.has_room,
        form=BareForm(formdata=None),
        add_form=add_form or AddressForm(formdata=None),
        code_form=code_form or CodeForm(shape.digits, formdata=None),
        minutes=int(shape.lifetime.total_seconds()) // 60,
        problem=problem,
        notice=notice,
    )
