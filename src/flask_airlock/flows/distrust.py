"""Browsers are trusted no longer, and the sessions that leaned on it end."""

from ..domain.accounts import Visitor
from ..domain.events import TrustedBrowserEnded
from ..domain.trust import Ending
from .services import Services, Work


def end(
    services: Services,
    work: Work,
    account_id: int,
    browser_id: int,
    reason: Ending,
    visitor: Visitor,
) -> bool:
    """Trust one browser of an account no longer, with the sessions in which it stands for the
    second factor; False for one that is not trusted, or not his."""
    now = services.clock()
    if not work.unit.trusted_browsers.end(account_id, browser_id, reason, now):
        return False
    work.unit.sessions.end_trusted(account_id, now, browser_id)
    _note_ended(work, account_id, 1, reason, visitor)
    return True


def end_behind(
    services: Services, work: Work, account_id: int, session_id: int, visitor: Visitor
) -> None:
    """The same for the browser that a session leaned on when it was signed out: or a password alone
    would lead inside again there."""
    trusted = work.unit.sessions.trust_of(session_id)
    if trusted is not None:
        end(services, work, account_id, trusted, Ending.SIGNED_OUT, visitor)


def end_all(
    services: Services, work: Work, account_id: int, reason: Ending, visitor: Visitor
) -> None:
    """The same for all of an account: called wherever a password, a factor or an address is
    another one, and where everybody is signed out (S-112)."""
    now = services.clock()
    ended = work.unit.trusted_browsers.end_all(account_id, reason, now)
    work.unit.sessions.end_trusted(account_id, now)
    if ended:
        _note_ended(work, account_id, ended, reason, visitor)


def _note_ended(work: Work, account_id: int, ended: int, reason: Ending, visitor: Visitor) -> None:
    over = TrustedBrowserEnded(account_id=account_id, ended=ended, reason=reason.value)
    work.record(over, visitor)
