"""The browsers in which a person is signed in, and an end to one, to all others, or to all."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...flows import own_sessions, sessions
from ...flows.own_sessions import ALL, OTHERS
from .. import cookies
from ..context import services
from ..current_user import current_session, for_signed_in
from ..guards import recent_proof_required
from ..redirects import go
from ..visitor import visitor
from ..wording import browser_words, notice, words
from .forms import BareForm, number
from .rendering import page


@for_signed_in
def show_sessions() -> ResponseReturnValue:
    """GET and POST of `security.sessions`."""
    return _end() if request.method == "POST" else _page()


# A thief who holds nothing but a copied cookie must not throw the owner out.
@recent_proof_required(within=600)
def _end() -> Response:
    if not BareForm().is_sent_well():
        return _page(status=400, problem=words("expired_form"))
    which = request.form.get("end")
    if which in (OTHERS, ALL):
        return _end_many(which)
    chosen, current = number(request.form.get("session")), current_session()
    if current is not None and chosen == current.session.id:
        return _sign_out()
    ended = own_sessions.end_one(services(), cookies.session_token(), chosen, visitor())
    return go("security.sessions", notice="session_ended" if ended else "session_over")


def _end_many(which: str) -> Response:
    ended = own_sessions.end_many(services(), cookies.session_token(), which, visitor())
    if which == ALL:
        response = go("security.login", notice="all_ended")
        cookies.drop_sessions(response)
        return response
    return go("security.sessions", notice="others_ended" if ended else "no_others")


def _sign_out() -> Response:
    """This session is chosen by its number: that is what the button of the logout does."""
    sessions.sign_out(services(), cookies.session_token(), visitor())
    response = go("security.login")
    cookies.drop_sessions(response)
    return response


def _page(*, status: int = 200, problem: str | None = None) -> Response:
    mine, others = own_sessions.listed(services(), cookies.session_token())
    return page(
        "sessions.html",
        status=status,
        form=BareForm(),
        mine=mine,
        others=others,
        browser_words=browser_words,
        problem=problem,
        notice=notice(request.args.get("notice")),
    )
