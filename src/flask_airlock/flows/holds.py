"""A mailbox that has just reset the password is no second proof beside it (S-36)."""

from datetime import datetime

from ..domain.accounts import Account, Visitor
from ..domain.events import MailboxReleased
from ..domain.throttle import Side
from ..errors import MailboxHeld
from . import attempts
from .services import Services, Work


def held_until(services: Services, account: Account, side: Side) -> datetime | None:
    """Until when codes by mail count for nothing; None where they count.

    A browser that gave two proofs before is the owner's: for it there is no hold.
    """
    if account.mailbox_reset_at is None or side is Side.KNOWN:
        return None
    until = account.mailbox_reset_at + services.settings.reset_hold
    return until if services.clock() < until else None


def must_not_be_held(services: Services, account: Account, visitor: Visitor) -> None:
    """Raise MailboxHeld while the mailbox is no second proof for this browser."""
    until = held_until(services, account, attempts.side_for(services, account, visitor))
    if until is not None:
        raise MailboxHeld(until)


def release(work: Work, account: Account, visitor: Visitor) -> None:
    """Somebody came in by two proofs: from now on the mailbox counts again."""
    if account.mailbox_reset_at is not None and work.unit.accounts.release_mailbox(account.id):
        work.record(MailboxReleased(account_id=account.id), visitor)
