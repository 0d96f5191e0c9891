"""Which factors an account can be asked for, which comes first, and whether one is needed."""

from collections.abc import Callable, Collection

from ..domain.accounts import Account
from .services import Services, Work


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
