"""Every second factor of an account is lost or in other hands: all that could open it ends."""

from ..domain.accounts import Account, Visitor
from ..domain.link_tokens import LinkPurpose
from ..domain.throttle import Side, owner_of_user
from ..domain.trust import Ending
from . import distrust
from .services import Services, Work


def take_everything(
    services: Services, work: Work, account: Account, by: str, visitor: Visitor,
    *, kept_session: int = 0,
) -> None:  # fmt: skip
    """Take the factors away, unfinished set-ups, links, sessions, and browsers that are known or
    trusted, and forget wrong answers. One session may go on."""
    unit, now = work.unit, services.clock()
    unit.accounts.lock(account.id)
    unit.credentials.revoke_all(account.id, by, now)
    unit.recovery_codes.void_all(account.id, now)
    unit.setups.void_others(account.id, now)
    unit.sessions.end_others(account.id, kept_session, now)
    unit.link_tokens.void_all(account.id, now)
    unit.link_tokens.void(account.id, LinkPurpose.FACTOR_SETUP, now)
    unit.accounts.forget_browsers(account.id)
    distrust.end_all(services, work, account.id, Ending.RECOVERY, visitor)
    owner = owner_of_user(account.user_id)
    unit.throttles.clear(owner, tuple(Side))
    unit.windows.forget(owner, tuple(Side))
    unit.users.mirror(account.user_id, "two_factor_primary_method", None)
