"""Changing the password while signed in: this session goes on under a new token, others end."""

from dataclasses import field
from datetime import timedelta

from ..domain.accounts import Visitor
from ..domain.browsers import password_mark
from ..domain.events import PasswordChanged
from ..domain.login_state import BrowserMark
from ..domain.records import Record
from ..domain.trust import Ending
from ..errors import LoginLapsed
from . import distrust, new_passwords, notices, password_checks, renewals, sessions
from .services import Services, Work
from .sessions import Standing


class Changed(Record, kw_only=False):
    """The session's new token, the sign by which the first door knows this browser again, and how
    long the browser keeps the session's cookie, where it does."""

    token: str = field(repr=False)
    mark: BrowserMark
    lifetime: timedelta | None


def minimum(services: Services, token: str | None) -> int:
    """How many characters the new one needs; raises LoginLapsed."""
    standing = sessions.find_signed_in(services, token)
    return new_passwords.minimum(services, _stands_alone(services, standing))


def change(
    services: Services, token: str | None, current: str, wanted: str, visitor: Visitor
) -> Changed:
    """Keep a new password.

    Raises LoginLapsed, PasswordRefused, and what `password_checks.check` raises.
    """
    try:
        standing = sessions.find_signed_in(services, token)
    except LoginLapsed:
        return _repeat(services, token, wanted, visitor)
    password_checks.check(services, standing, current, visitor)
    hashed = new_passwords.accepted_hash(
        services,
        wanted,
        stands_alone=_stands_alone(services, standing),
        email=standing.person.email,
        username=standing.person.username,
        visitor=visitor,
    )
    try:
        return services.in_one_go(lambda work: _keep(services, work, standing, hashed, visitor))
    except LoginLapsed:
        return _repeat(services, token, wanted, visitor)


def _repeat(services: Services, token: str | None, wanted: str, visitor: Visitor) -> Changed:
    # The password is the one that the form asks for.
    standing, renewed = password_checks.check_twice(services, token, wanted, visitor)
    return _changed(services, standing, renewed, standing.person.password_hash or "")


def _changed(services: Services, standing: Standing, token: str, hashed: str) -> Changed:
    mark = password_mark(services.vault, standing.account, hashed)
    return Changed(token, mark, standing.session.cookie_lifetime(services.clock()))


def _stands_alone(services: Services, standing: Standing) -> bool:
    with services.begin() as work:
        return new_passwords.stands_alone(services, work, standing.account, standing.person)


def _keep(
    services: Services, work: Work, standing: Standing, hashed: str, visitor: Visitor
) -> Changed:
    account_id, now = standing.account.id, services.clock()
    work.unit.accounts.lock(account_id)
    token = renewals.renew(services, work, standing)
    work.unit.users.set_hash(standing.person.user_id, hashed)
    work.unit.sessions.end_others(account_id, standing.session.id, now)
    work.unit.setups.void_others(account_id, now)
    work.unit.link_tokens.void_all(account_id, now)
    distrust.end_all(services, work, account_id, Ending.PASSWORD, visitor)
    notices.tell(services, work, account_id, standing.person.email, "password_changed", visitor)
    work.record(PasswordChanged(account_id=account_id), visitor)
    return _changed(services, standing, token, hashed)
