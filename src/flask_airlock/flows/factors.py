"""What a person does with his second factors: sees them, names, prefers and removes them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from ..domain.accounts import Account, Visitor
from ..domain.directory import MethodLine
from ..domain.events import FactorPreferred, FactorRemoved, FactorRenamed
from ..domain.factor_names import clean_name
from ..domain.passwords import canonical
from ..domain.records import Record
from ..domain.trust import Ending
from ..errors import LastFactor, NameTaken, PasswordRefused, Unsealable
from ..storage.transaction import Unit
from . import distrust, factor_notices, factor_removal, foreign, password_checks, sessions
from .services import Services, Work
from .sessions import Standing

BY_OWNER = "owner"


class FactorLine(Record):
    """A factor as its owner sees it. `destination` is masked; None where nothing is sent, or where
    it can't be read."""

    id: int
    method: str
    name: str | None
    destination: str | None
    added_at: datetime
    last_used_at: datetime | None
    is_preferred: bool


class Removal(Record):
    """What taking one away would mean: whether it is the only one, and whether one is needed. If
    not, the password stands alone afterwards, and must have `minimum` characters."""

    is_last: bool
    is_needed: bool
    minimum: int

    @property
    def asks_for_password(self) -> bool:
        """Whether the password has to be shown to be good enough."""
        return self.is_last and not self.is_needed


def listed(services: Services, token: str | None) -> list[FactorLine]:
    """The factors of who is signed in, the preferred method's first. Raises LoginLapsed."""
    standing = sessions.find_signed_in(services, token)
    with services.begin() as work:
        return _lines(services, work, standing)


def one(
    services: Services, token: str | None, number: int, visitor: Visitor
) -> tuple[FactorLine, Removal]:
    """One of them, and what removing it would mean. Raises LoginLapsed, or NoSuchRow."""
    standing = sessions.find_signed_in(services, token)
    line = _mine(services, standing, number, visitor)
    with services.begin() as work:
        return line, _removal(services, work, standing)


def rename(services: Services, token: str | None, number: int, name: str, visitor: Visitor) -> None:
    """Give a factor a name of the person's own. Raises LoginLapsed, InvalidName, NameTaken, or
    NoSuchRow."""
    standing = sessions.find_signed_in(services, token)
    line, wanted = _mine(services, standing, number, visitor), clean_name(name)
    if line.name == wanted:
        return
    account_id = standing.account.id

    def keep(work: Work) -> None:
        sessions.must_still_be(services, work, standing)
        if not work.unit.credentials.rename(account_id, number, wanted):
            raise NameTaken
        work.record(FactorRenamed(account_id=account_id, method=line.method), visitor)
        _tell(services, work, standing, "factor_renamed", line, visitor, renamed=wanted)

    services.in_one_go(keep)


def prefer(services: Services, token: str | None, number: int, visitor: Visitor) -> None:
    """Ask this one first from now on. Raises LoginLapsed, or NoSuchRow."""
    standing = sessions.find_signed_in(services, token)
    line = _mine(services, standing, number, visitor)

    def keep(work: Work) -> None:
        sessions.must_still_be(services, work, standing)
        work.unit.credentials.prefer(number, services.clock())
        factor_removal.ask_first(services, work, standing.account, line.method)
        work.record(FactorPreferred(account_id=standing.account.id, method=line.method), visitor)

    services.in_one_go(keep)


def remove(
    services: Services, token: str | None, number: int, password: str, visitor: Visitor
) -> None:
    """Take a factor away, if it is there still; all other sessions end (S-89, S-105).

    Raises LoginLapsed, NoSuchRow, LastFactor where the account needs one; and where it needs none,
    for the last one, what `password_checks.check` raises, or PasswordRefused for a password that
    is too short to stand alone (S-02).
    """
    standing = sessions.find_signed_in(services, token)
    account_id, line = standing.account.id, _found(services, standing, number)
    if line is None:
        was_his = partial(_was_his, number, account_id)
        foreign.unless_over(services, account_id, foreign.FACTOR, visitor, was_his)
        return
    with services.begin() as work:
        what = _removal(services, work, standing)
        phone = _phones(work, standing).get(number)
    if what.asks_for_password:
        password_checks.check(services, standing, password, visitor)
        if standing.person.password_hash and len(canonical(password)) < what.minimum:
            raise PasswordRefused("too_short", what.minimum)

    def take(work: Work) -> None:
        sessions.must_still_be(services, work, standing)
        # Looked at again behind the account's lock: two may go at once, but not the last two.
        by_now = _removal(services, work, standing)
        if by_now.is_last and not what.asks_for_password:
            raise LastFactor
        left = factor_removal.take(services, work, standing.account, number, BY_OWNER)
        if left is not None:
            _after_removal(services, work, standing, line, left, visitor)
            if phone:
                factor_notices.text(services, work, standing.account.id, "factor_removed", phone)

    services.in_one_go(take)


def _after_removal(
    services: Services, work: Work, standing: Standing, line: FactorLine, left: list[str],
    visitor: Visitor,
) -> None:  # fmt: skip
    account_id = standing.account.id
    work.unit.sessions.end_others(account_id, standing.session.id, services.clock())
    work.unit.accounts.forget_browsers(account_id)
    distrust.end_all(services, work, account_id, Ending.FACTORS, visitor)
    work.record(FactorRemoved(account_id=account_id, method=line.method), visitor)
    _tell(services, work, standing, "factor_removed", line, visitor, is_last=not left)


def _removal(services: Services, work: Work, standing: Standing) -> Removal:
    account = standing.account
    count = len(_listed(services, work, account))
    roles = work.unit.users.role_names(account.user_id)
    return Removal(
        is_last=count == 1,
        is_needed=services.policy.demands_factor(roles),
        minimum=services.settings.password_min_length_alone,
    )


def _found(services: Services, standing: Standing, number: int) -> FactorLine | None:
    with services.begin() as work:
        lines = _lines(services, work, standing)
    return next((line for line in lines if line.id == number), None)


def _was_his(number: int, account_id: int, unit: Unit) -> bool:
    return unit.credentials.is_of(number, account_id)


def _mine(services: Services, standing: Standing, number: int, visitor: Visitor) -> FactorLine:
    found = _found(services, standing, number)
    if found is None:
        foreign.refuse(services, standing.account.id, foreign.FACTOR, visitor)
    return found


def _listed(services: Services, work: Work, account: Account) -> list[MethodLine]:
    names = [factor.name for factor in services.factors]
    return work.unit.credentials.lines(account.id, names)


def _lines(services: Services, work: Work, standing: Standing) -> list[FactorLine]:
    account, phones = standing.account, _phones(work, standing)
    first = _asked_first(work, account)
    lines = [
        FactorLine(
            id=line.id,
            method=line.method,
            name=line.name,
            destination=_destination(services, standing, line, phones),
            added_at=line.added_at,
            last_used_at=line.last_used_at,
            is_preferred=line.id == first,
        )
        for line in _listed(services, work, account)
    ]
    return sorted(lines, key=lambda line: not line.is_preferred)


def _asked_first(work: Work, account: Account) -> int | None:
    """The factor that the second step begins with."""
    if account.preferred_method is None:
        return None
    return work.unit.credentials.first_of(account.id, account.preferred_method)


def _destination(
    services: Services, standing: Standing, line: MethodLine, phones: Mapping[int, bytes]
) -> str | None:
    factor = services.factors[line.method]
    if not factor.posts_codes:
        return None
    if line.method != factor_notices.TEXTS:
        return factor.destination(b"", standing.person)
    phone = phones.get(line.id)
    return factor.destination(phone, standing.person) if phone else None


def _phones(work: Work, standing: Standing) -> dict[int, bytes]:
    """The phones of the account that can be read, by their numbers among the factors."""
    try:
        found = work.unit.credentials.of_method(standing.account.id, factor_notices.TEXTS)
    except Unsealable:
        return {}
    return {it.id: it.secret for it in found}


def _tell(
    services: Services, work: Work, standing: Standing, template: str, line: FactorLine,
    visitor: Visitor, **facts: Any,
) -> None:  # fmt: skip
    factor_notices.tell(
        services, work, standing.account.id, standing.person, template, visitor,
        method=line.method, name=line.name, destination=line.destination, **facts,
    )  # fmt: skip
