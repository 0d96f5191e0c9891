"""Who needs a second factor, and which step comes after the first door."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from .records import Record
from .recovery_codes import RECOVERY

FACTOR_METHODS = ("email", "authenticator", "sms")
# What a code sent to a rescue address proves: no second factor, but that one may be set up anew.
RESCUE = "rescue"
# An answer is compared with every app that an account has, and costs as many tries.
MOST_OF_A_KIND = 5
# What counts as a second factor once it was proved. A recovery code is none that an account has.
SECOND_PROOFS = (*FACTOR_METHODS, RECOVERY)
# The proof of a session whose browser stood for the second factor.
TRUSTED_BROWSER = "trusted_browser"


class SecondFactorPolicy(Record, kw_only=False):
    """`enabled`: whether there is a second step at all; `required`: for all, nobody, or roles;
    `grace`: how long after it was first demanded one may do without."""

    enabled: bool
    required: bool | frozenset[str]
    grace: timedelta = timedelta(0)

    def demands_factor(self, roles: Collection[str]) -> bool:
        """Whether somebody with these roles must have a second factor."""
        if not self.enabled or isinstance(self.required, bool):
            return self.enabled and bool(self.required)
        return not self.required.isdisjoint(roles)

    def due_at(self, asked_at: datetime | None, now: datetime) -> datetime | None:
        """When a factor is due that was first demanded then; None when it is due already, or was
        never demanded. A clock that was put back lengthens nothing."""
        if asked_at is None or abs(now - asked_at) >= self.grace:
            return None
        return asked_at + self.grace


def proved_second_factor(proofs: Collection[str]) -> bool:
    """Whether a session's proofs hold a second factor."""
    return not set(proofs).isdisjoint(SECOND_PROOFS)


def leans_on_trust(proofs: Collection[str]) -> bool:
    """Whether nothing but a trusted browser stands for the second factor."""
    return TRUSTED_BROWSER in proofs and not proved_second_factor(proofs)


def check_own_proofs(proofs: Sequence[str]) -> None:
    """Raise ValueError unless these are names of an application's own first factors.

    A name of ours would let a view claim a second factor that nobody has proved.
    """
    ours = {*SECOND_PROOFS, RESCUE, TRUSTED_BROWSER}
    if isinstance(proofs, str) or not 0 < len(proofs) <= 5 or not ours.isdisjoint(proofs):
        raise ValueError(
            f"proofs is a list of one to five names of your own, such as ['oauth'], not {ours}"
        )
    if not all(re.fullmatch(r"[a-z][a-z0-9_.-]{0,31}", proof) for proof in proofs):
        raise ValueError("each proof is a short lower-case name, such as 'oauth'")
