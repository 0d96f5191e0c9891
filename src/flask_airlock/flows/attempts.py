"""Guard a guess: refuse or count it before the answer is looked at, clear after a success."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ..domain.accounts import Account, Visitor
from ..domain.browsers import side_of
from ..domain.events import (
    Event,
    FactorRefused,
    FactorShut,
    FirstFactorRefused,
    PasswordCheckRefused,
    SetupRefused,
)
from ..domain.one_time_codes import CodeBinding
from ..domain.policy import RESCUE
from ..domain.recovery_codes import RECOVERY
from ..domain.throttle import (
    ASKED_AGAIN,
    FACTORS,
    FIRST_DOOR,
    SETUP,
    Guess,
    Shut,
    Side,
    is_of_setup,
    owner_of_user,
    sides_freed_by_success,
)
from ..errors import AirlockError, FactorClosed, PasswordClosed, TooManyTries, TooSoon
from ..storage.transaction import Unit
from . import watch
from .services import Services, Work


def side_for(services: Services, account: Account, visitor: Visitor) -> Side:
    """Whether this browser signed in to this account before."""
    return side_of(services.vault, account, visitor.marks)


def guess_at(
    services: Services, account: Account, subject: str, visitor: Visitor, tries: int = 1
) -> Guess:
    """What a visitor guesses at, of an account that there is."""
    return Guess(
        owner=owner_of_user(account.user_id),
        account_id=account.id,
        subject=subject,
        side=side_for(services, account, visitor),
        tries=tries,
    )


def all_shut(services: Services, unit: Unit, account: Account, side: Side) -> dict[str, Shut]:
    """What of an account nobody of that side is listened to for now, and until when."""
    limits, now, owner = services.settings.limits, services.clock(), owner_of_user(account.user_id)
    shut, opens_at = unit.throttles.all_shut(owner, side, limits, now)
    if opens_at > now:
        for method in _of_the_budget(services):
            held = shut.get(method)
            if held is None or (held.until is not None and held.until < opens_at):
                shut[method] = Shut(opens_at, for_all=True)
    return shut


def _of_the_budget(services: Services) -> list[str]:
    return [*(factor.name for factor in services.factors), RECOVERY, RESCUE]


def forgive(services: Services, work: Work, user_id: Any) -> None:
    """A mailed link has set the password: who typed wrong ones is forgotten. What strangers spent
    of the second factors comes back a little, once in a month: enough for the owner, and too
    little for a thief who reads his mail."""
    owner, limits = owner_of_user(user_id), services.settings.limits
    # All of them at once, in one order.
    work.unit.throttles.hold(user_id)
    for subject in (FIRST_DOOR, ASKED_AGAIN):
        work.unit.throttles.clear(owner, tuple(Side), subject)
    methods = _of_the_budget(services)
    once = (services.clock(), limits.factor_budget.length)
    work.unit.throttles.forgive(owner, methods, limits.factors.stop, *once)
    work.unit.windows.give_back(owner, FACTORS, limits.factors.free, *once)


class NotListenedTo(Exception):
    """A guess is not looked at; `problem` is what its visitor is told, `reason` what is kept."""

    def __init__(self, guess: Guess, problem: AirlockError, reason: str | None = None) -> None:
        super().__init__()
        self.guess = guess
        self.problem = problem
        self.reason = reason or problem.code


@contextmanager
def heard_or_refused(services: Services, visitor: Visitor) -> Iterator[None]:
    """Around the transaction in which a guess is counted: one that is not listened to is recorded,
    and raises what its visitor is told."""
    try:
        yield
    except NotListenedTo as unheard:
        refused(services, unheard.guess, unheard.reason, visitor)
        raise unheard.problem from None


def count(
    services: Services, guess: Guess, visitor: Visitor, code: CodeBinding | None = None
) -> Guess:
    """Count a try in a transaction of its own, so that nothing can undo it; the guess with what
    came of it.

    Raises FactorClosed or PasswordClosed after too many wrong answers in a row, TooSoon while
    nobody is listened to, and TooManyTries when the code that is guessed (`code`) has none left.
    """
    with heard_or_refused(services, visitor):
        return services.in_one_go(lambda work: counted(services, work, guess, code))


def counted(services: Services, work: Work, guess: Guess, code: CodeBinding | None = None) -> Guess:
    """The same within a transaction that has read and does nothing more. Raises NotListenedTo or
    TooManyTries."""
    limits, now = services.settings.limits, services.clock()
    limit = limits.of(guess.subject)
    # Of these rows the throttle's is taken first by every count: or two would deadlock.
    in_a_row = work.unit.throttles.count(guess, limit, now)
    if in_a_row is None:
        shut, _ = work.unit.throttles.all_shut(guess.owner, guess.side, limits, now)
        # Somebody else's right answer may have opened it just now: that is a moment's wait.
        until = shut.get(guess.subject, Shut(now + limit.first_wait))
        raise NotListenedTo(guess, told(guess, until))
    if guess.spends_budget:
        _spend_budget(services, work, guess)
    out_of_tries = code is not None and not work.unit.codes.count_try(code)
    # A code that was never sent has no tries left either, but is simply a wrong answer.
    if out_of_tries and code is not None and work.unit.codes.exists(code):
        # The answer will not be looked at, so it is no failure of the factor.
        raise TooManyTries
    return replace(guess, in_a_row=in_a_row)


def _spend_budget(services: Services, work: Work, guess: Guess) -> None:
    window, now = services.settings.limits.factor_budget, services.clock()
    mine = (guess.owner, FACTORS, guess.side)
    windows = work.unit.windows
    if not windows.count(guess.owner, guess.account_id, *mine[1:], window, now, guess.tries):
        room_at = windows.room_at(*mine, window, now, guess.tries)
        raise NotListenedTo(guess, TooSoon(room_at, for_all=True))


def told(guess: Guess, shut: Shut) -> AirlockError:
    """The error for somebody who is not listened to."""
    if shut.until is not None:
        return TooSoon(shut.until, for_all=shut.for_all)
    return PasswordClosed() if guess.subject == FIRST_DOOR else FactorClosed()


def refused(services: Services, guess: Guess, reason: str, visitor: Visitor) -> bool:
    """Record a wrong answer, and that its subject closed with it: then True."""
    limit = services.settings.limits.of(guess.subject)

    def record(work: Work) -> bool:
        is_shut = work.unit.throttles.shut(guess, services.clock(), limit)
        if is_shut:
            shut = FactorShut(
                account_id=guess.account_id, method=guess.subject, side=guess.side.value
            )
            work.record(shut, visitor)
        work.record(_refusal(guess, reason), visitor)
        return is_shut

    is_shut = services.in_one_go(record)
    watch.after_a_failure(services)
    return is_shut


def _refusal(guess: Guess, reason: str) -> Event:
    account_id, subject = guess.account_id, guess.subject
    if subject == FIRST_DOOR:
        return FirstFactorRefused(account_id=account_id, reason=reason)
    if account_id is None:
        raise ValueError("nobody's guess is at a password")
    if subject == ASKED_AGAIN:
        return PasswordCheckRefused(account_id=account_id, reason=reason)
    kind = SetupRefused if is_of_setup(subject) else FactorRefused
    return kind(account_id=account_id, method=subject.removeprefix(SETUP), reason=reason)


def clear(services: Services, work: Work, guess: Guess) -> None:
    """A right answer: start again from zero, on both sides if this browser is known; of the
    month's budget only what this very answer took in advance comes back."""
    work.unit.throttles.clear(guess.owner, sides_freed_by_success(guess.side), guess.subject)
    if guess.spends_budget:
        window, now = services.settings.limits.factor_budget, services.clock()
        work.unit.windows.refund(guess.owner, FACTORS, guess.side, window, now, guess.tries)
