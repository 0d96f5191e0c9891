"""A new password, wherever it is chosen: good enough, then hashed. No transaction is open."""

from collections.abc import Collection

from ..domain.accounts import Account, Person, Visitor
from ..domain.events import BreachCheckFailed
from ..domain.password_policy import words_of
from ..errors import DeliveryFailed, PasswordRefused
from . import policy
from .services import Services, Work


def accepted_hash(
    services: Services,
    password: str,
    *,
    stands_alone: bool,
    email: str,
    username: str | None,
    visitor: Visitor,
) -> str:
    """The hash to keep; raises PasswordRefused with the reason."""
    words = words_of(email, username)
    services.password_policy.check(password, stands_alone=stands_alone, words=words)
    if services.breached is not None and _is_breached(services, password, visitor):
        raise PasswordRefused("breached", minimum(services, stands_alone))
    return services.passwords.hash(password)


def minimum(services: Services, stands_alone: bool) -> int:
    """How many characters a new password needs."""
    rules = services.password_policy
    return rules.minimum_alone if stands_alone else rules.minimum


def stands_alone(services: Services, work: Work, account: Account, person: Person) -> bool:
    """Whether this person's password may ever be all that is asked for."""

    def roles() -> Collection[str]:
        return work.unit.users.role_names(person.user_id)

    return policy.password_may_stand_alone(services, account, roles)


def _is_breached(services: Services, password: str, visitor: Visitor) -> bool:
    try:
        return services.breached is not None and services.breached(password)
    except DeliveryFailed as problem:
        # Open: nobody is to stay without a password because somebody else's service is down.
        with services.begin() as work:
            work.record(BreachCheckFailed(reason=str(problem)), visitor)
        return False
