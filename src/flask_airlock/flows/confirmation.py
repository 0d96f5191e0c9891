"""Proving that a mail address is one's own, by a link that was mailed to it."""

from ..domain.accounts import Visitor
from ..domain.addresses import masked_address
from ..domain.events import AddressConfirmed, LinkRequested
from ..domain.link_tokens import LinkPurpose
from ..domain.login_state import BrowserMark
from ..domain.networks import LETTERS
from ..errors import LinkSpent
from . import mailed_links, networks, people
from .address_proof import note_proved
from .services import Services, Work


def ask(services: Services, address: str, visitor: Visitor) -> None:
    """Send the link again, to whoever waits for one. Everybody else costs the same.

    Raises TooSoon where a network asks for too many letters.
    """

    wait = networks.wait_of(services, LETTERS, visitor)

    def send(work: Work) -> bool:
        person = people.named(services, work, address)
        account = work.unit.accounts.ensure_evenly(
            person.user_id if person else None, services.clock()
        )
        is_stranger = networks.is_stranger(services, account, visitor, wait)
        waits = person is not None and not person.confirmed
        mailed_links.post(
            services,
            work,
            account,
            LinkPurpose.CONFIRMATION,
            visitor,
            to=person.email if person is not None and person.active else "",
            template="confirm_address" if waits else "account_exists",
            has_link=waits,
        )
        asked = LinkRequested(
            account_id=account.id if account else None, purpose=LinkPurpose.CONFIRMATION.value
        )
        work.record(asked, visitor)
        return is_stranger

    if services.in_one_go(send):
        networks.count(services, LETTERS, visitor)


def door(services: Services, token: str | None) -> str:
    """The address that the link would confirm, masked; spends nothing. Raises LinkSpent."""
    with services.begin() as work:
        link = mailed_links.find(services, work, token, LinkPurpose.CONFIRMATION)
        person = work.unit.users.by_id(link.account.user_id)
    if person is None:
        raise LinkSpent
    mailed_links.must_be_for(services, link, person.email)
    return masked_address(person.email)


def confirm(services: Services, token: str | None, visitor: Visitor) -> BrowserMark | None:
    """Use the link. The mark says that this browser showed the mailbox; who has had a factor gets
    none, since that mailbox may be the factor. Raises LinkSpent."""

    def use(work: Work) -> BrowserMark | None:
        link = mailed_links.find(services, work, token, LinkPurpose.CONFIRMATION)
        person = work.unit.users.by_id(link.account.user_id)
        if person is None or not person.active:
            raise LinkSpent
        mailed_links.must_be_for(services, link, person.email)
        mailed_links.spend(services, work, link)
        work.unit.users.confirm(person.user_id, services.clock())
        if link.carries and person.username is None:
            # One that was taken meanwhile is somebody else's: another can be chosen later.
            work.unit.users.change_username(person.user_id, link.carries)
        work.record(AddressConfirmed(account_id=link.account.id), visitor)
        if not link.account.is_new:
            return None
        mark = mailed_links.mark_of(services, link)
        note_proved(services, work, link.account, person.email, mark)
        return mark

    with mailed_links.refusals_recorded(services, LinkPurpose.CONFIRMATION, visitor):
        return services.in_one_go(use)
