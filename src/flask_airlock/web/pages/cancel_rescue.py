"""Where the link of a letter leads that tells of an administrator's help: a button that cancels."""

from flask import Response, request

from ...domain.link_tokens import LinkPurpose
from ...errors import LinkSpent
from ...flows import rescues
from .. import cookies
from ..context import services
from ..visitor import visitor
from ..wording import words
from .forms import BareForm
from .links import spent_page
from .rendering import page


def show_cancel_rescue() -> Response:
    """GET and POST of `security.cancel_rescue`: the link acts by the button alone."""
    purpose, form = LinkPurpose.CANCEL_RESCUE, BareForm()
    token = cookies.link_token(purpose)
    try:
        if request.method == "POST" and form.is_sent_well():
            rescues.cancel_by_link(services(), token, visitor())
            response = page("cancel_rescue.html", done=True, form=form)
            cookies.drop_link(response, purpose)
            return response
        due = rescues.peek(services(), token)
    except LinkSpent:
        return spent_page(None)
    problem, status = (words("expired_form"), 400) if form.has_expired else (None, 200)
    return page(
        "cancel_rescue.html", status=status, done=False, due=due, form=form, problem=problem
    )
