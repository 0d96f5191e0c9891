"""What the page between the doors shows: the methods of this account, and where codes went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.accounts import Visitor
from ..domain.one_time_codes import TRIES_PER_CODE, Purpose
from ..domain.throttle import FIRST_SETUP
from ..factors.protocol import Case, Factor
from . import attempts, codes, holds, policy, sessions
from .services import Services, Work
from .sessions import Tokens


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A method as one account may be asked for it.

    `closed` for all logins of this side, `exhausted` for this login: its code was tried too often;
    `held_until` after the mailbox has reset the password.
    """

    method: str
    digits: int
    lifetime: timedelta
    posts_codes: bool
    destination: str | None
    sent: bool
    failed: bool
    closed: bool
    exhausted: bool
    held_until: datetime | None


def offers(services: Services, token: str | None, visitor: Visitor) -> list[Offer]:
    """The methods of a half-open session's account, the preferred one first.

    Empty for an account that has none and is to set one up. Raises LoginLapsed.
    """
    standing = sessions.find_half_open(services, token)
    case = codes.case_of(services, standing, Purpose.LOGIN, visitor)
    side = attempts.side_for(services, standing.account, visitor)
    with services.begin() as work:
        methods = policy.enrolled_methods(services, work, standing.account.id)
        closed = work.unit.throttles.closed(standing.account.id, side, case.now)
        return [
            _offer(services, work, services.factors[method], case, method in closed)
            for method in policy.preferred_first(standing.account, methods)
        ]


def address_offer(services: Services, tokens: Tokens, visitor: Visitor) -> Offer:
    """The same for the code that proves the address on file before the first set-up."""
    standing = sessions.find_standing(services, tokens)
    case = codes.case_of(services, standing, Purpose.FIRST_SETUP, visitor)
    side = attempts.side_for(services, standing.account, visitor)
    with services.begin() as work:
        closed = FIRST_SETUP in work.unit.throttles.closed(standing.account.id, side, case.now)
        return _offer(services, work, services.mailbox, case, closed)


def _offer(services: Services, work: Work, factor: Factor, case: Case, closed: bool) -> Offer:
    sent = failed = exhausted = False
    held_until = holds.held_until(
        services, case.account, attempts.side_for(services, case.account, case.visitor)
    )
    destination = None
    if factor.posts_codes:
        state = work.unit.codes.state(case.binding(factor.name))
        sent = state is not None and state.is_live(case.now)
        exhausted = state is not None and state.tries >= TRIES_PER_CODE
        if state and state.letter_id:
            failed = bool(work.unit.letters.failed([state.letter_id]))
        destination = factor.destination(_secret(work, factor, case), case.person)
    return Offer(
        method=factor.name,
        digits=factor.shape.digits,
        lifetime=factor.shape.lifetime,
        posts_codes=factor.posts_codes,
        destination=destination,
        sent=sent,
        failed=failed,
        closed=closed,
        exhausted=exhausted,
        held_until=held_until if factor is services.mailbox else None,
    )


def _secret(work: Work, factor: Factor, case: Case) -> bytes:
    credentials = work.unit.credentials.of_method(case.account.id, factor.name)
    return credentials[0].secret if credentials else b""
