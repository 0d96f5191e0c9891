"""Who is inside proves once more that it is he, before something that matters (S-84, S-108).

By a second factor where the account has one, else by the password: the highest level that there
is. The proof counts for this session alone, which goes on under a new token.
"""

from datetime import timedelta

from ..domain.accounts import Account, Visitor
from ..domain.events import ProvedAgain
from ..domain.login_state import SignedIn
from ..domain.one_time_codes import Purpose
from ..domain.policy import proved_second_factor
from ..domain.sessions import Session
from ..errors import IllegalMove, LoginLapsed
from . import password_checks, renewals, second_proof, second_step, sessions
from .second_step import Offer
from .services import Services, Work
from .sessions import Standing


def is_proved(services: Services, account: Account, session: Session, within: timedelta) -> bool:
    """Whether the session's last proof is that recent, and of the highest level there is."""
    if _has_factor(services, account) and not proved_second_factor(session.proofs):
        return False
    return session.is_fresh(services.clock(), within)


def offers(services: Services, token: str | None, visitor: Visitor) -> list[Offer]:
    """The methods of who is signed in, the preferred one first; none where the password is asked.

    Raises LoginLapsed, and IllegalMove where there is neither: then only a login helps.
    """
    standing, found = second_step.standing_before(services, token, Purpose.STEP_UP, visitor)
    if not found and not _is_asked_the_password(services, standing):
        raise IllegalMove
    return found


def _has_factor(services: Services, account: Account) -> bool:
    return services.policy.enabled and account.preferred_method is not None


def _is_asked_the_password(services: Services, standing: Standing) -> bool:
    has_password = standing.person.password_hash is not None
    return has_password and not _has_factor(services, standing.account)


def answer(
    services: Services, token: str | None, method: str, code: str, visitor: Visitor
) -> SignedIn:
    """A second factor, once more. Raises what `second_proof.answer` raises."""
    return second_proof.answer(services, Purpose.STEP_UP, token, method, code, visitor)


def give_password(
    services: Services, token: str | None, password: str, visitor: Visitor
) -> SignedIn:
    """The password, once more, of an account without a second factor. Raises LoginLapsed,
    IllegalMove for one that has one, WrongPassword, or TooSoon."""
    try:
        standing = sessions.find_signed_in(services, token)
    except LoginLapsed:
        return _repeat(services, token, password, visitor)
    if not _is_asked_the_password(services, standing):
        raise IllegalMove
    password_checks.check(services, standing, password, visitor)

    def keep(work: Work) -> SignedIn:
        token = renewals.renew(services, work, standing)
        work.unit.sessions.note_proved(standing.session.id, services.clock())
        work.record(ProvedAgain(account_id=standing.account.id, method="password"), visitor)
        return SignedIn(token, None, None, lifetime=_kept(services, standing))

    try:
        return services.in_one_go(keep)
    except LoginLapsed:
        return _repeat(services, token, password, visitor)


def _repeat(services: Services, token: str | None, password: str, visitor: Visitor) -> SignedIn:
    standing, renewed = password_checks.check_twice(services, token, password, visitor)
    return SignedIn(renewed, None, None, lifetime=_kept(services, standing))


def _kept(services: Services, standing: Standing) -> timedelta | None:
    return standing.session.cookie_lifetime(services.clock())
