"""Who lost every factor comes back by the password and a code to a rescue address (S-77).

The code opens nothing: the login stays half open, and may do nothing but set up a new factor. When
that is done, and not before, everything that was there goes: whoever gives up leaves all as it was.
"""

from dataclasses import replace
from datetime import timedelta

from ..domain.accounts import Visitor
from ..domain.addresses import masked_address
from ..domain.events import RescueBegun
from ..domain.login_state import NeedsSetup, Stage, Step, advance
from ..domain.one_time_codes import TRIES_PER_CODE, Purpose
from ..domain.policy import RESCUE
from ..domain.records import Record
from ..domain.rescue import RescueAddress
from ..domain.sessions import HALF_OPEN_LIFETIME
from ..domain.throttle import Guess, Shut
from ..domain.vault import digest
from ..errors import LoginLapsed, MethodNotOffered, WrongAnswer
from ..factors.protocol import Case
from . import alerts, attempts, codes, foreign, second_proof, sessions, tokens
from .rescue_addresses import KIND
from .services import Services, Work
from .sessions import Standing

MOVE = (Stage.HALF_OPEN, Step.RESCUED)


class RescueWay(Record):
    """A rescue address that a code can be sent to, masked; `sent` where one is on its way, `failed`
    where its letter could not be sent."""

    id: int
    address: str
    sent: bool
    failed: bool


class RescueWays(Record):
    """Those of an account. `shut` after wrong codes, for all logins of this side; `exhausted` for
    this login: its code was tried too often."""

    ways: tuple[RescueWay, ...]
    shut: Shut | None
    exhausted: bool
    lifetime: timedelta


def ways(services: Services, token: str | None, visitor: Visitor) -> RescueWays:
    """How somebody between the doors can come back; raises LoginLapsed, or IllegalMove for who has
    come back already."""
    standing = _standing(services, token)
    case = _case(services, standing, visitor)
    side = attempts.side_for(services, standing.account, visitor)
    with services.begin() as work:
        shut = attempts.all_shut(services, work.unit, standing.account, side).get(RESCUE)
        state = work.unit.codes.state(case.binding(RESCUE))
        sent_to = state.credential_id if state and state.is_live(case.now) else None
        letter = [state.letter_id] if state and state.letter_id else []
        failed = bool(work.unit.letters.failed(letter)) if letter else False
        found = _usable(services, work, standing)
    return RescueWays(
        ways=tuple(
            RescueWay(
                id=it.id,
                address=masked_address(it.address or ""),
                sent=it.id == sent_to,
                failed=it.id == sent_to and failed,
            )
            for it in found
        ),
        shut=shut,
        exhausted=state is not None and state.tries >= TRIES_PER_CODE,
        lifetime=services.rescue_mail.shape.lifetime,
    )


def send(services: Services, token: str | None, number: int, visitor: Visitor) -> None:
    """Send a code to a rescue address; the login lasts as long as the code.

    Raises LoginLapsed, IllegalMove, NoSuchRow, MethodNotOffered for one that does not count yet,
    TooSoon, FactorClosed, TooManyTries, or Unsealable.
    """
    standing = _standing(services, token)
    case = _case(services, standing, visitor)
    with services.begin() as work:
        is_his = number in [it.id for it in work.unit.rescue_addresses.live(case.account.id)]
    if not is_his:
        foreign.refuse(services, case.account.id, KIND, visitor)

    def post(work: Work) -> None:
        codes.must_be_open(services, work, standing, RESCUE, visitor)
        address = work.unit.rescue_addresses.one(case.account.id, number)
        if address is None or address.id not in [it.id for it in _usable(services, work, standing)]:
            raise MethodNotOffered(RESCUE)
        secret, mail = (address.address or "").encode(), services.rescue_mail
        codes.post_again(services, work, mail, case, secret, number)
        until = case.now + mail.shape.lifetime
        work.unit.sessions.prolong(standing.session, until, case.now)

    services.in_one_go(post)


def answer(services: Services, token: str | None, code: str, visitor: Visitor) -> NeedsSetup:
    """Count the answer, look at it, and let the login go on to a new factor, under a new token.

    Raises LoginLapsed, IllegalMove, MethodNotOffered where no address counts, FactorClosed,
    TooSoon, TooManyTries, or WrongAnswer.
    """
    try:
        standing = _standing(services, token)
    except LoginLapsed:
        return _repeat(services, token, code, visitor)
    with services.begin() as work:
        if not _usable(services, work, standing):
            raise MethodNotOffered(RESCUE)
    case = _case(services, standing, visitor)
    guess = attempts.guess_at(services, standing.account, RESCUE, visitor)
    guess = attempts.count(services, guess, visitor, case.binding(RESCUE))
    return second_proof.weigh(
        services,
        standing,
        guess,
        lambda: services.in_one_go(
            lambda work: _accept(services, work, standing, case, guess, code)
        ),
        lambda: _repeat(services, token, code, visitor, guess),
        visitor,
    )


def _accept(
    services: Services, work: Work, standing: Standing, case: Case, guess: Guess, code: str
) -> NeedsSetup:
    attempts.clear(services, work, guess)
    alerts.right_after_failures(services, work, guess, standing.person, case.visitor)
    state = work.unit.codes.state(case.binding(RESCUE))
    services.rescue_mail.confirm(work.unit, case, b"", code)
    # Looked at again: it may have been removed since the code was sent.
    if state is None or state.credential_id not in [
        it.id for it in _usable(services, work, standing)
    ]:
        raise WrongAnswer
    work.record(RescueBegun(account_id=standing.account.id), case.visitor)
    return _go_on(services, work, standing, code)


def _go_on(services: Services, work: Work, standing: Standing, code: str) -> NeedsSetup:
    held, now = standing.session, services.clock()
    rescued = replace(
        held,
        stage=advance(*MOVE),
        proofs=(*held.proofs, RESCUE),
        last_seen_at=now,
        proved_at=now,
        expires_at=now + HALF_OPEN_LIFETIME,
    )
    token = tokens.next_token(services, standing.token)
    answer = services.vault.mac("answer", tokens.answer_text(MOVE, held.id, RESCUE, code))
    old, new = digest(standing.token), digest(token)
    if not work.unit.sessions.promote(held, old, new, answer, rescued):
        raise LoginLapsed
    return NeedsSetup(token)


def _repeat(
    services: Services, token: str | None, code: str, visitor: Visitor, guess: Guess | None = None
) -> NeedsSetup:
    """The right code sent twice by one browser (a double click) lands in the same login. Raises
    LoginLapsed for everything else."""
    _, _, after = second_proof.find_repeated(
        services, token, Stage.HALF_OPEN, MOVE, RESCUE, code, visitor, guess
    )
    return NeedsSetup(after)


def _standing(services: Services, token: str | None) -> Standing:
    standing = sessions.find_half_open(services, token)
    sessions.must_not_be_rescued(standing)
    return standing


def _case(services: Services, standing: Standing, visitor: Visitor) -> Case:
    return codes.case_of(services, standing, Purpose.RESCUE, visitor)


def _usable(services: Services, work: Work, standing: Standing) -> list[RescueAddress]:
    """Where there is nothing to be rescued from there is no way: whoever has no factor proves the
    address on file, and whom an administrator helps waits for his link."""
    account = standing.account
    if account.needs_setup_link or not work.unit.credentials.counts(account.id):
        return []
    found = work.unit.rescue_addresses.live(account.id)
    return [it for it in found if it.is_usable(services.clock(), standing.person.email)]
