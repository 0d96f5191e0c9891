"""Client networks: how often one may be wrong, or ask for letters, from browsers nobody knows.

It hinders whoever tries many names. What one account bears is counted in the database, and goes
on where the store of these counts is gone.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from ..domain.accounts import Account, Visitor
from ..domain.browsers import side_of
from ..domain.events import NetworkCountsGone
from ..domain.networks import network_of
from ..domain.throttle import Side
from ..errors import CountsGone, TooSoon
from .services import Services

if TYPE_CHECKING:
    from ..delivery.networks import NetworkCounts

T = TypeVar("T")
USE = "network"


def wait_of(services: Services, what: str, visitor: Visitor) -> timedelta:
    """How long a browser of this network that nobody knows has to wait; zero for not at all."""
    none = timedelta(0)
    return _asked(services, what, visitor, lambda counts, name: counts.wait(what, name), none)


def must_not_wait(services: Services, wait: timedelta) -> None:
    """Raise TooSoon where there is a wait."""
    if wait:
        raise TooSoon(services.clock() + wait)


def is_stranger(
    services: Services, account: Account | None, visitor: Visitor, wait: timedelta
) -> bool:
    """Whether the account does not know this browser; raises TooSoon where such have to wait."""
    if account is not None and side_of(services.vault, account, visitor.marks) is Side.KNOWN:
        return False
    must_not_wait(services, wait)
    return True


def count(services: Services, what: str, visitor: Visitor) -> None:
    """Count one more of this network."""
    _asked(services, what, visitor, lambda counts, name: counts.count(what, name), None)


def _asked(
    services: Services,
    what: str,
    visitor: Visitor,
    ask: Callable[["NetworkCounts", str], T],
    otherwise: T,
) -> T:
    """What the counts say; `otherwise` where they are not asked, or do not answer."""
    network = network_of(visitor.address)
    if network is None or not services.settings.network_limits[what]:
        return otherwise
    try:
        # Kept under a digest: whose address it was is nobody's business there.
        return ask(services.networks(), services.vault.mac(USE, network).hex())
    except CountsGone as gone:
        if gone.is_news:
            with services.begin() as work:
                work.record(NetworkCountsGone(reason=gone.reason), visitor)
        return otherwise
