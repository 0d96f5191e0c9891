"""A person's own way back: second mailboxes, from when on they count, and what codes they get."""

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from .addresses import same_address
from .records import Record
from .throttle import A_DAY, Window

MOST_ADDRESSES = 2
# S-78: whoever came in for a moment must not be able to come back at once.
USABLE_AFTER = timedelta(hours=24)
CODE_LETTERS = 8
CODE_LIFETIME = timedelta(minutes=15)
SENDS = Window(3, A_DAY)


class RescueAddress(Record):
    """A mailbox that the person named; `address` is None where it can't be opened, `proved_at` None
    until the code that was sent there came back."""

    id: int
    address: str | None = field(repr=False)
    created_at: datetime
    proved_at: datetime | None

    @property
    def usable_from(self) -> datetime | None:
        """From when on it leads back; None for one that was not proved."""
        return self.proved_at + USABLE_AFTER if self.proved_at else None

    def is_usable(self, now: datetime, on_file: str) -> bool:
        """Whether a code sent there would be another proof than one to the address on file."""
        begins = self.usable_from
        if begins is None or begins > now or self.address is None:
            return False
        return not same_address(on_file, self.address)


class RescueState(StrEnum):
    """Where a rescue by administrators stands."""

    ASKED = "asked"
    HALF_APPROVED = "half_approved"
    APPROVED = "approved"
    DONE = "done"
    CANCELLED = "cancelled"


class Rescue(Record):
    """A rescue by administrators. `approved_at` is the time of the last approval, `due_at` when it
    is carried out; `reason` their own words, and `closed_by` who cancelled it."""

    id: int
    account_id: int
    state: RescueState
    asked_at: datetime | None
    first_by: str | None
    second_by: str | None
    reason: str | None
    approved_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
