"""A session that goes on under another token, and a browser that still has the one before."""

from ..domain.sessions import DOUBLE_CLICK, is_within
from ..domain.vault import digest
from ..errors import LoginLapsed
from . import tokens
from .services import Services, Work
from .sessions import Standing


def find_renewed(services: Services, token: str | None) -> Standing:
    """Where a browser stands whose token was renewed a moment ago; raises LoginLapsed."""
    if not token:
        raise LoginLapsed
    now = services.clock()
    with services.look() as unit:
        found = unit.sessions.promoted_from(digest(token), now)
        if found is None or not is_within(DOUBLE_CLICK, found[0].last_seen_at, now):
            raise LoginLapsed
        session, account, proof = found
        # A session that came through the second door a moment ago was promoted, not renewed.
        if not services.vault.verify_mac("answer", _renewal_text(session.id), proof):
            raise LoginLapsed
        entrant = unit.entrants.by_id(account.user_id)
    if entrant is None or not entrant.person.active or entrant.person.password_hash is None:
        raise LoginLapsed
    return Standing(
        account=account,
        person=entrant.person,
        session=session,
        token=token,
        factors=entrant.factors,
    )


def renew(services: Services, work: Work, standing: Standing) -> str:
    """Give the session another token; raises LoginLapsed where it has ended."""
    token, session = tokens.next_token(services, standing.token), standing.session
    proof = services.vault.mac("answer", _renewal_text(session.id))
    old, new = digest(standing.token), digest(token)
    if not work.unit.sessions.renew(session, old, new, proof, services.clock()):
        raise LoginLapsed
    return token


def _renewal_text(session_id: int) -> str:
    return f"{session_id}|renewed"
