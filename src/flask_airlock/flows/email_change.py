"""Another mail address: proved at the new one, told to the old one, and undone from there."""

from ..domain.accounts import Visitor
from ..domain.addresses import normal_address
from ..domain.events import EmailChanged, EmailRestored, LinkRequested
from ..domain.link_tokens import LinkPurpose
from ..domain.trust import Ending
from ..domain.vault import digest
from ..errors import AddressTaken, InvalidAddress, LinkSpent
from . import (
    closed_passwords,
    distrust,
    mailboxes,
    mailed_links,
    notices,
    password_checks,
    rescue_removal,
    sessions,
)
from .services import Services, Work
from .sessions import Standing


def ask(
    services: Services, token: str | None, current: str, address: str, visitor: Visitor
) -> None:
    """Send a link to the new address; one that is taken gets a letter that only tells (S-19).

    Nothing changes before the link is used. Raises LoginLapsed, InvalidAddress, ProofTooOld, and
    what `password_checks.check` raises.
    """
    standing = sessions.find_signed_in(services, token)
    wanted = normal_address(address)
    if wanted == standing.person.email:
        raise InvalidAddress
    password_checks.must_be_fresh(services, standing)
    password_checks.check(services, standing, current, visitor)
    services.in_one_go(lambda work: _send(services, work, standing, wanted, visitor))


def _send(
    services: Services, work: Work, standing: Standing, wanted: str, visitor: Visitor
) -> None:
    sessions.must_still_be(services, work, standing)
    account = standing.account
    owner = work.unit.users.by_email(wanted)
    reserved = _is_reserved(services, work, wanted, account.id)
    is_free = owner is None and not reserved
    reader = wanted if is_free else (owner.email if owner is not None and owner.active else "")
    mailed_links.post(
        services,
        work,
        account,
        LinkPurpose.NEW_EMAIL,
        visitor,
        to=reader,
        template="confirm_new_address" if is_free else "account_exists",
        has_link=is_free,
        carries=wanted,
    )
    asked = LinkRequested(account_id=account.id, purpose=LinkPurpose.NEW_EMAIL.value)
    work.record(asked, visitor)


def confirm(services: Services, token: str | None, session: str | None, visitor: Visitor) -> str:
    """Use the link: the address is the account's now. Every session ends but this browser's own
    (`session` is its token). Gives the address. Raises LinkSpent, or AddressTaken."""
    with mailed_links.refusals_recorded(services, LinkPurpose.NEW_EMAIL, visitor):
        return services.in_one_go(lambda work: _confirm(services, work, token, session, visitor))


def _confirm(
    services: Services, work: Work, token: str | None, session: str | None, visitor: Visitor
) -> str:
    link = mailed_links.find(services, work, token, LinkPurpose.NEW_EMAIL)
    account, now = link.account, services.clock()
    mailed_links.spend(services, work, link)
    person = work.unit.users.by_id(account.user_id)
    if person is None or not person.active:
        raise LinkSpent
    if not work.unit.users.change_email(person.user_id, person.email, link.carries):
        raise AddressTaken
    # Asked last: whoever had the address may have left it while this transaction waited.
    if _is_reserved(services, work, link.carries, account.id):
        raise AddressTaken
    work.unit.users.confirm(person.user_id, now)
    work.unit.accounts.forget_reset_address(account.id)
    kept = work.unit.sessions.id_of(digest(session), account.id) if session else None
    work.unit.sessions.end_others(account.id, kept or 0, now)
    distrust.end_all(services, work, account.id, Ending.ADDRESS, visitor)
    mailed_links.post(
        services,
        work,
        account,
        LinkPurpose.UNDO_EMAIL,
        visitor,
        to=person.email,
        template="email_changed",
        carries=person.email,
    )
    work.record(EmailChanged(account_id=account.id), visitor)
    rescue_removal.take_if_on_file(services, work, account.id, link.carries, visitor)
    return link.carries


def undo(services: Services, token: str | None, visitor: Visitor) -> str:
    """Use the link of the letter to the old address: it is back, every session ends, and the
    password opens nothing until another one is set by a link that goes there. Links of later
    changes are void: they lead to addresses of whoever made those. Gives the address.

    Raises LinkSpent, or AddressTaken.
    """
    with mailed_links.refusals_recorded(services, LinkPurpose.UNDO_EMAIL, visitor):
        return services.in_one_go(lambda work: _undo(services, work, token, visitor))


def _undo(services: Services, work: Work, token: str | None, visitor: Visitor) -> str:
    link = mailed_links.find(services, work, token, LinkPurpose.UNDO_EMAIL)
    account, now = link.account, services.clock()
    mailed_links.spend(services, work, link)
    # Read behind the lock: a further change may have ended just now.
    person = work.unit.users.by_id(account.user_id)
    if person is None:
        raise LinkSpent
    if not work.unit.users.change_email(person.user_id, person.email, link.carries):
        raise AddressTaken
    for purpose in (LinkPurpose.UNDO_EMAIL, LinkPurpose.NOT_ME):
        work.unit.link_tokens.void_since(account.id, purpose, link.created_at, now)
    work.unit.sessions.end_all(account.id, now)
    work.unit.setups.void_others(account.id, now)
    work.unit.accounts.cancel_deletion(account.id)
    work.unit.accounts.forget_browsers(account.id)
    distrust.end_all(services, work, account.id, Ending.ADDRESS, visitor)
    # What is a mailbox's word again is no second proof at once, nor is a reset that follows.
    work.unit.accounts.hold_mailbox(account.id, now)
    for reader in (link.carries, person.email):
        notices.tell(services, work, account.id, reader, "email_restored", visitor)
    # Whoever changed the address has the password.
    closed_passwords.close(services, work, account, person, link.carries, visitor)
    work.record(EmailRestored(account_id=account.id), visitor)
    rescue_removal.take_if_on_file(services, work, account.id, link.carries, visitor)
    return link.carries


def peek(services: Services, token: str | None, purpose: LinkPurpose) -> str:
    """The address that the link would bring; spends nothing. Raises LinkSpent."""
    with services.begin() as work:
        return mailed_links.find(services, work, token, purpose).carries


def _is_reserved(services: Services, work: Work, address: str, but_for: int) -> bool:
    digests = mailboxes.digests(services, address)
    return work.unit.link_tokens.is_reserved(digests, but_for, services.clock())
