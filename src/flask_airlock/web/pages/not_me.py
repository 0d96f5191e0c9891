"""Where the link of a notice leads: one button that stops whoever it was."""

from flask import Response, request

from ...domain.link_tokens import LinkPurpose
from ...errors import LinkSpent
from ...flows import not_me
from .. import cookies
from ..context import services
from ..visitor import visitor
from ..wording import words
from .forms import BareForm
from .links import spent_page
from .rendering import page


def show_not_me() -> Response:
    """GET and POST of `security.not_me`: the link acts by the button alone."""
    token, form = cookies.link_token(LinkPurpose.NOT_ME), BareForm()
    try:
        if request.method == "POST" and form.is_sent_well():
            alarm = not_me.act(services(), token, visitor())
            response = page("not_me.html", done=True, alarm=alarm, form=form)
            cookies.drop_link(response, LinkPurpose.NOT_ME)
            cookies.drop_sessions(response)
            return response
        alarm = not_me.peek(services(), token)
    except LinkSpent:
        return spent_page(None)
    problem, status = (words("expired_form"), 400) if form.has_expired else (None, 200)
    return page("not_me.html", status=status, done=False, alarm=alarm, form=form, problem=problem)
