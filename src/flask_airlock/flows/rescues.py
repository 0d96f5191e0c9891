"""Help by administrators, who take every factor away: approved, told, and later carried out.

Between the approval and that any login by a second factor calls it off, so does a link in the
letters, and so does an administrator. Nobody sees or chooses a code for somebody else (S-82).
"""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from ..domain.accounts import Account, Person, Visitor
from ..domain.events import FactorsReset, RescueApproved, RescueCancelled
from ..domain.factor_names import clean_name, name_key
from ..domain.link_tokens import LinkPurpose
from ..domain.records import Record
from ..domain.rescue import Rescue, RescueState
from ..domain.vault import digest, new_token
from ..errors import InvalidName, LinkSpent, NotDone, StoreBusy, UnknownUser
from ..storage.link_tokens import Link
from . import (
    clean_slate,
    factor_notices,
    mailboxes,
    mailed_links,
    notices,
    rescue_notices,
    rescue_removal,
    setup_links,
)
from .services import Services, Work

ADMINISTRATOR = "administrator"
BY_LOGIN, BY_LINK = "login", "link"
AT_ONCE = 20
log = logging.getLogger("flask_airlock")
SWEEPER = Visitor(agent="housekeeping")


class Outcome(Record):
    """What an approval came to: where the rescue stands, and when it is due."""

    state: RescueState
    due_at: datetime | None


def approve(
    services: Services, user_id: Any, reason: str, by: str | None, visitor: Visitor
) -> Outcome:
    """Approve that all factors of a user are taken away, and a link to set up a new one is mailed.

    Where two have to, the first one's only counts together with another's. Raises UnknownUser, or
    NotDone.
    """
    if by is None and services.settings.rescue_approvers > 1:
        raise NotDone("approver_unnamed")
    name, why = _name_of(by), _why(reason)
    return services.in_one_go(lambda work: _approve(services, work, user_id, why, name, visitor))


def _why(reason: str) -> str:
    """A reason that says something (S-82); raises NotDone for blanks."""
    if not (why := reason.strip()):
        raise NotDone("no_reason")
    return why


def _name_of(by: str | None) -> str:
    """Who it is, in the form that is kept; raises NotDone for what is no name."""
    if by is None:
        return ADMINISTRATOR
    try:
        return clean_name(by)
    except InvalidName:
        raise NotDone("approver_name") from None


def _approve(
    services: Services, work: Work, user_id: Any, reason: str, by: str, visitor: Visitor
) -> Outcome:
    person = work.unit.users.by_id(user_id)
    if person is None:
        raise UnknownUser(user_id)
    if name_key(by) in {name_key(it) for it in (person.email, person.username or person.email)}:
        raise NotDone("approver_is_user", email=person.email)
    now = services.clock()
    account = work.unit.accounts.ensure(user_id, now)
    rescue = _opened(work, account, now)
    if rescue.due_at is not None:
        due = notices.in_words(rescue.due_at)
        raise NotDone("approved_already", email=person.email, due=due)
    if rescue.first_by is not None and name_key(rescue.first_by) == name_key(by):
        raise NotDone("approver_twice", by=by)
    needs_another = services.settings.rescue_approvers > 1 and rescue.first_by is None
    if needs_another:
        done = work.unit.rescues.approve_first(rescue, by, reason, now)
    else:
        due_at = now + services.settings.rescue_delay
        alone = services.settings.rescue_approvers == 1
        done = work.unit.rescues.approve(rescue, by, reason, now, due_at, alone=alone)
    if not done:
        raise NotDone("approver_twice", by=by)
    approved = RescueApproved(
        account_id=account.id, by=by, reason=reason, is_complete=not needs_another
    )
    work.record(approved, visitor)
    if needs_another:
        return Outcome(state=RescueState.HALF_APPROVED, due_at=None)
    return _after_approval(services, work, account, person, rescue.id, visitor)


def _opened(work: Work, account: Account, now: datetime) -> Rescue:
    """The rescue that is open, opened now if there was none; the account is held."""
    work.unit.lock(account)
    work.unit.rescues.ask(account.id, now)
    rescue = work.unit.rescues.open_of(account.id)
    if rescue is None:
        raise LookupError("the rescue of this account can be neither found nor made")
    return rescue


def _after_approval(
    services: Services, work: Work, account: Account, person: Person, rescue_id: int,
    visitor: Visitor,
) -> Outcome:  # fmt: skip
    delay, now = services.settings.rescue_delay, services.clock()
    if delay:
        _tell_of_approval(services, work, account, person, now + delay, visitor)
        return Outcome(state=RescueState.APPROVED, due_at=now + delay)
    for it in rescue_notices.proved(work, account.id):
        # No letter told of the approval, which would have told that they go.
        rescue_removal.take(services, work, account.id, person.email, it.id, ADMINISTRATOR, visitor)
    _carry_out(services, account.id, rescue_id, visitor, work)
    return Outcome(state=RescueState.DONE, due_at=now)


def _tell_of_approval(
    services: Services, work: Work, account: Account, person: Person, due_at: datetime,
    visitor: Visitor,
) -> None:  # fmt: skip
    counting = _mailboxes(services, work, account, person)
    others = [it.address for it in rescue_notices.proved(work, account.id) if it.address]
    for reader in dict.fromkeys((*counting, *others)):
        # Whoever was inside for a moment may have left a mailbox, which hears of it, and no more.
        link = _cancel_link(services, work, account.id, reader) if reader in counting else ""
        notices.tell(
            services, work, account.id, reader, "rescue_approved", visitor,
            on=notices.in_words(due_at), link=link,
        )  # fmt: skip


def _mailboxes(services: Services, work: Work, account: Account, person: Person) -> list[str]:
    """The mailboxes that may call it off now."""
    now, on_file = services.clock(), person.email
    found = work.unit.rescue_addresses.live(account.id)
    return [on_file, *(it.address for it in found if it.address and it.is_usable(now, on_file))]


def _cancel_link(services: Services, work: Work, account_id: int, reader: str) -> str:
    token, purpose = new_token(), LinkPurpose.CANCEL_RESCUE
    there = mailboxes.digests(services, reader)[0]
    work.unit.link_tokens.add(account_id, digest(token), purpose, services.clock(), address=there)
    return services.link(purpose, token)


def sweep(services: Services) -> None:
    """Carry out what is due, some at a time; what another worker does is left to him."""
    with services.look() as unit:
        due = unit.rescues.due(services.clock(), AT_ONCE)
    for rescue_id, account_id in due:
        # Whoever comes by must not bear what is wrong with somebody else's; a later sweep tries
        # again.
        try:
            services.in_one_go(partial(_carry_out, services, account_id, rescue_id, SWEEPER))
        except StoreBusy:
            continue
        except Exception:
            log.exception("the help for account %s could not be carried out", account_id)


def _carry_out(
    services: Services, account_id: int, rescue_id: int, visitor: Visitor, work: Work
) -> None:
    """Take everything away, once, and mail the link."""
    now = services.clock()
    account = work.unit.accounts.of_id(account_id)
    if account is None:
        return
    work.unit.lock(account)
    rescue = work.unit.rescues.open_of(account_id)
    if rescue is None or not work.unit.rescues.claim(rescue_id, now):
        return
    person = work.unit.users.by_id(account.user_id)
    work.unit.link_tokens.void(account_id, LinkPurpose.CANCEL_RESCUE, now)
    for phone in factor_notices.phones(work, account_id):
        factor_notices.text(services, work, account_id, "factor_removed", phone)
    clean_slate.take_everything(services, work, account, ADMINISTRATOR, visitor)
    work.unit.accounts.require_setup_link(account_id)
    # They were of no help to him; and whoever got in before may have left one there.
    rescue_removal.take_all(services, work, account_id, ADMINISTRATOR, visitor)
    if person is not None:
        setup_links.send(services, work, account_id, person.email)
    work.record(FactorsReset(account_id=account_id, reason=rescue.reason or ""), visitor)


def cancel(services: Services, user_id: Any, reason: str, by: str | None, visitor: Visitor) -> None:
    """Call it off, as an administrator. Raises UnknownUser, or NotDone where nothing is open."""
    name, why = _name_of(by), _why(reason)

    def call_off(work: Work) -> None:
        person = work.unit.users.by_id(user_id)
        if person is None:
            raise UnknownUser(user_id)
        account = work.unit.accounts.ensure(user_id, services.clock())
        if not _call_off(services, work, account, name, why, visitor):
            raise NotDone("no_rescue", email=person.email)

    services.in_one_go(call_off)


def cancel_by_login(services: Services, work: Work, account: Account, visitor: Visitor) -> None:
    """Somebody proved a second factor: nothing is lost. Whether there is a rescue is asked by the
    statement that calls it off, so that one that is approved meanwhile is not missed."""
    _call_off(services, work, account, BY_LOGIN, "", visitor)


def peek(services: Services, token: str | None) -> str:
    """Until when the link of a letter can be used, in words; spends nothing. Raises LinkSpent."""
    with services.begin() as work:
        link = _good_link(services, work, token)
        rescue = work.unit.rescues.open_of(link.account.id)
    if rescue is None or rescue.due_at is None:
        raise LinkSpent
    return notices.in_words(rescue.due_at)


def cancel_by_link(services: Services, token: str | None, visitor: Visitor) -> None:
    """Use the link of a letter. Raises LinkSpent."""

    def call_off(work: Work) -> None:
        link = _good_link(services, work, token)
        if not _call_off(services, work, link.account, BY_LINK, "", visitor):
            raise LinkSpent

    with mailed_links.refusals_recorded(services, LinkPurpose.CANCEL_RESCUE, visitor):
        services.in_one_go(call_off)


def _good_link(services: Services, work: Work, token: str | None) -> Link:
    """A link that went to a mailbox which counts still: an address may have been taken away, or
    have been brought back by its owner. Raises LinkSpent."""
    link = mailed_links.find(services, work, token, LinkPurpose.CANCEL_RESCUE)
    person = work.unit.users.by_id(link.account.user_id)
    counting = _mailboxes(services, work, link.account, person) if person else []
    if not any(mailboxes.is_one_of(services, it, link.address) for it in counting):
        raise LinkSpent
    return link


def _call_off(
    services: Services, work: Work, account: Account, by: str, reason: str, visitor: Visitor
) -> bool:
    """True for exactly one caller, who has told everybody."""
    now = services.clock()
    if not work.unit.rescues.cancel(account.id, by, now):
        return False
    work.unit.link_tokens.void(account.id, LinkPurpose.CANCEL_RESCUE, now)
    # It may have been a thief who asked: the owner need not wait for a day.
    work.unit.accounts.forget_rescue(account.id)
    work.record(RescueCancelled(account_id=account.id, by=by, reason=reason), visitor)
    person = work.unit.users.by_id(account.user_id)
    if person is not None:
        rescue_notices.tell_all(
            services, work, account.id, person.email, "rescue_cancelled", visitor
        )
    return True
