"""Messages as data: to whom, by which channel, which template, which facts."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from .records import Record


class Channel(StrEnum):
    """How a message travels."""

    MAIL = "mail"
    SMS = "sms"


class LetterState(StrEnum):
    """Where a letter stands on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


# How long to wait after each try that failed: a mail server that is away for a night loses nothing.
WAITS = (
    timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30),
    timedelta(hours=2), timedelta(hours=6), *(timedelta(hours=12),) * 3,
)  # fmt: skip
MAX_ATTEMPTS = len(WAITS) + 1
LONGEST_TIMEOUT_S = 60
# Longer than any transport takes that gives up in time, so that no letter is with two workers.
STUCK_AFTER = timedelta(minutes=5)
NOTICE_LIFETIME = timedelta(days=2)


class Letter(Record):
    """A message to be written: `template` names it, `facts` fill it, `lifetime` bounds its use."""

    to: str = field(repr=False)
    channel: Channel
    template: str
    facts: Mapping[str, object] = field(repr=False)
    lifetime: timedelta = NOTICE_LIFETIME
    account_id: int | None = None


class Message(Record):
    """A letter as its reader will see it; `html` and `subject` are empty for text messages."""

    to: str = field(repr=False)
    channel: Channel
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)


class KeptMessage(Record):
    """A message in the outbox, with the moment it was handed over."""

    message: Message
    at: datetime


def next_try(attempts: int, now: datetime, expires_at: datetime) -> datetime | None:
    """When to try a letter again after so many tries, later each time for as long as its time
    allows; None where no try or no time is left."""
    if attempts >= MAX_ATTEMPTS:
        return None
    moments = (now + wait for wait in reversed(WAITS[:attempts]))
    return next((moment for moment in moments if moment < expires_at), None)


def is_timeout(value: object) -> bool:
    """Whether a setting is a number of seconds that one can wait for."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= LONGEST_TIMEOUT_S
