"""Guard a guess: refuse or count it before the answer is looked at, clear after a success."""

from ..domain.accounts import Account, Visitor
from ..domain.browsers import side_of
from ..domain.events import FactorRefused, FactorShut, PasswordCheckRefused, SetupRefused
from ..domain.one_time_codes import CodeBinding
from ..domain.throttle import ASKED_AGAIN, SETUP, Side, reopens, sides_freed_by_success
from ..errors import FactorClosed, TooManyTries
from .services import Services, Work


def side_for(services: Services, account: Account, visitor: Visitor) -> Side:
    """Whether this browser signed in to this account before."""
    return side_of(services.vault, account, visitor.marks)


def count(
    services: Services,
    account_id: int,
    subject: str,
    side: Side,
    visitor: Visitor,
    code: CodeBinding | None = None,
) -> None:
    """Count a try in a transaction of its own, so that nothing can undo it.

    Raises FactorClosed after too many wrong answers in a row, TooManyTries when the code that
    is being guessed (`code`) has none left.
    """

    def count_both(work: Work) -> bool:
        # Of two rows every flow takes the throttle's first: the other order would deadlock.
        may_try = work.unit.throttles.count(account_id, subject, side, services.clock())
        out_of_tries = may_try and code is not None and not work.unit.codes.count_try(code)
        # A code that was never sent has no tries left either, but is simply a wrong answer.
        if out_of_tries and code is not None and work.unit.codes.exists(code):
            # The answer will not be looked at, so it is no failure of the factor.
            raise TooManyTries
        return may_try

    if not services.in_one_go(count_both):
        refused(services, account_id, subject, side, FactorClosed.code, visitor)
        raise FactorClosed


def refused(
    services: Services, account_id: int, subject: str, side: Side, reason: str, visitor: Visitor
) -> None:
    """Record a wrong answer, and that the factor closed with it."""

    method = subject.removeprefix(SETUP)

    def record(work: Work) -> None:
        if work.unit.throttles.shut(account_id, subject, side, services.clock()):
            shut = FactorShut(account_id=account_id, method=subject, side=side.value)
            work.record(shut, visitor)
        if subject == ASKED_AGAIN:
            work.record(PasswordCheckRefused(account_id=account_id, reason=reason), visitor)
            return
        kind = SetupRefused if reopens(subject) else FactorRefused
        work.record(kind(account_id=account_id, method=method, reason=reason), visitor)

    services.in_one_go(record)


def clear(work: Work, account_id: int, subject: str, side: Side) -> None:
    """A right answer: start again from zero, on both sides if this browser is known."""
    work.unit.throttles.clear(account_id, sides_freed_by_success(side), subject)
