"""The time in which somebody who was asked for a first second factor may still do without."""

from datetime import datetime

from ..domain.accounts import Account, Person, Visitor
from ..domain.events import FactorAskedFor
from . import notices, policy
from .services import Services, Work
from .sessions import Current, role_names


def ask(
    services: Services, work: Work, account: Account, person: Person, visitor: Visitor
) -> datetime | None:
    """Ask somebody at the first door for a second factor, by letter the first time.

    Until when he may do without; None where he may not. The account is locked.
    """
    if not services.policy.grace:
        return None
    now = services.clock()
    if not work.unit.accounts.ask_for_factor(account.id, now):
        return policy.grace_until(services, account)
    due_at = now + services.policy.grace
    due = notices.in_words(due_at)
    notices.tell(services, work, account.id, person.email, "second_factor_due", visitor, due=due)
    work.record(FactorAskedFor(account_id=account.id, due_at=due_at.isoformat()), visitor)
    return due_at


def due_at(services: Services, current: Current | None) -> datetime | None:
    """When who is signed in by a first factor alone has to have a second; None without a day."""
    if current is None:
        return None
    return policy.factor_due_at(services, current.account, lambda: role_names(current.user))
