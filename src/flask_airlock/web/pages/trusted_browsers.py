"""The browsers in which a person is asked for no code: named, and removed."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...domain.factor_names import LONGEST_NAME
from ...errors import InvalidName
from ...flows import trusted_browsers
from .. import cookies
from ..context import services
from ..current_user import for_signed_in
from ..guards import recent_proof_required
from ..redirects import go
from ..visitor import visitor
from ..wording import length_words, notice, words
from .forms import BareForm, number
from .rendering import page, refusal

PAGE = "security.trusted_browsers"


@for_signed_in
def show_trusted_browsers() -> ResponseReturnValue:
    """GET and POST of `security.trusted_browsers`."""
    return _change() if request.method == "POST" else _page()


# A thief who holds nothing but a copied cookie must neither rename his browser nor remove others.
@recent_proof_required(within=600)
def _change() -> Response:
    if not BareForm().is_sent_well():
        return _page(status=400, problem=words("expired_form"))
    asker = (services(), cookies.session_token())
    does, chosen = request.form.get("do"), number(request.form.get("browser"))
    if does == "remove_all":
        trusted_browsers.remove_all(*asker, visitor())
        return go(PAGE, notice="trust_all_removed")
    if does == "rename":
        try:
            trusted_browsers.rename(*asker, chosen, request.form.get("name", ""), visitor())
        except InvalidName as refused:
            return _page(named=chosen, **refusal(refused))
        return go(PAGE, notice="trust_renamed")
    trusted_browsers.remove(*asker, chosen, visitor())
    return go(PAGE, notice="trust_removed")


def _page(*, status: int = 200, problem: str | None = None, named: int | None = None) -> Response:
    lines = trusted_browsers.listed(services(), cookies.session_token(), visitor())
    return page(
        "trusted_browsers.html",
        status=status,
        form=BareForm(),
        lines=lines,
        named=named,
        typed=request.form.get("name", ""),
        longest_name=LONGEST_NAME,
        length=length_words(services().settings.two_factor_trusted_browsers),
        problem=problem,
        notice=notice(request.args.get("notice")),
    )
