"""Keeps messages for development and tests, and prints them to the console when asked."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from ..domain.letters import Channel, KeptMessage, Message

KEPT = 200


class Outbox:
    """The last messages of this process, oldest first."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: deque[KeptMessage] = deque(maxlen=KEPT)

    def keep(self, message: Message) -> None:
        """Remember a message with the time of now."""
        self._kept.append(KeptMessage(message=message, at=self._clock()))

    def messages(self, to: str | None = None, channel: Channel | None = None) -> list[KeptMessage]:
        """The messages kept, optionally to one reader or of one channel."""
        return [
            kept
            for kept in list(self._kept)
            if to in (None, kept.message.to) and channel in (None, kept.message.channel)
        ]

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()


def as_console_text(message: Message) -> str:
    """A message as a developer reads it in the terminal."""
    head = f"{message.channel.value} to {message.to}"
    subject = f"\n{message.subject}" if message.subject else ""
    return f"\n-- {head} {'-' * max(4, 60 - len(head))}{subject}\n\n{message.text.rstrip()}\n--\n"
