"""When no method is within reach."""

from flask import Response, request

from ...errors import MethodNotOffered, RescueTooSoon
from ...flows import rescue, second_step
from .. import cookies
from ..context import services
from ..redirects import go
from ..visitor import visitor
from ..wording import words
from .forms import BareForm
from .rendering import page, refusal
from .views import Method, choice_key


def show_rescue() -> Response:
    """GET shows the other ways; POST asks the administrator."""
    form = BareForm()
    if request.method != "POST":
        return _page(form)
    if not form.is_sent_well():
        return _page(form, status=400, problem=words("expired_form"))
    try:
        rescue.ask(services(), cookies.half_open_token(), visitor())
    except (RescueTooSoon, MethodNotOffered) as refused:
        return _page(form, **refusal(refused))
    return go("security.rescue")


def _page(form: BareForm, *, status: int = 200, problem: str | None = None) -> Response:
    token, lost = cookies.half_open_token(), request.args.get("method")
    door = rescue.door(services(), token)
    offers = second_step.offers(services(), token, visitor())
    return page(
        "rescue.html",
        status=status,
        form=form,
        others=[Method.of(offer) for offer in offers if choice_key(offer) != lost],
        asked=door.asked,
        available=door.available,
        problem=problem,
    )
