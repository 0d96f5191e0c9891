"""A new password by a mailed link: after it was forgotten, or as the first one after an invitation.

It opens no session and skips no factor (S-76), and all sessions end.
"""

from functools import partial
from hmac import compare_digest
from typing import Any

from ..domain.accounts import Account, Person, Visitor
from ..domain.addresses import masked_address
from ..domain.browsers import password_mark
from ..domain.events import LinkRequested, PasswordReset
from ..domain.link_tokens import LinkPurpose
from ..domain.login_state import BrowserMark
from ..domain.networks import LETTERS
from ..domain.records import Record
from ..domain.trust import Ending
from ..errors import LinkSpent
from ..storage.link_tokens import Link
from . import (
    attempts,
    distrust,
    mailboxes,
    mailed_links,
    networks,
    new_passwords,
    notices,
    people,
)
from .address_proof import note_proved
from .services import Services, Work


class Door(Record):
    """Where a new password is chosen: for which address, masked, and how long it has to be."""

    address: str
    minimum: int


def ask(services: Services, name: str, visitor: Visitor) -> None:
    """Send a link to whoever has this address (or user name). Nobody costs the same; nothing of
    the account changes (S-83). Raises TooSoon where a network asks for too many letters."""

    wait = networks.wait_of(services, LETTERS, visitor)

    def send(work: Work) -> bool:
        person = people.named(services, work, name)
        account = work.unit.accounts.ensure_evenly(
            person.user_id if person else None, services.clock()
        )
        is_stranger = networks.is_stranger(services, account, visitor, wait)
        mailed_links.post(
            services,
            work,
            account,
            LinkPurpose.RESET,
            visitor,
            to=_reader(services, person, account),
            template="reset_password",
            closed=False,
        )
        asked = LinkRequested(
            account_id=account.id if account else None, purpose=LinkPurpose.RESET.value
        )
        work.record(asked, visitor)
        return is_stranger

    if services.in_one_go(send):
        networks.count(services, LETTERS, visitor)


def _reader(services: Services, person: Person | None, account: Account | None) -> str:
    """Who gets the link; nobody, where the password is closed and the address is another one by
    now than that of its owner."""
    if person is None or not person.active:
        return ""
    if account is not None and not _is_his(services, account, person, None):
        return ""
    return person.email


def _is_his(services: Services, account: Account, person: Person, link: Link | None) -> bool:
    """Whether a mailbox may set the password: that of a link, or without one the one of now. Where
    the password was closed only its owner's may, until the address on file is that one again."""
    on_file = partial(mailboxes.is_one_of, services, person.email)
    owners = account.reset_address
    if owners is None:
        return link is None or on_file(link.address)
    if link is None:
        return on_file(owners)
    # Either may be of an older key.
    return compare_digest(link.address, owners) or (on_file(link.address) and on_file(owners))


def door(services: Services, token: str | None, purpose: LinkPurpose) -> Door:
    """What the page shows before the link is used; raises LinkSpent."""
    with services.begin() as work:
        link, person = _find(services, work, token, purpose)
        alone = new_passwords.stands_alone(services, work, link.account, person)
    return Door(
        address=masked_address(person.email), minimum=new_passwords.minimum(services, alone)
    )


def choose(
    services: Services, token: str | None, purpose: LinkPurpose, password: str, visitor: Visitor
) -> BrowserMark:
    """Use the link and keep the password; the mark is for this browser. Raises LinkSpent, or
    PasswordRefused with the link kept.

    After an invitation the mark counts everywhere, since the mailbox is proved as well. After a
    reset it counts at the first door alone: the same mailbox would then open both.
    """
    with mailed_links.refusals_recorded(services, purpose, visitor):
        return _choose(services, token, purpose, password, visitor)


def _choose(
    services: Services, token: str | None, purpose: LinkPurpose, password: str, visitor: Visitor
) -> BrowserMark:
    with services.begin() as work:
        link, person = _find(services, work, token, purpose)
        alone = new_passwords.stands_alone(services, work, link.account, person)
    hashed = new_passwords.accepted_hash(
        services,
        password,
        stands_alone=alone,
        email=person.email,
        username=person.username,
        visitor=visitor,
    )
    return services.in_one_go(lambda work: _keep(services, work, link, person, hashed, visitor))


def _is_reset(link: Link) -> bool:
    """Whether the account was in use before: then the mailbox has given its one proof."""
    return link.purpose is LinkPurpose.RESET or not link.account.is_new


def _find(
    services: Services, work: Work, token: str | None, purpose: LinkPurpose
) -> tuple[Link, Person]:
    link = mailed_links.find(services, work, token, purpose)
    person = work.unit.users.by_id(link.account.user_id)
    if person is None or not person.active:
        raise LinkSpent
    if not _is_his(services, link.account, person, link):
        raise LinkSpent
    return link, person


def _keep(
    services: Services, work: Work, link: Link, person: Person, hashed: str, visitor: Visitor
) -> BrowserMark:
    account, now = link.account, services.clock()
    # Counters before the account, as a login takes them: it may be on its way.
    attempts.forgive(services, work, account.user_id)
    mailed_links.spend(services, work, link)
    work.unit.users.set_hash(person.user_id, hashed)
    # While another address is on file, that one still sets no password.
    is_on_file = mailboxes.is_one_of(services, person.email, link.address)
    work.unit.accounts.reopen_password(account.id, forget_address=is_on_file)
    work.unit.users.confirm(person.user_id, now)
    work.unit.sessions.end_all(account.id, now)
    work.unit.setups.void_others(account.id, now)
    distrust.end_all(services, work, account.id, Ending.PASSWORD, visitor)
    work.record(PasswordReset(account_id=account.id, purpose=link.purpose.value), visitor)
    if _is_reset(link):
        work.unit.accounts.hold_mailbox(account.id, now)
        held: dict[str, Any] = {"held_until": _held_until(services)}
        notices.tell(
            services, work, account.id, person.email, "password_was_reset", visitor, **held
        )
        return password_mark(services.vault, account, hashed)
    mark = mailed_links.mark_of(services, link)
    note_proved(services, work, account, person.email, mark)
    return mark


def _held_until(services: Services) -> str:
    """What the letter says of codes by mail; empty where there is no hold."""
    hold = services.settings.reset_hold
    return notices.in_words(services.clock() + hold) if hold and services.policy.enabled else ""
