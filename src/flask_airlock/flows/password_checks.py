"""The current password, asked once more of who is inside, before something is changed."""

from ..domain.accounts import Visitor
from ..domain.policy import leans_on_trust
from ..domain.throttle import ASKED_AGAIN
from ..errors import LoginLapsed, ProofTooOld, TooSoon, WrongCredentials, WrongPassword
from . import attempts, renewals, tokens
from .services import Services
from .sessions import Standing


def check(services: Services, standing: Standing, password: str, visitor: Visitor) -> None:
    """Raise WrongPassword for a wrong one, counted like any guess, and TooSoon after several.

    Who has no password gives his login as the proof: ProofTooOld unless it was a moment ago. So it
    is in a session that a trusted browser opened, until a second factor is proved there.
    """
    if leans_on_trust(standing.session.proofs):
        raise ProofTooOld
    if standing.person.password_hash is None:
        must_be_fresh(services, standing)
        return
    account = standing.account
    guess = attempts.guess_at(services, account, ASKED_AGAIN, visitor)
    attempts.count(services, guess, visitor)
    try:
        services.passwords.verify(standing.person.password_hash, password)
    except WrongCredentials:
        attempts.refused(services, guess, WrongPassword.code, visitor)
        raise WrongPassword from None
    services.in_one_go(lambda work: attempts.clear(services, work, guess))


def check_twice(
    services: Services, token: str | None, password: str, visitor: Visitor
) -> tuple[Standing, str]:
    """A form with this password, sent twice by one browser (a double click), lands in the session
    that the first half renewed: where that is, and its token. Raises LoginLapsed for everything
    else."""
    standing = renewals.find_renewed(services, token)
    try:
        check(services, standing, password, visitor)
    except (WrongPassword, TooSoon):
        raise LoginLapsed from None
    return standing, tokens.token_after(services, standing.session, standing.token)


def must_be_fresh(services: Services, standing: Standing) -> None:
    """Raise ProofTooOld unless the session's last proof was a moment ago (S-84)."""
    if not standing.session.is_fresh(services.clock()):
        raise ProofTooOld
