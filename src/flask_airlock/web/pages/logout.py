"""The way out: a page with a button, and what the button does."""

from flask import Response
from markupsafe import Markup

from ...flows import sessions
from .. import cookies
from ..context import services
from ..redirects import go_to
from ..visitor import visitor
from ..wording import words
from .forms import BareForm
from .rendering import page


def show_logout() -> Response:
    """GET shows the button; POST ends the session, half open or signed in."""
    form = BareForm()
    if not form.is_sent_well():
        if form.has_expired:
            return page("logout.html", status=400, form=form, problem=words("expired_form"))
        return page("logout.html", form=form)
    for token in (cookies.session_token(), cookies.half_open_token()):
        sessions.sign_out(services(), token, visitor())
    response = go_to(services().settings.post_logout_url)
    cookies.drop_sessions(response)
    return response


def logout_button() -> Markup:
    """The button for an application's own templates: `{{ airlock_logout_button() }}`."""
    drawn = page("_logout_button.html", form=BareForm())
    return Markup(drawn.get_data(as_text=True))  # noqa: S704 (our own template drew it)
