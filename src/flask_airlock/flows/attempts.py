"""Guard a guess: refuse or count it before the answer is looked at, clear after a success."""

from ..domain.accounts import Account, Visitor
from ..domain.browsers import side_of
from ..domain.events import FactorRefused, FactorShut
from ..domain.one_time_codes import CodeBinding
from ..domain.throttle import Side, sides_freed_by_success
from ..errors import FactorClosed, TooManyTries
from .services import Services, Work


def side_for(services: Services, account: Account, visitor: Visitor) -> Side:
    """Whether this browser signed in to this account before."""
    return side_of(services.vault, account.handle, visitor.marks)


def count(
    services: Services,
    account_id: int,
    method: str,
    side: Side,
    visitor: Visitor,
    code: CodeBinding | None = None,
) -> None:
    """Count a try in a transaction of its own, so that nothing can undo it.

    Raises FactorClosed after too many wrong answers in a row, TooManyTries when the code that
    is being guessed (`code`) has none left.
    """
    with services.begin() as work:
        may_try = code is None or work.unit.codes.count_try(code)
        # A code that was never sent has no tries left either, but is simply a wrong answer.
        exhausted = not may_try and code is not None and work.unit.codes.exists(code)
        closed = not exhausted and not work.unit.throttles.count(account_id, method, side)
        if closed:
            work.record(
                FactorRefused(account_id=account_id, method=method, reason=FactorClosed.code),
                visitor,
            )
    if exhausted:
        raise TooManyTries
    if closed:
        raise FactorClosed


def refused(
    services: Services, account_id: int, method: str, side: Side, reason: str, visitor: Visitor
) -> None:
    """Record a wrong answer, and that the factor closed with it."""
    with services.begin() as work:
        work.record(FactorRefused(account_id=account_id, method=method, reason=reason), visitor)
        if method in work.unit.throttles.closed(account_id, side):
            shut = FactorShut(account_id=account_id, method=method, side=side.value)
            work.record(shut, visitor)


def clear(work: Work, account_id: int, method: str, side: Side) -> None:
    """A right answer: start again from zero, on both sides if this browser is known."""
    work.unit.throttles.clear(account_id, sides_freed_by_success(side), method)
