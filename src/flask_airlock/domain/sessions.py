"""Sessions: half open between the two doors, signed in behind the second; how long each lives."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .login_state import Stage
from .policy import RESCUE

HALF_OPEN_LIFETIME = timedelta(minutes=10)
SEEN_INTERVAL = timedelta(minutes=5)
DOUBLE_CLICK = timedelta(seconds=30)
ADDRESS_PROOF_LIFETIME = timedelta(hours=1)
RECENT_PROOF = timedelta(minutes=10)


@dataclass(frozen=True)
class SessionPolicy:
    """How long a signed-in session may rest, and how long it may last at all."""

    idle: timedelta = timedelta(hours=8)
    overall: timedelta = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A row of `airlock_sessions`. `proofs` are the methods that opened it, in order."""

    id: int
    account_id: int
    stage: Stage
    proofs: tuple[str, ...]
    created_at: datetime
    last_seen_at: datetime
    proved_at: datetime
    expires_at: datetime
    next_url: str | None = field(default=None)

    @property
    def is_rescued(self) -> bool:
        """Whether it may do nothing but set up a factor in place of those that are lost (S-80)."""
        return self.stage is Stage.HALF_OPEN and RESCUE in self.proofs

    def is_fresh(self, now: datetime, within: timedelta = RECENT_PROOF) -> bool:
        """Whether the last proof is recent enough for a change of factors (S-84)."""
        return is_within(within, self.proved_at, now)


def is_within(length: timedelta, then: datetime, now: datetime) -> bool:
    """Whether two moments lie no further apart than that, whichever came first.

    What happened in the future tells of a clock that was put back: nothing that must be recent may
    last until it has caught up.
    """
    return abs(now - then) <= length


def proof_names(proofs: tuple[str, ...]) -> str:
    """Proofs as they are stored: names with spaces between."""
    return " ".join(proofs)
