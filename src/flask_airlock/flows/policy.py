"""Which factors an account can be asked for, which comes first, and whether one is needed."""

from collections.abc import Callable, Collection
from datetime import datetime
from hmac import compare_digest

from ..domain.accounts import Account, Person
from ..domain.vault import digest
from .services import Services, Work


def may_not_enter(services: Services, person: Person, account: Account | None = None) -> str:
    """Why somebody who proves who he is is refused all the same; empty if he is not. `account` is
    given where the password is the proof."""
    if not person.active:
        return "inactive"
    if account is not None and password_is_closed(account, person):
        return "password_closed"
    return "unconfirmed" if services.settings.confirmable and not person.confirmed else ""


def password_is_closed(account: Account, person: Person) -> bool:
    """Whether the password of now is one that its owner gave up: somebody else has it."""
    if account.closed_password is None or person.password_hash is None:
        return False
    return compare_digest(account.closed_password, digest(person.password_hash))


def enrolled_methods(services: Services, work: Work, account_id: int) -> list[str]:
    """The account's methods that the application has switched on, oldest first."""
    return services.factors.enabled(work.unit.credentials.methods(account_id))


def preferred_first(account: Account, methods: list[str]) -> list[str]:
    """The same methods, the preferred one in front."""
    return sorted(methods, key=lambda method: method != account.preferred_method)


def needs_second_door(
    services: Services, account: Account, roles: Callable[[], Collection[str]]
) -> bool:
    """Whether nobody may be inside this account by a first factor alone.

    Whoever has a factor is asked for it, also where its method was switched off since; whoever
    lost his to an administrator sets one up; all others by policy. `roles` is asked only where
    the policy names roles.
    """
    policy = services.policy
    if not policy.enabled:
        return False
    if account.preferred_method is not None or account.needs_setup_link:
        return True
    return policy.demands_factor(() if isinstance(policy.required, bool) else roles())


def grace_until(services: Services, account: Account) -> datetime | None:
    """Until when somebody of whom a second factor was demanded may do without; None where he may
    not. Nobody may who has one, or had one."""
    if account.preferred_method is not None or account.needs_setup_link:
        return None
    return services.policy.due_at(account.asked_for_factor_at, services.clock())


def factor_due_at(
    services: Services, account: Account, roles: Callable[[], Collection[str]]
) -> datetime | None:
    """When a second factor has to be there; None where none is demanded, or it is due already."""
    until = grace_until(services, account)
    return until if until and needs_second_door(services, account, roles) else None


def password_may_stand_alone(
    services: Services, account: Account | None, roles: Callable[[], Collection[str]]
) -> bool:
    """Whether there is a time in which the password alone opens this account (S-01).

    Where everybody needs a second factor there is none, unless there is a grace, or the first one
    may be set up with nothing but the password. `account` is None for somebody who has none yet.
    """
    if account is None:
        demanded = services.policy.demands_factor(roles())
    else:
        demanded = needs_second_door(services, account, roles)
    has_factor = account is not None and account.preferred_method is not None
    waits_for_link = account is not None and account.needs_setup_link
    if demanded and (has_factor or waits_for_link):
        return False
    by_mail = services.settings.two_factor_first_setup_by_mail
    return not (demanded and by_mail) or _may_have_grace(services, account)


def _may_have_grace(services: Services, account: Account | None) -> bool:
    if account is None or account.asked_for_factor_at is None:
        return bool(services.policy.grace)
    return grace_until(services, account) is not None
