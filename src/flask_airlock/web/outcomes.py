"""What a flow came to, as a response: a redirect and the cookies that go with it."""

from hmac import compare_digest

from flask import Response, session, url_for

from ..domain.login_state import LoginOutcome, NeedsFactor, NeedsSetup, SignedIn
from ..flows import sessions
from . import cookies
from .context import services
from .redirects import go, go_to
from .visitor import visitor


def respond(outcome: LoginOutcome) -> Response:
    """Lead on to the next door, or inside."""
    match outcome:
        case NeedsFactor(token):
            return _half_open(token, "security.second_step")
        case NeedsSetup(token):
            return _half_open(token, "security.enrol")
        case SignedIn():
            target = outcome.next_url or services().settings.post_login_url
            if outcome.factor_due_at is not None:
                target = url_for("security.enrol", next=outcome.next_url)
            return enter(outcome, target)


def enter(outcome: SignedIn, target: str) -> Response:
    """Carry a session that is signed in now, and go to `target`."""
    before = cookies.session_token()
    if before and not compare_digest(before.encode(), outcome.token.encode()):
        sessions.sign_out(services(), before, visitor())
    # A form token from before the login must be worth nothing after it (S-126).
    session.pop("csrf_token", None)
    response = go_to(target)
    cookies.keep_session(response, outcome.token, outcome.lifetime)
    if outcome.mark is not None:
        cookies.keep_mark(response, outcome.mark)
    if outcome.trust is not None:
        cookies.keep_trust(response, outcome.trust)
    return response


def _half_open(token: str, endpoint: str) -> Response:
    # A new login ends the old one: two people's sessions in one browser would be mixed up.
    for before in filter(None, (cookies.session_token(), cookies.half_open_token())):
        sessions.sign_out(services(), before, visitor())
    response = go(endpoint)
    cookies.drop_sessions(response)
    cookies.keep_half_open(response, token)
    return response
