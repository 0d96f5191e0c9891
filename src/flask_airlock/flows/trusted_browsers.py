"""The list of one's own trusted browsers: renamed, removed one by one, or all at once."""

from datetime import datetime

from ..domain.accounts import Visitor, describe_agent
from ..domain.factor_names import clean_name
from ..domain.records import Record
from ..domain.trust import Ending, TrustedBrowser, token_in
from . import distrust, foreign, sessions
from .services import Services, Work
from .sessions import Standing

KIND = "trusted_browser"


class Line(Record):
    """A browser of the list; `is_this` says that it is the one that asks."""

    id: int
    name: str
    browser: str
    address: str
    added_at: datetime
    last_used_at: datetime
    ends_at: datetime
    is_this: bool


def listed(services: Services, token: str | None, visitor: Visitor) -> list[Line]:
    """The trusted browsers of who is signed in, this one and then the one used last first.

    Raises LoginLapsed.
    """
    standing = sessions.find_signed_in(services, token)
    now, brought = services.clock(), token_in(standing.account, visitor.marks)
    with services.begin() as work:
        found = work.unit.trusted_browsers.of_account(standing.account.id, now)
    series = brought.series_digest if brought else None
    lines = [_line(services, browser, series) for browser in found]
    alive = [line for line in lines if line.ends_at > now]
    return sorted(alive, key=lambda line: not line.is_this)


def count(services: Services, work: Work, account_id: int) -> int:
    """How many browsers of an account are trusted."""
    return len(work.unit.trusted_browsers.of_account(account_id, services.clock()))


def rename(
    services: Services, token: str | None, browser_id: int, name: str, visitor: Visitor
) -> None:
    """Call one that. Raises LoginLapsed, InvalidName, or NoSuchRow."""
    standing, now = sessions.find_signed_in(services, token), services.clock()
    account_id, chosen = standing.account.id, clean_name(name)
    with services.begin() as work:
        done = work.unit.trusted_browsers.rename(account_id, browser_id, chosen, now)
    if not done:
        foreign.refuse(services, account_id, KIND, visitor)


def remove(services: Services, token: str | None, browser_id: int, visitor: Visitor) -> None:
    """Trust one no longer; nothing where that is so already. Raises LoginLapsed, or NoSuchRow."""
    standing = sessions.find_signed_in(services, token)

    def do(work: Work) -> bool:
        work.unit.accounts.lock(standing.account.id)
        one = (standing.account.id, browser_id)
        return distrust.end(services, work, *one, Ending.REMOVED, visitor)

    if not services.in_one_go(do):
        account_id = standing.account.id
        foreign.unless_over(
            services,
            account_id,
            KIND,
            visitor,
            lambda unit: unit.trusted_browsers.is_of(browser_id, account_id),
        )


def remove_all(services: Services, token: str | None, visitor: Visitor) -> None:
    """Trust none any longer. Raises LoginLapsed."""
    standing: Standing = sessions.find_signed_in(services, token)

    def do(work: Work) -> None:
        work.unit.accounts.lock(standing.account.id)
        distrust.end_all(services, work, standing.account.id, Ending.REMOVED, visitor)

    services.in_one_go(do)


def _line(services: Services, browser: TrustedBrowser, series: bytes | None) -> Line:
    lifetime = services.settings.two_factor_trusted_browsers
    return Line(
        id=browser.id,
        name=browser.name,
        browser=describe_agent(browser.agent),
        address=browser.address,
        added_at=browser.created_at,
        last_used_at=browser.last_used_at,
        ends_at=browser.ends_at(lifetime) if lifetime else browser.expires_at,
        is_this=browser.series == series,
    )
