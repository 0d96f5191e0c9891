"""A second factor is proved: at the second door, or once more by who is inside."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ..domain.accounts import Account, Visitor
from ..domain.events import FactorAccepted, ProvedAgain
from ..domain.login_state import SignedIn, Stage, Step
from ..domain.one_time_codes import Purpose
from ..domain.sessions import DOUBLE_CLICK, Session, is_within
from ..domain.throttle import Guess
from ..domain.vault import digest
from ..errors import LoginLapsed, MethodNotOffered, Unsealable, WrongAnswer
from ..factors.protocol import Case
from . import alerts, attempts, codes, holds, rescues, sessions, tokens, trust
from .services import Services, Work
from .sessions import Standing

T = TypeVar("T")
MOVES = {
    Purpose.LOGIN: (Stage.HALF_OPEN, Step.SECOND_FACTOR),
    Purpose.STEP_UP: (Stage.SIGNED_IN, Step.PROVED_AGAIN),
}


def answer(
    services: Services, purpose: Purpose, token: str | None, method: str, code: str,
    visitor: Visitor, *, trusts: bool = False,
) -> SignedIn:  # fmt: skip
    """Count the answer, look at it, and move the session on. `code` is digits only; `trusts` where
    the person wants to be asked for none in this browser for a while. Raises LoginLapsed,
    MethodNotOffered, FactorClosed, TooSoon, TooManyTries, MailboxHeld, WrongAnswer, Unsealable, or
    IllegalMove after a rescue."""
    move = MOVES[purpose]
    if not token:
        raise LoginLapsed

    def count(work: Work) -> tuple[Standing, Case, Guess]:
        standing = sessions.found_in(services, work.unit, token, move[0])
        sessions.must_not_be_rescued(standing)
        factor, case = services.factors[method], codes.case_of(services, standing, purpose, visitor)
        tries = _tries_of_an_answer(services, standing, method)
        guess = attempts.guess_at(services, standing.account, method, visitor, tries)
        if factor is services.mailbox:
            holds.must_not_be_held(services, standing.account, visitor)
        binding = case.binding(method) if factor.posts_codes else None
        return standing, case, attempts.counted(services, work, guess, binding)

    try:
        with attempts.heard_or_refused(services, visitor):
            standing, case, guess = services.in_one_go(count)
    except LoginLapsed:
        return repeat(services, token, move, method, code, visitor)
    return weigh(
        services,
        standing,
        guess,
        lambda: _accept(services, standing, case, guess, code, trusts=trusts),
        lambda: repeat(services, token, move, method, code, visitor, guess),
        visitor,
    )


def weigh(
    services: Services, standing: Standing, guess: Guess, accept: Callable[[], T],
    again: Callable[[], T], visitor: Visitor,
) -> T:  # fmt: skip
    """Look at an answer that was counted: `accept` it, or see whether it is one come `again`; else
    it is refused as `accept` did. Raises WrongAnswer, LoginLapsed, or Unsealable."""
    try:
        return accept()
    except (WrongAnswer, LoginLapsed, Unsealable) as refusal:
        try:
            return again()
        except LoginLapsed:
            is_shut = attempts.refused(services, guess, refusal.code, visitor)
            if isinstance(refusal, WrongAnswer):
                alerts.wrong_factor(services, guess, standing.person, visitor, is_shut=is_shut)
            raise refusal from None


def repeat(
    services: Services, token: str | None, move: tuple[Stage, Step], method: str, code: str,
    visitor: Visitor, guess: Guess | None = None,
) -> SignedIn:  # fmt: skip
    """The right answer sent twice by one browser (a double click) lands in the same session; see
    `find_repeated`."""
    session, account, after = find_repeated(
        services, token, Stage.SIGNED_IN, move, method, code, visitor, guess
    )
    lifetime = session.cookie_lifetime(services.clock())
    if token is None or move[0] is not Stage.HALF_OPEN:
        # Who was inside already gets no mark: a copied cookie must not earn one.
        return SignedIn(after, None, None, lifetime=lifetime)
    with services.begin() as work:
        trusted = trust.added_just_now(services, work, account, token)
    mark = sessions.mark_of(services, account, session)
    return SignedIn(after, session.next_url, mark, trust=trusted, lifetime=lifetime)


def find_repeated(
    services: Services, token: str | None, stage: Stage, move: tuple[Stage, Step], method: str,
    code: str, visitor: Visitor, guess: Guess | None = None,
) -> tuple[Session, Account, str]:  # fmt: skip
    """The session of that stage to which this very answer led a moment ago, and its token.

    Both answers carry the same new token, which only we can compute from the old one. `guess` was
    counted already, if given; `move` is what the first half did. Raises LoginLapsed for everything
    else: no session, another answer, a moment later.
    """
    if not token:
        raise LoginLapsed
    now = services.clock()
    with services.begin() as work:
        found = work.unit.sessions.promoted_from(digest(token), now, stage)
    if found is None or not is_within(DOUBLE_CLICK, found[0].proved_at, now):
        raise LoginLapsed
    session, account, answer = found
    if guess is None:
        # This looks at an answer, so it counts as a try like any other.
        guess = attempts.guess_at(services, account, method, visitor)
        guess = attempts.count(services, guess, visitor)
    said = tokens.answer_text(move, session.id, method, code)
    if not services.vault.verify_mac("answer", said, answer):
        raise LoginLapsed
    services.in_one_go(lambda work: attempts.clear(services, work, guess))
    return session, account, tokens.token_after(services, session, token)


def _accept(
    services: Services, standing: Standing, case: Case, guess: Guess, code: str, *, trusts: bool
) -> SignedIn:
    account_id, method = standing.account.id, guess.subject

    def accept(work: Work) -> SignedIn:
        attempts.clear(services, work, guess)
        alerts.right_after_failures(services, work, guess, standing.person, case.visitor)
        credentials = work.unit.credentials.opened(standing.factors, method)
        services.factors[method].answer(work.unit, case, credentials, code)
        work.record(FactorAccepted(account_id=account_id, method=method), case.visitor)
        step = MOVES[case.purpose][1]
        if step is Step.PROVED_AGAIN:
            work.record(ProvedAgain(account_id=account_id, method=method), case.visitor)
            rescues.cancel_by_login(services, work, standing.account, case.visitor)
        else:
            who = (standing.account, standing.person, guess.side)
            alerts.new_browser(services, work, *who, case.visitor)
        inside = sessions.promote(services, work, standing, step, method, code, case.visitor)
        if not trusts:
            return inside
        return replace(inside, trust=trust.add(services, work, standing, method, case.visitor))

    return services.in_one_go(accept)


def _tries_of_an_answer(services: Services, standing: Standing, method: str) -> int:
    """With how many secrets an answer is compared; raises MethodNotOffered where there is none."""
    counts = standing.methods
    if method not in services.factors.enabled(counts):
        raise MethodNotOffered(method)
    # A posted code is one, wherever it went.
    return 1 if services.factors[method].posts_codes else counts[method]
