"""Making an account for oneself. The answer never tells who has one already: a letter does."""

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from secrets import token_hex
from typing import Any

from ..domain.accounts import Person, Visitor
from ..domain.addresses import normal_address
from ..domain.events import Event, RegistrationRepeated, UserRegistered
from ..domain.link_tokens import LinkPurpose
from ..domain.networks import LETTERS
from ..domain.records import Record
from ..domain.sessions import DOUBLE_CLICK
from ..domain.usernames import normal_username
from ..errors import UsernameTaken, ValuesRefused
from . import mailboxes, mailed_links, networks, new_passwords, policy
from .services import Services, Work


class Application(Record):
    """What somebody filled in; `columns` are for the application's own columns of its user."""

    email: str
    password: str = field(repr=False)
    username: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict, repr=False)


def register(services: Services, wanted: Application, visitor: Visitor) -> None:
    """Make the account, or tell by letter that there is one: the same statements, hashes, answer.

    Raises InvalidAddress, InvalidUsername, PasswordRefused, UsernameTaken or ValuesRefused, whoever
    has the address: a user name is public, an address is not; TooSoon where a network has sent too
    many of these forms.
    """
    networks.must_not_wait(services, networks.wait_of(services, LETTERS, visitor))
    address = normal_address(wanted.email)
    username = normal_username(wanted.username) if wanted.username else None
    hashed = new_passwords.accepted_hash(
        services,
        wanted.password,
        stands_alone=needs_long_password(services),
        email=address,
        username=username,
        visitor=visitor,
    )
    columns = dict(wanted.columns) | {"email": address, "password": hashed}
    if username is not None:
        columns["username"] = username
    services.in_one_go(lambda work: _register(services, work, columns, visitor))
    networks.count(services, LETTERS, visitor)


def needs_long_password(services: Services) -> bool:
    """Whether the password of somebody new may stand alone."""
    return policy.password_may_stand_alone(services, None, tuple)


def _register(services: Services, work: Work, columns: dict[str, Any], visitor: Visitor) -> None:
    now = services.clock()
    owner = work.unit.users.by_email(columns["email"])
    digests = mailboxes.digests(services, columns["email"])
    reserved = work.unit.link_tokens.is_reserved(digests, None, now)
    if "username" in columns and work.unit.users.stands_in_the_way("username", columns["username"]):
        raise UsernameTaken
    # Kept with an unconfirmed account, a name would tell whether there is one: who registers
    # again with it would be refused. So the letter carries it until the address is confirmed.
    carried = columns.get("username", "") if services.settings.confirmable else ""
    if carried:
        columns = {name: value for name, value in columns.items() if name != "username"}
    is_free = owner is None and not reserved
    added = _add(services, work, columns, is_free)
    if is_free and added is None:
        # Somebody was faster; or the database calls another address equal that is not.
        owner = work.unit.users.by_email(columns["email"])
    user_id = owner.user_id if owner else added
    account = work.unit.accounts.ensure_evenly(user_id, now)
    letter = _to_newcomer(services, columns["email"]) if added else _to_owner(services, owner)
    if not added and account is not None and _is_second_click(now - account.created_at):
        letter["to"] = ""  # the letter of the first click is on its way
    mailed_links.post(services, work, account, visitor=visitor, carries=carried, **letter)
    kind: type[Event] = UserRegistered if added else RegistrationRepeated
    work.record(kind(account_id=account.id if account else None), visitor)


def _is_second_click(age: timedelta) -> bool:
    # An account that was made just now belongs to somebody who had none: no first click.
    return timedelta(0) < age <= DOUBLE_CLICK


def _add(services: Services, work: Work, columns: Mapping[str, Any], is_free: bool) -> Any | None:
    """The new user's key; None where the address is taken, by now at the latest."""
    confirmed_at = None if services.settings.confirmable else services.clock()
    # Nobody's address, where this one is taken: a row that stands in the way would cost less.
    row = columns if is_free else {**columns, "email": f"{token_hex(16)}@example.invalid"}
    try:
        return work.unit.users.add(row, confirmed_at=confirmed_at, keep=is_free)
    except ValuesRefused:
        # Looked at in either case: what is refused must cost the same, whoever has the address.
        taken = work.unit.users.stands_in_the_way("email", columns["email"])
        if is_free and taken:
            return None
        raise


def _to_newcomer(services: Services, address: str) -> dict[str, Any]:
    if services.settings.confirmable:
        return {"purpose": LinkPurpose.CONFIRMATION, "to": address, "template": "confirm_address"}
    purpose = LinkPurpose.CONFIRMATION
    return {"purpose": purpose, "to": address, "template": "welcome", "has_link": False}


def _to_owner(services: Services, owner: Person | None) -> dict[str, Any]:
    """Who has an account is told that somebody tried. One that was never confirmed is nobody's
    yet: whoever reads its mailbox chooses the password, not whoever came first."""
    to = owner.email if owner is not None and owner.active else ""
    if owner is not None and services.settings.confirmable and not owner.confirmed:
        return {"purpose": LinkPurpose.INVITATION, "to": to, "template": "registered_again"}
    purpose = LinkPurpose.CONFIRMATION
    return {"purpose": purpose, "to": to, "template": "account_exists", "has_link": False}
