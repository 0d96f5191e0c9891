"""Which token follows another: only we can compute it, and a double click gets it twice."""

from base64 import urlsafe_b64encode

from ..domain.login_state import Stage, Step
from ..domain.sessions import Session
from ..domain.vault import digest
from ..errors import LoginLapsed
from .services import Services

RENEWAL = "next token"


def next_token(services: Services, token: str) -> str:
    """What follows a token: only we can compute it, and a double click gets it twice."""
    return _as_token(services.vault.mac(RENEWAL, token))


def token_after(services: Services, session: Session, token: str) -> str:
    """The token that followed in a session, by whichever key that was; raises LoginLapsed."""
    with services.begin() as work:
        for mac in services.vault.macs(RENEWAL, token):
            follower = _as_token(mac)
            if work.unit.sessions.id_of(digest(follower), session.account_id) == session.id:
                return follower
    raise LoginLapsed


def answer_text(move: tuple[Stage, Step], session_id: int, method: str, code: str) -> str:
    """What is kept, as a keyed digest, of the answer that moved a session on."""
    return "|".join((str(session_id), *move, method, code))


def _as_token(mac: bytes) -> str:
    return urlsafe_b64encode(mac).decode().rstrip("=")
