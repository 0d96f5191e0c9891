"""Sessions: half open between the two doors, signed in behind the second; how long each lives."""

from dataclasses import field
from datetime import datetime, timedelta

from .login_state import Stage
from .policy import RESCUE, leans_on_trust
from .records import Record

HALF_OPEN_LIFETIME = timedelta(minutes=10)
SEEN_INTERVAL = timedelta(minutes=5)
DOUBLE_CLICK = timedelta(seconds=30)
ADDRESS_PROOF_LIFETIME = timedelta(hours=1)
RECENT_PROOF = timedelta(minutes=10)


class SessionPolicy(Record, kw_only=False):
    """How long a signed-in session may rest, and how long it may last at all; `remember` is how
    long both are for whoever asked to stay signed in, where that is offered."""

    idle: timedelta = timedelta(hours=8)
    overall: timedelta = timedelta(hours=24)
    remember: timedelta | None = None

    def length(self, remembered: bool) -> timedelta:
        """How long a session lasts that begins now."""
        return self.remember if remembered and self.remember is not None else self.overall

    def is_over(self, session: "Session", now: datetime) -> bool:
        """Whether it rested too long, or would not have begun for so long by the rules of now. No
        rest ends one that is to be remembered."""
        longest = self.length(session.remembered) + HALF_OPEN_LIFETIME
        if session.remembered and now - session.created_at > longest:
            return True
        if session.remembered and self.remember is not None:
            return False
        return not is_within(self.idle, session.last_seen_at, now)


class Session(Record):
    """A row of `airlock_sessions`. `proofs` are the methods that opened it, in order;
    `remembered` says that the person asked to stay signed in, `trust_id` which trusted browser
    stands for the second factor."""

    id: int
    account_id: int
    stage: Stage
    proofs: tuple[str, ...]
    created_at: datetime
    last_seen_at: datetime
    proved_at: datetime
    expires_at: datetime
    next_url: str | None = field(default=None)
    remembered: bool = False
    trust_id: int | None = None

    @property
    def is_rescued(self) -> bool:
        """Whether it may do nothing but set up a factor in place of those that are lost (S-80)."""
        return self.stage is Stage.HALF_OPEN and RESCUE in self.proofs

    def is_fresh(self, now: datetime, within: timedelta = RECENT_PROOF) -> bool:
        """Whether the last proof is recent enough for a change of factors (S-84); that a browser
        is trusted proves nothing now."""
        return not leans_on_trust(self.proofs) and is_within(within, self.proved_at, now)

    def cookie_lifetime(self, now: datetime) -> timedelta | None:
        """How long the browser keeps the session's cookie; None until it is closed."""
        return self.expires_at - now if self.remembered else None


def is_within(length: timedelta, then: datetime, now: datetime) -> bool:
    """Whether two moments lie no further apart than that, whichever came first.

    What happened in the future tells of a clock that was put back: nothing that must be recent may
    last until it has caught up.
    """
    return abs(now - then) <= length


def proof_names(proofs: tuple[str, ...]) -> str:
    """Proofs as they are stored: names with spaces between."""
    return " ".join(proofs)
