"""Removing one's own account: a while in which signing in keeps it, then it goes."""

from datetime import datetime

from ..domain.accounts import Visitor
from ..domain.events import DeletionRequested
from ..domain.sessions import DOUBLE_CLICK
from ..domain.trust import Ending
from ..domain.vault import digest
from ..errors import LoginLapsed
from . import distrust, notices, password_checks, sessions
from .services import Services, Work


def ask(services: Services, token: str | None, current: str, visitor: Visitor) -> datetime:
    """Let the account go; every session ends. When it will be removed.

    Raises LoginLapsed, ProofTooOld, and what `password_checks.check` raises.
    """
    try:
        return _ask(services, token, current, visitor)
    except LoginLapsed:
        return _asked_just_now(services, token)


def _asked_just_now(services: Services, token: str | None) -> datetime:
    """A double click gets the same answer; raises LoginLapsed for everything else."""
    if token:
        since = services.clock() - DOUBLE_CLICK
        with services.begin() as work:
            account = work.unit.sessions.account_of_ended(digest(token), since)
        if account is not None and account.delete_at is not None:
            return account.delete_at
    raise LoginLapsed


def _ask(services: Services, token: str | None, current: str, visitor: Visitor) -> datetime:
    standing = sessions.find_signed_in(services, token)
    password_checks.must_be_fresh(services, standing)
    password_checks.check(services, standing, current, visitor)
    at = services.clock() + services.settings.deletion_delay

    def schedule(work: Work) -> None:
        sessions.must_still_be(services, work, standing)
        account_id, to = standing.account.id, standing.person.email
        if not work.unit.accounts.schedule_deletion(account_id, at):
            raise LoginLapsed
        work.unit.sessions.end_all(account_id, services.clock())
        work.unit.link_tokens.void_all(account_id, services.clock())
        distrust.end_all(services, work, account_id, Ending.DELETION, visitor)
        on = notices.in_words(at)
        notices.tell(services, work, account_id, to, "account_going", visitor, on=on)
        work.record(DeletionRequested(account_id=account_id), visitor)

    services.in_one_go(schedule)
    return at
