"""Which factors an account can be asked for, and which comes first."""

from ..domain.accounts import Account
from .services import Services, Work


def enrolled_methods(services: Services, work: Work, account_id: int) -> list[str]:
    """The account's methods that the application has switched on, oldest first."""
    return services.factors.enabled(work.unit.credentials.methods(account_id))


def preferred_first(account: Account, methods: list[str]) -> list[str]:
    """The same methods, the preferred one in front."""
    return sorted(methods, key=lambda method: method != account.preferred_method)


def demands_factor(services: Services, work: Work, account: Account) -> bool:
    """Whether this user must have a second factor."""
    policy = services.policy
    roles = (
        frozenset[str]()
        if isinstance(policy.required, bool)
        else work.unit.users.role_names(account.user_id)
    )
    return policy.demands_factor(roles)
