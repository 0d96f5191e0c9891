"""A second factor is proved: at the second door, or once more by who is inside."""

from ..domain.accounts import Visitor
from ..domain.events import FactorAccepted, ProvedAgain
from ..domain.login_state import SignedIn, Step
from ..domain.one_time_codes import Purpose
from ..domain.throttle import Guess
from ..errors import LoginLapsed, MethodNotOffered, Unsealable, WrongAnswer
from ..factors.protocol import Case
from . import attempts, codes, holds, sessions
from .services import Services, Work
from .sessions import Standing

STEPS = {Purpose.LOGIN: Step.SECOND_FACTOR, Purpose.STEP_UP: Step.PROVED_AGAIN}


def prove(
    services: Services, standing: Standing, purpose: Purpose, method: str, code: str,
    visitor: Visitor,
) -> SignedIn:  # fmt: skip
    """Count the answer, look at it, and move the session on. `code` is digits only. Raises
    LoginLapsed, MethodNotOffered, FactorClosed, TooSoon, TooManyTries, MailboxHeld, WrongAnswer,
    or Unsealable."""
    factor = services.factors[method]
    case = codes.case_of(services, standing, purpose, visitor)
    tries = _tries_of_an_answer(services, standing, method)
    guess = attempts.guess_at(services, standing.account, method, visitor, tries)
    if factor is services.mailbox:
        holds.must_not_be_held(services, standing.account, visitor)
    binding = case.binding(method) if factor.posts_codes else None
    attempts.count(services, guess, visitor, binding)
    try:
        return _accept(services, standing, case, guess, code)
    except (WrongAnswer, LoginLapsed, Unsealable) as refusal:
        try:
            token = standing.token
            return sessions.repeat(services, token, method, code, visitor, is_counted=True)
        except LoginLapsed:
            attempts.refused(services, guess, refusal.code, visitor)
            raise refusal from None


def _accept(
    services: Services, standing: Standing, case: Case, guess: Guess, code: str
) -> SignedIn:
    account_id, method = standing.account.id, guess.subject

    def accept(work: Work) -> SignedIn:
        attempts.clear(services, work, guess)
        credentials = work.unit.credentials.of_method(account_id, method)
        services.factors[method].answer(work.unit, case, credentials, code)
        work.record(FactorAccepted(account_id=account_id, method=method), case.visitor)
        step = STEPS[case.purpose]
        if step is Step.PROVED_AGAIN:
            work.record(ProvedAgain(account_id=account_id, method=method), case.visitor)
        return sessions.promote(services, work, standing, step, method, code, case.visitor)

    return services.in_one_go(accept)


def _tries_of_an_answer(services: Services, standing: Standing, method: str) -> int:
    """With how many secrets an answer is compared; raises MethodNotOffered where there is none."""
    with services.begin() as work:
        counts = work.unit.credentials.counts(standing.account.id)
    if method not in services.factors.enabled(counts):
        raise MethodNotOffered(method)
    # A posted code is one, wherever it went.
    return 1 if services.factors[method].posts_codes else counts[method]
