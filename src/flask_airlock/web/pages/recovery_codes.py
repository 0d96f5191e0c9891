"""Recovery codes: how many are left, and a new set, shown once.

The set is shown by the answer to the POST that made it, and by nothing else: no page and no row
holds it. The form brings a seed of its own, so that a double click shows the same codes twice (the
browser draws one answer of the two, and does not say which), and a reload shows none and leaves
those alone that were printed a minute ago.
"""

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from ...domain.letter_codes import in_groups
from ...domain.recovery_codes import is_seed, sent_back
from ...domain.vault import new_token
from ...errors import CodesShown, MethodNotOffered, TooSoon, Unsealable, WrongAnswer
from ...flows import recovery_codes
from ...flows.notices import in_words
from .. import cookies
from ..context import services
from ..current_user import current_session, for_signed_in
from ..guards import recent_proof_required
from ..redirects import asked_target, go, go_to
from ..translation import translate
from ..visitor import visitor
from ..wording import notice, words
from .forms import BareForm, RecoveryCodeForm
from .rendering import page, refusal

FILE_NAME = "recovery-codes.txt"


@for_signed_in
def show_recovery_codes() -> ResponseReturnValue:
    """GET and POST of `security.recovery_codes`."""
    if not services().policy.enabled:
        raise MethodNotOffered("recovery_codes")
    if request.method != "POST":
        return _page(notice=notice(request.args.get("notice")))
    match request.form.get("action"):
        case "make":
            return _make()
        case "download":
            return _download()
        case _:
            return _type_back()


@recent_proof_required()
def _make() -> Response:
    seed = request.form.get("seed", "")
    if not BareForm().is_sent_well() or not is_seed(seed):
        return _page(problem=words("expired_form"), status=400)
    try:
        codes = recovery_codes.make(services(), cookies.session_token(), seed, visitor())
    except CodesShown as shown:
        return go("security.recovery_codes", notice=shown.code, next=asked_target())
    except TooSoon as refused:
        return _page(**refusal(refused))
    return _page(codes=[in_groups(code) for code in codes])


def _type_back() -> Response:
    form = RecoveryCodeForm()
    if not form.is_sent_well():
        if form.has_expired:
            return _page(form, problem=words("expired_form"), status=400)
        return _page(form, status=422)
    try:
        recovery_codes.type_back(services(), cookies.session_token(), form.typed, visitor())
    except (WrongAnswer, TooSoon, Unsealable) as refused:
        return _page(form, **refusal(refused))
    target = asked_target()
    return go_to(target) if target else go("security.recovery_codes", notice="codes_kept")


def _download() -> Response:
    """The codes as a file. The browser sends them along: here they are not known any more."""
    codes = sent_back(request.form.getlist("codes"))
    if not BareForm().is_sent_well() or codes is None:
        return _page(problem=words("expired_form"), status=400)
    response = Response(_as_text(codes), mimetype="text/plain")
    response.headers["Content-Disposition"] = f"attachment; filename={FILE_NAME}"
    return response


def _as_text(codes: list[str]) -> str:
    current = current_session()
    lines = [
        translate("Recovery codes for %(service)s", service=services().service_name),
        current.user.email if current else "",
        in_words(services().clock()),
        "",
        *(in_groups(code) for code in codes),
        "",
        translate("Each works once, in place of the code from your phone, after your password."),
        translate("Keep them where you keep papers. A new set makes these worthless."),
    ]
    return "\r\n".join(lines) + "\r\n"


def _page(
    form: RecoveryCodeForm | None = None, *, codes: list[str] | None = None, **facts: Any
) -> Response:
    found = recovery_codes.look(services(), cookies.session_token())
    return page(
        "recovery_codes.html",
        form=form or RecoveryCodeForm(formdata=None),
        codes=codes,
        found=found,
        made_at=in_words(found.state.made_at) if found.state else "",
        seed=new_token(),
        action=url_for("security.recovery_codes", next=asked_target()),
        later=asked_target() or url_for("security.overview"),
        **facts,
    )
