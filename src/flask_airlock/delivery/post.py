"""The post office: when letters are carried, and by which transport."""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol

from ..domain.letters import Channel, Message

WORKERS = 4
LONGEST_QUEUE = 500

log = logging.getLogger("flask_airlock")


class Transport(Protocol):
    """Carries one kind of message; returning means handed over, anything else raises."""

    def send(self, message: Message) -> None:
        """Hand one message over; raises DeliveryFailed."""


class Post:
    """Which transport carries which channel; found when a letter is sent, never before."""

    def __init__(self, transports: Callable[[Channel], Transport]) -> None:
        self._transports = transports

    def send(self, message: Message) -> None:
        """Hand one message over; raises DeliveryFailed or ConfigurationError."""
        self._transports(message.channel).send(message)


def _carry(deliver: Callable[[int], None], letter_id: int) -> None:
    # What the letter tells of is committed: a database that is gone by now must not break that.
    try:
        deliver(letter_id)
    except Exception:
        log.exception("letter %s could not be carried", letter_id)


class InPlace:
    """`SECURITY_DELIVERY = "sync"`: letters are carried before the response is given."""

    def run(self, deliver: Callable[[int], None], letter_ids: Iterable[int]) -> None:
        """Carry each letter now."""
        for letter_id in letter_ids:
            _carry(deliver, letter_id)

    def wait(self, seconds: float) -> None:
        """Nothing is ever under way between two calls."""


class InThreads:
    """`SECURITY_DELIVERY = "thread"`: a bounded pool, started lazily and anew after a fork."""

    def __init__(self) -> None:
        self._begin_anew()
        # A forked worker inherits neither threads nor a true count of what waits.
        os.register_at_fork(after_in_child=self._begin_anew)

    def run(self, deliver: Callable[[int], None], letter_ids: Iterable[int]) -> None:
        """Queue each letter; what does not fit is picked up later as overdue."""
        for letter_id in letter_ids:
            if self._waiting.acquire(blocking=False):
                errand = self._started_pool().submit(self._carry, deliver, letter_id)
                self._under_way.add(errand)
                errand.add_done_callback(self._under_way.discard)

    def wait(self, seconds: float) -> None:
        """Wait until what is under way now was carried, but no longer than so many seconds."""
        wait(list(self._under_way), timeout=seconds)

    def _begin_anew(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: set[Future[None]] = set()
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(LONGEST_QUEUE)

    def _carry(self, deliver: Callable[[int], None], letter_id: int) -> None:
        try:
            _carry(deliver, letter_id)
        finally:
            self._waiting.release()

    def _started_pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="airlock-post")
            return self._pool
