"""What an administrator does with users and their sessions: every change of his is recorded."""

from collections.abc import Callable
from typing import Any

from ..domain.accounts import Person, Visitor
from ..domain.addresses import normal_address
from ..domain.directory import SessionLine
from ..domain.events import UserChanged, UserDeleted
from ..domain.records import Record
from ..domain.trust import Ending
from ..domain.usernames import normal_username
from ..errors import InvalidAddress, InvalidUsername, NotDone, UserInUse, ValuesRefused
from . import distrust, invitation, people
from .own_sessions import alive
from .services import Services, Work

TERMINAL = Visitor(agent="command line")


class NewUser(Record):
    """Whom an administrator makes an account for; there is no password to give."""

    email: str
    username: str | None = None
    roles: tuple[str, ...] = ()
    active: bool = True


def find(services: Services, work: Work, name: str) -> Person:
    """The user with this address, as it is stored or in normal form, or with this user name.

    Raises NotDone.
    """
    # As it is stored comes first: of two rows with one normal form the one that was written.
    key = work.unit.directory.key_of(name)
    users = work.unit.users
    person = users.by_id(key) if key is not None else people.named(services, work, name)
    if person is None:
        raise NotDone("unknown_user", name=name)
    return person


def named(services: Services, name: str) -> Person:
    """The user of that name; raises NotDone."""
    with services.begin() as work:
        return find(services, work, name)


def create(services: Services, new: NewUser) -> Person:
    """Make an account without a password, and mail a link by which its owner sets one.

    All or nothing. One that is not active gets no letter. Raises NotDone, or ConfigurationError
    where no link can be written.
    """
    columns = _columns(services, new)

    def add(work: Work) -> Person:
        _must_be_free(work, columns)
        blank = {"password": work.unit.directory.no_password}
        try:
            user_id = work.unit.users.add(columns | blank, confirmed_at=None, keep=True)
        except ValuesRefused:
            raise NotDone("user_refused", email=columns["email"]) from None
        if not new.active and not work.unit.directory.switch(user_id, on=False):
            raise NotDone("no_active")
        for role in dict.fromkeys(new.roles):
            must_have_role(work, role)
            work.unit.roles.give(user_id, role)
        note(services, work, user_id, "created")
        person = _by_id(work, user_id)
        if new.active:
            invitation.invite(services, work, person, TERMINAL)
        return person

    return services.in_one_go(add)


def invite(services: Services, name: str) -> Person:
    """Mail another link to a user who has no password yet; raises NotDone."""

    def send(work: Work) -> Person:
        person = find(services, work, name)
        invitation.invite(services, work, person, TERMINAL)
        return person

    return services.in_one_go(send)


def change(
    services: Services, name: str, do: Callable[[Work, Person], str | None]
) -> tuple[Person, bool]:
    """Find a user and do something that may be so already: whether it was not.

    `do` gives what is to be recorded, or None where nothing had to be done. Other changes to the
    user wait meanwhile. Raises NotDone.
    """

    def carry_out(work: Work) -> tuple[Person, bool]:
        person = _held(services, work, find(services, work, name).user_id, name)
        done = do(work, person)
        if done is not None:
            note(services, work, person.user_id, done)
        return _by_id(work, person.user_id), done is not None

    return services.in_one_go(carry_out)


def switch(services: Services, name: str, *, on: bool) -> tuple[Person, bool]:
    """Let a user in, or keep him out and end his sessions; whether that was not so before."""

    def turn(work: Work, person: Person) -> str | None:
        if person.active is on:
            return None
        if not work.unit.directory.switch(person.user_id, on=on):
            raise NotDone("no_active")
        if not on:
            now = services.clock()
            account = work.unit.accounts.ensure(person.user_id, now)
            work.unit.sessions.end_all(account.id, now)
            work.unit.link_tokens.void_all(account.id, now)
            distrust.end_all(services, work, account.id, Ending.DEACTIVATED, TERMINAL)
        return "activated" if on else "deactivated"

    return change(services, name, turn)


def confirm(services: Services, name: str) -> tuple[Person, bool]:
    """Vouch for a user's address; whether it was not confirmed before."""
    if not services.datastore.users.has_confirmed:
        raise NotDone("no_confirmed_at")

    def vouch(work: Work, person: Person) -> str | None:
        changed = work.unit.users.confirm(person.user_id, services.clock())
        return "address confirmed" if changed else None

    return change(services, name, vouch)


def delete(services: Services, user_id: Any) -> None:
    """Remove a user with all that is his, at once; raises NotDone where rows still need him, and
    where somebody else has removed him."""

    def remove(work: Work) -> None:
        # Before the account, as at every door: or a login and this would wait for each other.
        work.unit.throttles.hold(user_id)
        person = _held(services, work, user_id, user_id)
        account = work.unit.accounts.ensure(user_id, services.clock())
        # Before the user goes: who listens to the event learns whose account that was.
        work.record(UserDeleted(account_id=account.id, by="administrator"), TERMINAL)
        try:
            work.unit.remove_user(user_id)
        except UserInUse:
            raise NotDone("user_in_use", email=person.email) from None

    services.in_one_go(remove)


def sessions_of(services: Services, name: str) -> tuple[Person, list[SessionLine]]:
    """The sessions of a user that are alive, half-open ones too."""
    with services.begin() as work:
        person = find(services, work, name)
        account = work.unit.accounts.of_user(person.user_id)
        return person, alive(services, work, account) if account else []


def end_sessions(services: Services, name: str, session_id: int | None) -> tuple[Person, int]:
    """End one session of a user, or all; how many were alive. Raises NotDone for one that is
    not his, or not alive."""
    ended = 0

    def end(work: Work, person: Person) -> str | None:
        nonlocal ended
        account, now = work.unit.accounts.ensure(person.user_id, services.clock()), services.clock()
        living = {line.id for line in alive(services, work, account)}
        if session_id is not None:
            if session_id not in living or not work.unit.sessions.end_one(
                account.id, session_id, now
            ):
                raise NotDone("unknown_session", id=session_id, email=person.email)
            distrust.end_behind(services, work, account.id, session_id, TERMINAL)
            ended = 1
            return f"session {session_id} ended"
        work.unit.sessions.end_all(account.id, now)
        work.unit.link_tokens.void_all(account.id, now)
        distrust.end_all(services, work, account.id, Ending.SIGNED_OUT, TERMINAL)
        ended = len(living)
        return "all sessions ended" if living else None

    person, _ = change(services, name, end)
    return person, ended


def note(services: Services, work: Work, user_id: Any, what: str) -> None:
    """Record what an administrator did to a user."""
    account = work.unit.accounts.ensure(user_id, services.clock())
    work.record(UserChanged(account_id=account.id, change=what), TERMINAL)


def must_have_role(work: Work, role: str) -> None:
    """Raise NotDone unless there is a role of this name."""
    try:
        there = work.unit.roles.exists(role)
    except LookupError:
        raise NotDone("no_roles") from None
    if not there:
        raise NotDone("unknown_role", role=role)


def _columns(services: Services, new: NewUser) -> dict[str, Any]:
    settings = services.settings
    try:
        columns: dict[str, Any] = {"email": normal_address(new.email)}
        if new.username is not None:
            columns["username"] = normal_username(new.username)
    except InvalidAddress:
        raise NotDone("invalid_address", name=new.email) from None
    except InvalidUsername:
        raise NotDone("invalid_username", name=new.username) from None
    if new.username is not None and not settings.username_enable:
        raise NotDone("no_usernames")
    if new.username is None and settings.username_enable and settings.username_required:
        raise NotDone("username_needed")
    return columns


def _must_be_free(work: Work, columns: dict[str, Any]) -> None:
    if work.unit.users.by_email(columns["email"]) is not None:
        raise NotDone("user_exists", name=columns["email"])
    name = columns.get("username")
    if name is not None and work.unit.users.by_username(name) is not None:
        raise NotDone("username_taken", name=name)


def _held(services: Services, work: Work, user_id: Any, name: object) -> Person:
    """The user as he is once no other change to him is under way; raises NotDone."""
    work.unit.accounts.lock_user(user_id, services.clock())
    return _by_id(work, user_id, name)


def _by_id(work: Work, user_id: Any, name: object = None) -> Person:
    person = work.unit.users.by_id(user_id)
    if person is None:
        raise NotDone("unknown_user", name=user_id if name is None else name)
    return person
