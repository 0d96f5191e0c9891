"""Trusted browsers: the box that was ticked, the second step that is skipped, and their end."""

from datetime import datetime, timedelta

from ..domain.accounts import Account, Person, Visitor
from ..domain.events import TrustedBrowserAdded, TrustedBrowserStolen
from ..domain.login_state import KeptMark
from ..domain.records import Record
from ..domain.trust import (
    STRONG_METHODS,
    Ending,
    Token,
    TrustedBrowser,
    binding,
    first_tokens,
    is_bound,
    kept,
    next_tokens,
    token_in,
)
from . import distrust, notices
from .services import Services, Work
from .sessions import Standing


class Trusted(Record):
    """A browser that showed its token: which it is, until when, and the next token for it."""

    id: int
    ends_at: datetime
    mark: KeptMark


def offered(services: Services, method: str) -> timedelta | None:
    """How long a browser may be trusted in which this method was answered; None where it is not
    offered (S-109, S-110)."""
    return services.settings.two_factor_trusted_browsers if method in STRONG_METHODS else None


def add(
    services: Services, work: Work, standing: Standing, method: str, visitor: Visitor
) -> KeptMark | None:
    """Trust the browser of a login that is half open still, and was answered by this method; None
    where that is not offered."""
    lifetime, account, now = offered(services, method), standing.account, services.clock()
    if lifetime is None or not standing.is_half_open:
        return None
    token, browsers = first_tokens(services.vault, standing.token)[0], work.unit.trusted_browsers
    before = token_in(account, visitor.marks)
    held = before and browsers.of_series(account.id, before.series_digest, now)
    if held:
        distrust.end(services, work, account.id, held.id, Ending.REPLACED, visitor)
    browsers.add(
        TrustedBrowser(
            id=0,
            account_id=account.id,
            name=visitor.browser,
            agent=visitor.agent,
            address=visitor.address,
            uses=0,
            created_at=now,
            last_used_at=now,
            expires_at=now + lifetime,
            series=token.series_digest,
            digest=token.digest,
            previous_digest=None,
            # Of the password that was given, should it be another one by now.
            bound_to=binding(
                services.vault,
                account,
                standing.person.password_hash,
                work.unit.credentials.ids(account.id),
            ),
        )
    )
    work.record(TrustedBrowserAdded(account_id=account.id, method=method), visitor)
    return kept(account, token, now + lifetime, now)


def added_just_now(services: Services, work: Work, account: Account, login: str) -> KeptMark | None:
    """What the first half of a double click was given, whose login had this token."""
    now = services.clock()
    for token in first_tokens(services.vault, login):
        browser = work.unit.trusted_browsers.of_series(account.id, token.series_digest, now)
        if browser is not None and browser.knows(token):
            return kept(account, token, browser.expires_at, now)
    return None


def is_shown(services: Services, account: Account, visitor: Visitor) -> bool:
    """Whether the browser brought a token of trust in it, good or not."""
    lifetime = services.settings.two_factor_trusted_browsers
    return lifetime is not None and token_in(account, visitor.marks) is not None


def show(
    services: Services, work: Work, account: Account, person: Person, visitor: Visitor
) -> Trusted | None:
    """Look at the token that a browser brought with the first proof; None asks the second step.

    A token that is spent was copied: then nobody with one of that series is trusted any longer.
    """
    lifetime, now = services.settings.two_factor_trusted_browsers, services.clock()
    token = token_in(account, visitor.marks)
    if lifetime is None or token is None:
        return None
    browser = work.unit.trusted_browsers.of_series(account.id, token.series_digest, now)
    if browser is None or browser.ends_at(lifetime) <= now:
        return None
    if not browser.knows(token):
        _note_stolen(services, work, account, person, browser, visitor)
        return None
    factors = work.unit.credentials.ids(account.id)
    if not is_bound(services.vault, browser, account, person.password_hash, factors):
        distrust.end(services, work, account.id, browser.id, Ending.CHANGED, visitor)
        return None
    new = _next(services, work, browser, token)
    if new is None:
        return None
    ends_at = browser.ends_at(lifetime)
    return Trusted(id=browser.id, ends_at=ends_at, mark=kept(account, new, ends_at, now))


def _next(services: Services, work: Work, browser: TrustedBrowser, shown: Token) -> Token | None:
    """The token for next time; a double click gets the same one twice."""
    now = services.clock()
    if browser.was_shown_just_now(shown, now):
        followers = next_tokens(services.vault, shown, browser.uses)
        return next((it for it in followers if browser.knows(it)), None)
    new = next_tokens(services.vault, shown, browser.uses + 1)[0]
    return new if work.unit.trusted_browsers.rotate(browser, shown, new, now) else None


def _note_stolen(
    services: Services,
    work: Work,
    account: Account,
    person: Person,
    browser: TrustedBrowser,
    visitor: Visitor,
) -> None:
    if distrust.end(services, work, account.id, browser.id, Ending.STOLEN, visitor):
        work.record(TrustedBrowserStolen(account_id=account.id), visitor)
        notices.tell(
            services, work, account.id, person.email, "trusted_browser_stolen", visitor,
            name=browser.name, added=notices.in_words(browser.created_at),
        )  # fmt: skip
