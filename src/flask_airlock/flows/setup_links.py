"""The link to set up a factor, which only an administrator's reset mails."""

from ..domain.accounts import Account, Person
from ..domain.letters import Channel, Letter
from ..domain.link_tokens import LIFETIMES, LinkPurpose
from ..domain.vault import digest, new_token
from ..errors import SetupLinkNeeded
from . import letters, mailboxes
from .services import Services, Work


def send(services: Services, work: Work, account_id: int, email: str) -> None:
    """Mail one to the address on file."""
    token, lifetime = new_token(), LIFETIMES[LinkPurpose.FACTOR_SETUP]
    work.unit.link_tokens.add(
        account_id,
        digest(token),
        LinkPurpose.FACTOR_SETUP,
        services.clock(),
        address=mailboxes.digests(services, email)[0],
    )
    letter = Letter(
        to=email,
        channel=Channel.MAIL,
        template="setup_link",
        lifetime=lifetime,
        account_id=account_id,
        facts={
            "link": services.link(LinkPurpose.FACTOR_SETUP, token),
            "hours": int(lifetime.total_seconds()) // 3600,
            "service": services.service_name,
        },
    )
    letters.write(services, work, letter)


def is_good(
    services: Services, work: Work, account: Account, person: Person, link: str | None
) -> bool:
    """Whether a link could be used now; spends nothing. One that went to another address than the
    account's of now may be in the hands of whoever had changed it."""
    now, purpose = services.clock(), LinkPurpose.FACTOR_SETUP
    found = work.unit.link_tokens.find(digest(link), purpose, now) if link else None
    if found is None or found.account.id != account.id:
        return False
    return mailboxes.is_one_of(services, person.email, found.address)


def spend(
    services: Services, work: Work, account: Account, person: Person, link: str | None
) -> None:
    """Use the link up; raises SetupLinkNeeded for all but one."""
    purpose = LinkPurpose.FACTOR_SETUP
    if not link or not is_good(services, work, account, person, link):
        raise SetupLinkNeeded
    if not work.unit.link_tokens.spend(account.id, digest(link), purpose, services.clock()):
        raise SetupLinkNeeded
    work.unit.accounts.settle_setup_link(account.id)
