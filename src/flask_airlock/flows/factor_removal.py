"""A factor is taken away: what hangs on it goes with it, whoever does it."""

from ..domain.accounts import Account
from . import factor_notices, policy
from .services import Services, Work

NUMBER_COLUMN = "phone_number"


def take(
    services: Services, work: Work, account: Account, number: int, by: str
) -> list[str] | None:
    """Take one away that the account has; the methods that are left, or None where it was gone.

    Whoever calls holds the account (`accounts.lock`).
    """
    unit, now = work.unit, services.clock()
    method = unit.credentials.method_of(account.id, number)
    if method is None or not unit.credentials.revoke_one(account.id, number, by, now):
        return None
    unit.setups.void_others(account.id, now)
    unit.codes.void(account.id, method, now)
    left = policy.enrolled_methods(services, work, account.id)
    if not left:
        # They stood in for what is gone, and must not for what comes later.
        unit.recovery_codes.void_all(account.id, now)
    if method == account.preferred_method and method not in left:
        ask_first(services, work, account, left[0] if left else None)
    if method == factor_notices.TEXTS and NUMBER_COLUMN in services.settings.mirror_columns:
        number_left = next((it.decode() for it in factor_notices.phones(work, account.id)), None)
        unit.users.mirror(account.user_id, NUMBER_COLUMN, number_left)
    return left


def ask_first(services: Services, work: Work, account: Account, method: str | None) -> None:
    """Ask this method first from now on; none where there is none left."""
    mirrored = services.factors[method].mirror_name if method else None
    work.unit.accounts.prefer(account.id, method)
    work.unit.users.mirror(account.user_id, "two_factor_primary_method", mirrored)
