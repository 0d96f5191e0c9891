"""Links in letters. Whoever is asked about gets the same statements: somebody, or nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..domain.accounts import Account, Visitor
from ..domain.browsers import new_mark
from ..domain.events import LinkRefused
from ..domain.letters import Channel, Letter
from ..domain.link_tokens import LIFETIMES, LinkPurpose, allowance
from ..domain.login_state import BrowserMark
from ..domain.vault import digest, new_token
from ..errors import LinkSpent
from ..storage.link_tokens import Link
from . import letters, mailboxes
from .notices import circumstances
from .services import Services, Work


def post(
    services: Services, work: Work, account: Account | None, purpose: LinkPurpose,
    visitor: Visitor, *, to: str, template: str, has_link: bool = True, carries: str = "",
    **facts: object,
) -> None:  # fmt: skip
    """Write a letter with a link, or one that only tells (`has_link` off), or a decoy (`to` empty).

    Each costs the same statements, rows and rendering. Three letters an hour go out for an
    account and purpose; those after them are decoys.
    """
    now = services.clock()
    account_id = account.id if account else None
    work.unit.accounts.lock(account_id)
    allowed = allowance(purpose, work.unit.link_tokens.sent(account_id, purpose, now), now)
    reader = to if allowed.may_send else ""
    until = allowed.void_until if has_link and reader else None
    work.unit.link_tokens.void_until(account_id, purpose, until, now)
    token = new_token()
    work.unit.link_tokens.add(
        account_id,
        digest(token),
        purpose,
        now,
        address=mailboxes.digests(services, to)[0],
        carries=carries,
        is_sent=bool(reader),
        is_live=has_link and bool(reader),
    )
    if has_link:
        facts["link"] = services.link(purpose, token)
    told = {**circumstances(services, visitor), **_lifetime(purpose), **facts}
    lasts = LIFETIMES[purpose]
    by_mail = Letter(
        to=reader, channel=Channel.MAIL, template=template, lifetime=lasts, account_id=account_id,
        facts=told,
    )  # fmt: skip
    letters.write(services, work, by_mail)


@contextmanager
def refusals_recorded(services: Services, purpose: LinkPurpose, visitor: Visitor) -> Iterator[None]:
    """Record that somebody used a link that is none (any more)."""
    try:
        yield
    except LinkSpent:
        with services.begin() as work:
            work.record(LinkRefused(purpose=purpose.value), visitor)
        raise


def find(services: Services, work: Work, token: str | None, purpose: LinkPurpose) -> Link:
    """The link of a token, good for this purpose now; raises LinkSpent."""
    link = work.unit.link_tokens.find(digest(token), purpose, services.clock()) if token else None
    if link is None:
        raise LinkSpent
    return link


def spend(services: Services, work: Work, link: Link) -> None:
    """Use a link up, and with it all others of the account; raises LinkSpent for all but one."""
    now = services.clock()
    work.unit.accounts.lock(link.account.id)
    if not work.unit.link_tokens.spend(link.account.id, link.digest, link.purpose, now):
        raise LinkSpent
    work.unit.link_tokens.void_all(link.account.id, now)


def mark_of(services: Services, link: Link) -> BrowserMark:
    """The mark for the browser that used a link which proves the mailbox."""
    return new_mark(services.vault, link.account, f"link {link.digest.hex()}")


def must_be_for(services: Services, link: Link, address: str) -> None:
    """Raise LinkSpent for a link that was mailed to another address than the account's of now."""
    if not mailboxes.is_one_of(services, address, link.address):
        raise LinkSpent


def _lifetime(purpose: LinkPurpose) -> dict[str, object]:
    minutes = int(LIFETIMES[purpose].total_seconds()) // 60
    return {"minutes": minutes, "hours": minutes // 60}
