"""What happens when somebody has come in: holds end, and an account about to go stays."""

from ..domain.accounts import Account, Visitor
from ..domain.events import DeletionCancelled, LoginCompleted
from ..domain.policy import proved_second_factor
from . import holds, notices, rescues
from .services import Services, Work


def welcome(
    services: Services, work: Work, account: Account, proofs: tuple[str, ...], visitor: Visitor,
    *, needs_help: bool = True,
) -> None:  # fmt: skip
    """Record that a login is complete, and what follows from it; `needs_help` where an
    administrator's may wait, which nobody needs any more."""
    work.record(LoginCompleted(account_id=account.id, proofs=proofs), visitor)
    if proved_second_factor(proofs):
        holds.release(work, account, visitor)
        if needs_help:
            rescues.cancel_by_login(services, work, account, visitor)
    if account.delete_at is not None and work.unit.accounts.cancel_deletion(account.id):
        work.record(DeletionCancelled(account_id=account.id), visitor)
        person = work.unit.users.by_id(account.user_id)
        if person is not None:
            notices.tell(services, work, account.id, person.email, "account_kept", visitor)
