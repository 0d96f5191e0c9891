"""A person's second factors: the list, and each with its name, its rank, and the way out."""

from datetime import datetime

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from ...domain.records import Record
from ...errors import InvalidName, LastFactor, NameTaken, PasswordRefused, TooSoon, WrongPassword
from ...flows import factors
from ...flows.factors import FactorLine
from ...flows.notices import in_words
from .. import cookies
from ..context import services
from ..current_user import current_session, for_signed_in
from ..guards import recent_proof_required
from ..redirects import go
from ..translation import translate
from ..visitor import visitor
from ..wording import method_words, notice, words
from .forms import BareForm, NameForm, PasswordForm, refuse
from .forms import number as row_number
from .rendering import page, refusal

AT_THE_NAME = (InvalidName, NameTaken)
AT_THE_PASSWORD = (WrongPassword, PasswordRefused, TooSoon)


class Line(Record):
    """A factor as its pages show it; `label` tells it from all others."""

    id: int
    method: str
    label: str
    name: str
    destination: str | None
    added: str
    used: str | None
    is_preferred: bool


@for_signed_in
def show_factors(number: int | None = None) -> ResponseReturnValue:
    """GET of `security.factors`; with a number, GET and POST of one of them."""
    if number is None:
        return _show_list()
    chosen = row_number(str(number))
    if request.method == "POST":
        return _change(chosen)
    return _show_one(chosen)


def _show_list() -> Response:
    return page(
        "factors.html",
        lines=_lines(),
        notice=notice(request.args.get("notice")),
    )


@recent_proof_required()
def _change(number: int) -> Response:
    action = request.form.get("action")
    if action == "rename":
        return _rename(number)
    if action == "prefer":
        return _prefer(number)
    return _remove(number)


def _rename(number: int) -> Response:
    form = NameForm()
    if not form.is_sent_well():
        return _refused(number, form)
    try:
        factors.rename(services(), cookies.session_token(), number, form.name.data or "", visitor())
    except AT_THE_NAME as problem:
        told = refusal(problem)
        refuse(form, "name", told["problem"])
        return _show_one(number, name_form=form, status=told["status"])
    return go("security.factors", notice="factor_renamed")


def _prefer(number: int) -> Response:
    form = BareForm()
    if not form.is_sent_well():
        return _refused(number, form)
    factors.prefer(services(), cookies.session_token(), number, visitor())
    return go("security.factors", notice="factor_preferred")


def _remove(number: int) -> Response:
    form = PasswordForm() if "password" in request.form else BareForm()
    if not form.is_sent_well():
        return _refused(number, form)
    password = form.password.data if isinstance(form, PasswordForm) else ""
    try:
        factors.remove(services(), cookies.session_token(), number, password or "", visitor())
    except LastFactor as problem:
        return _show_one(number, **refusal(problem))
    except AT_THE_PASSWORD as problem:
        told = refusal(problem)
        if not isinstance(form, PasswordForm):
            return _show_one(number, **told)
        refuse(form, "password", told["problem"])
        return _show_one(number, password_form=form, status=told["status"])
    return go("security.factors", notice="factor_removed")


def _refused(number: int, form: BareForm) -> Response:
    if form.has_expired:
        return _show_one(number, problem=words("expired_form"), status=400)
    if isinstance(form, NameForm):
        return _show_one(number, name_form=form, status=422)
    return _show_one(number, password_form=form, status=422)


def _show_one(
    number: int, *, name_form: BareForm | None = None, password_form: BareForm | None = None,
    problem: str | None = None, status: int = 200,
) -> Response:  # fmt: skip
    _, removal = factors.one(services(), cookies.session_token(), number, visitor())
    line = next(line for line in _lines() if line.id == number)
    return page(
        "factor.html",
        status=status,
        line=line,
        name_form=name_form or NameForm(formdata=None, data={"name": line.name}),
        password_form=password_form or PasswordForm(formdata=None),
        form=BareForm(formdata=None),
        removal=removal,
        has_password=_has_password(),
        action=url_for("security.factors", number=number),
        problem=problem,
    )


def _has_password() -> bool:
    current = current_session()
    return current is not None and current.user.password is not None


def _lines() -> list[Line]:
    found = factors.listed(services(), cookies.session_token())
    return [_shown(line, _place(line, found)) for line in found]


def _place(line: FactorLine, all_lines: list[FactorLine]) -> int | None:
    """Which of several of a kind without a name this is, the oldest being the first."""
    alike = [it.id for it in all_lines if it.method == line.method and not it.name]
    return sorted(alike).index(line.id) + 1 if len(alike) > 1 and line.id in alike else None


def _shown(line: FactorLine, place: int | None) -> Line:
    """`place` counts those of one kind that have no name of their own."""
    kind, _ = method_words(line.method)
    label = translate("%(kind)s %(place)s", kind=kind, place=place) if place else kind
    return Line(
        id=line.id,
        method=line.method,
        label=line.name or label,
        name=line.name or "",
        destination=line.destination,
        added=in_words(line.added_at),
        used=_day(line.last_used_at),
        is_preferred=line.is_preferred,
    )


def _day(time: datetime | None) -> str | None:
    return in_words(time) if time else None
