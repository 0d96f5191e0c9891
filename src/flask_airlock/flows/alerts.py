"""Letters about logins that may be somebody else's: a new browser, and many wrong answers."""

from ..domain.accounts import Account, Person, Visitor
from ..domain.throttle import Guess, Side
from . import notices
from .services import Services, Work

# So many wrong second factors in a row mean that somebody has the password.
WRONG_UNTIL_TOLD = 3
# A success after so many failures may be a guess that was right.
FAILURES_WORTH_A_LETTER = 5


def new_browser(
    services: Services, work: Work, account: Account, person: Person, side: Side, visitor: Visitor
) -> None:
    """Somebody is about to come in by a browser that the account does not know; at the very first
    login there is nothing to tell it from."""
    if side is Side.STRANGERS and work.unit.events.logins(account.id, 1):
        notices.tell(services, work, account.id, person.email, "new_browser", visitor)


def right_after_failures(
    services: Services, work: Work, guess: Guess, person: Person, visitor: Visitor
) -> None:
    """An answer is right, after how many wrong ones in a row; its own try was counted as one."""
    failures = guess.in_a_row - guess.tries
    if guess.account_id is not None and failures >= FAILURES_WORTH_A_LETTER:
        notices.tell(
            services, work, guess.account_id, person.email, "right_after_failures", visitor,
            method=guess.subject, failures=failures,
        )  # fmt: skip


def wrong_factor(
    services: Services, guess: Guess, person: Person, visitor: Visitor, *, is_shut: bool
) -> None:
    """A second factor was answered wrongly by who knows the password: the third time in a row is
    told, and that the method was closed."""

    def tell(work: Work) -> None:
        told = []
        if work.unit.throttles.claim_letter(guess, WRONG_UNTIL_TOLD, services.clock()):
            told.append("wrong_factor")
        if is_shut:
            told.append("factor_closed")
        if not told:
            return
        # Whoever is removed meanwhile is told nothing, and nothing of his is left behind.
        work.unit.accounts.lock(guess.account_id)
        if work.unit.accounts.of_user(person.user_id) is None:
            return
        for template in told:
            notices.tell(
                services, work, guess.account_id, person.email, template, visitor,
                method=guess.subject,
            )  # fmt: skip

    services.in_one_go(tell)
