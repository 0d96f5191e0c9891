"""How often one may be wrong: in a row, and in a month; and how long nobody is listened to between.

Everything is counted apart for browsers that the account knows and for all others, so that a thief
with the password spends the strangers' side and the owner goes on in his own browser (STANDARDS
rows S-92 to S-97).
"""

from collections.abc import Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any

from .records import Record

FIRST_DOOR = "password"
FIRST_SETUP = "first_setup"
SETUP = "setup:"
ASKED_AGAIN = "password_check"
FACTORS = "factors"

# S-93: no more in a row than that, whatever a reset forgave meanwhile.
IN_A_ROW_EVER = 100
A_DAY = timedelta(days=1)
EVERYBODY = sha256(b"everybody").digest()
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Side(StrEnum):
    """Who is guessing: a browser this account has signed in with before, or any other."""

    KNOWN = "known"
    STRANGERS = "strangers"


def is_of_setup(subject: str) -> bool:
    """Whether it is the proof of a set-up that is guessed at, not yet a factor."""
    return subject == FIRST_SETUP or subject.startswith(SETUP)


class Limit(Record):
    """Wrong answers in a row: `free` of them cost nothing, from then on each brings a wait, from
    `first_wait` doubling to `longest_wait`; `stop` of them close the subject, until
    `reopens_after` or, where that is None, until it is freed."""

    free: int
    stop: int
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)
    reopens_after: timedelta | None = None

    def wait_after(self, failures: int) -> timedelta:
        """How long nobody is listened to after so many failures in a row; zero for not at all."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)
        wait: timedelta = self.first_wait * 2**doublings
        return min(wait, self.longest_wait)

    def waits(self, tries: int) -> Sequence[tuple[int, timedelta]]:
        """How long one waits after an answer that costs so many tries: from so many failures
        before it, until the next pair."""
        return _waits(self, tries)


@cache
def _waits(limit: Limit, tries: int) -> tuple[tuple[int, timedelta], ...]:
    steps = [(failures, limit.wait_after(failures + tries)) for failures in range(limit.stop)]
    before = [timedelta(0), *(wait for _, wait in steps)]
    return tuple(step for step, last in zip(steps, before, strict=False) if step[1] != last)


class Window(Record, kw_only=False):
    """So many in that length of time, whenever it begins.

    It is counted in thirds, four of which are looked at, so that any length is covered whole; what
    happened is forgotten after one length at the soonest and four thirds of it at the latest.
    """

    most: int
    length: timedelta

    def part_of(self, now: datetime) -> int:
        """The number of the third that a moment lies in."""
        return (now - EPOCH) // (self.length / 3)

    def room_for(self, more: int) -> int:
        """How many there may be for so many more to fit; what is more than all fits alone."""
        return max(0, self.most - more)

    def room_at(self, part: int, counts: Sequence[int], now: datetime, more: int = 1) -> datetime:
        """When so many `more` fit; `counts` are those of `part` and the three before it."""
        room = self.room_for(more)
        left = sum(counts[: max(0, 4 - (self.part_of(now) - part))])
        for age in (3, 2, 1, 0):
            opens_at = EPOCH + (part - age + 4) * (self.length / 3)
            if left <= room:
                return now
            if opens_at > now:
                left -= counts[age]
                now = opens_at
        return now


class Limits(Record):
    """The limits of one application."""

    factors: Limit = Limit(free=5, stop=20)
    passwords: Limit = Limit(free=5, stop=100)
    factor_budget: Window = Window(50, timedelta(days=30))

    def of(self, subject: str) -> Limit:
        """The limit of what is guessed at.

        A factor stays closed (S-93), and so does a password (S-95). The proofs of a set-up open
        again: there is no known browser yet by which the owner could go on, and twenty guesses a
        day at eight digits lead nowhere. So does the current password, asked again of who is
        inside: the owner must not stay without it for ever.
        """
        if subject == FIRST_DOOR:
            return self.passwords
        if subject == ASKED_AGAIN or is_of_setup(subject):
            return replace(self.factors, reopens_after=A_DAY)
        return self.factors


class Guess(Record):
    """What somebody guesses at: whose it is, which secret, and from which side.

    `owner` names the person or, where nobody has the name that was typed, that name; both by 32
    bytes, so that the same statements serve for either. An answer that is compared with several
    secrets costs as many `tries`. `in_a_row` is how many were wrong, with this one, once it was
    counted.
    """

    owner: bytes = field(repr=False)
    account_id: int | None
    subject: str
    side: Side
    tries: int = 1
    in_a_row: int = 0

    @property
    def spends_budget(self) -> bool:
        """Whether a wrong answer counts for the month as well: those to second factors do."""
        return not is_of_setup(self.subject) and self.subject not in (FIRST_DOOR, ASKED_AGAIN)


def owner_of_user(user_id: Any) -> bytes:
    """The name under which a person's wrong answers are counted."""
    return sha256(f"user {user_id}".encode()).digest()


class Shut(Record, kw_only=False):
    """Nobody is listened to, until then; for good where that is None. `closed` after as many wrong
    answers in a row as there may be, else it is a wait; `for_all` methods, since the month's
    budget is spent."""

    until: datetime | None
    closed: bool = False
    for_all: bool = False


def shut_until(
    limit: Limit, failures: int, free_at: datetime | None, last_at: datetime, now: datetime
) -> Shut | None:
    """Whether somebody who was wrong so often in a row is listened to now: None if he is."""
    if failures < limit.stop:
        return Shut(free_at) if free_at is not None and free_at > now else None
    if limit.reopens_after is None:
        return Shut(None, closed=True)
    opens_at = last_at + limit.reopens_after
    return Shut(opens_at, closed=True) if opens_at > now else None


def sides_freed_by_success(side: Side) -> tuple[Side, ...]:
    """A success in a known browser frees the factor everywhere; elsewhere its own side only."""
    return (Side.KNOWN, Side.STRANGERS) if side is Side.KNOWN else (Side.STRANGERS,)
