"""Our cookies: the sessions', the signs of known and of trusted browsers, those of links."""

from datetime import timedelta

from flask import Response, current_app, request

from ..domain.browsers import MARK_PREFIX
from ..domain.link_tokens import LinkPurpose
from ..domain.login_state import BrowserMark, KeptMark
from ..domain.sessions import HALF_OPEN_LIFETIME
from ..domain.trust import COOKIE_PREFIX
from ..flows.sessions import Tokens
from .context import services

MARK_LIFETIME = timedelta(days=400)
HOST = "__Host-"


def is_secure() -> bool:
    """Whether cookies carry `Secure`: outside debug, unless the setting says otherwise."""
    wanted = services().settings.cookie_secure
    return not current_app.debug if wanted is None else wanted


def session_name() -> str:
    """The name of the signed-in session's cookie; `__Host-` pins it to this very host."""
    return _prefixed(services().settings.cookie_name)


def session_token() -> str | None:
    """The signed-in session's token that the browser brought."""
    return request.cookies.get(session_name())


def half_open_token() -> str | None:
    """The half-open session's token that the browser brought."""
    return request.cookies.get(_half_open_name())


def link_token(purpose: LinkPurpose) -> str | None:
    """The token that a mailed link of this purpose left in the browser."""
    return request.cookies.get(_link_name(purpose))


def tokens() -> Tokens:
    """All of them."""
    return Tokens(
        signed_in=session_token(),
        half_open=half_open_token(),
        link=link_token(LinkPurpose.FACTOR_SETUP),
    )


def marks() -> dict[str, str]:
    """The signs of earlier logins that the browser brought, by name; and its tokens of trust."""
    trusted = _prefixed(COOKIE_PREFIX)
    brought: dict[str, str] = {}
    for name, value in request.cookies.items():
        if name.startswith(trusted):
            brought[name.removeprefix(HOST)] = value
        elif name.startswith(MARK_PREFIX):
            brought[name] = value
    return brought


def keep_session(response: Response, token: str, lifetime: timedelta | None = None) -> None:
    """Carry the signed-in session; the half-open one is over. Ends with the browser, or after that
    lifetime, where the person asked for it."""
    _set(response, session_name(), token, lifetime)
    _drop(response, _half_open_name())
    drop_link(response, LinkPurpose.FACTOR_SETUP)


def keep_half_open(
    response: Response, token: str, lifetime: timedelta = HALF_OPEN_LIFETIME
) -> None:
    """Carry the half-open session."""
    _set(response, _half_open_name(), token, lifetime)


def keep_mark(response: Response, mark: BrowserMark) -> None:
    """Carry the sign that this browser signed in to the account."""
    _set(response, mark.name, mark.value, MARK_LIFETIME)


def keep_trust(response: Response, mark: KeptMark) -> None:
    """Carry the next token of a browser in which no second factor is asked."""
    _set(response, _prefixed(mark.name), mark.value, mark.lifetime)


def keep_link(response: Response, purpose: LinkPurpose, token: str) -> None:
    """Carry a link's token out of the URL. Ends with the browser: others may use it, too."""
    _set(response, _link_name(purpose), token, None)


def drop_link(response: Response, purpose: LinkPurpose) -> None:
    """Forget a link that was used."""
    _drop(response, _link_name(purpose))


def drop_sessions(response: Response) -> None:
    """Forget both sessions."""
    _drop(response, session_name())
    _drop(response, _half_open_name())


def _half_open_name() -> str:
    return _prefixed(f"{services().settings.cookie_name}_half_open")


def _link_name(purpose: LinkPurpose) -> str:
    return _prefixed(f"{services().settings.cookie_name}_link_{purpose.value}")


def _prefixed(name: str) -> str:
    return f"{HOST}{name}" if is_secure() else name


def _set(response: Response, name: str, value: str, lifetime: timedelta | None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _drop(response: Response, name: str) -> None:
    if name in request.cookies:
        response.delete_cookie(name, path="/", secure=is_secure(), httponly=True, samesite="Lax")
