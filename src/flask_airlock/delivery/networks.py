"""How often something came from one network, counted by `limits`: in memory, or in a store that
several processes share. Its clock is the store's own.

Importing `limits` takes as long as importing Flask, so this is loaded when somebody is wrong.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from limits import RateLimitItemPerSecond
from limits.errors import ConfigurationError as Unusable
from limits.errors import StorageError
from limits.storage import StorageTypes, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from ..domain.sessions import is_within
from ..domain.throttle import Window
from ..errors import ConfigurationError, CountsGone, MissingExtra

T = TypeVar("T")
log = logging.getLogger("flask_airlock")
NAMESPACE = "airlock"
# Nobody is to wait for a store that is gone: neither long, nor each time.
PATIENCE = 1.0
REST = timedelta(seconds=30)
# Each store's own client takes these under its own names.
TIMEOUTS: dict[str, dict[str, float | str | bool]] = {
    "redis": {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE},
    "valkey": {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE},
    "memcached": {"timeout": PATIENCE, "connect_timeout": PATIENCE},
}


class NetworkCounts:
    """Counters by what was done and by network; `windows` say how often that may be.

    Raises ConfigurationError for a store that can't be used here; asks it nothing yet.
    """

    def __init__(
        self, uri: str, windows: Mapping[str, Sequence[Window]], clock: Callable[[], datetime]
    ) -> None:
        self._limiter = MovingWindowRateLimiter(_store(uri))
        self._items = {
            what: [
                RateLimitItemPerSecond(one.most, int(one.length.total_seconds()), NAMESPACE)
                for one in several
            ]
            for what, several in windows.items()
        }
        self._clock = clock
        self._gone_at: datetime | None = None

    def wait(self, what: str, network: str) -> timedelta:
        """How long until one more fits; zero for now. Raises CountsGone."""
        return self._ask(lambda: self._longest_wait(what, network))

    def count(self, what: str, network: str) -> None:
        """Count one. Raises CountsGone."""
        self._ask(lambda: [self._limiter.hit(item, what, network) for item in self._items[what]])

    def _longest_wait(self, what: str, network: str) -> timedelta:
        full = (
            self._limiter.get_window_stats(item, what, network).reset_time
            for item in self._items[what]
            if not self._limiter.test(item, what, network)
        )
        return timedelta(seconds=max(0.0, max(full, default=0.0) - time.time()))

    def _ask(self, do: Callable[[], T]) -> T:
        now = self._clock()
        if self._gone_at is not None and is_within(REST, self._gone_at, now):
            raise CountsGone("at rest", is_news=False)
        try:
            answer = do()
        except Exception as problem:
            # Also an answer that the store's client can make no sense of.
            cause = problem.storage_error if isinstance(problem, StorageError) else problem
            is_news, self._gone_at = self._gone_at is None, now
            log.warning("networks are not counted: their store fails", exc_info=is_news)
            raise CountsGone(type(cause).__name__, is_news=is_news) from None
        self._gone_at = None
        return answer


def _store(uri: str) -> StorageTypes:
    scheme = uri.partition(":")[0]
    timeouts = next((TIMEOUTS[name] for name in TIMEOUTS if scheme.startswith(name)), {})
    try:
        return storage_from_string(uri, wrap_exceptions=True, **timeouts)
    except (Unusable, ValueError, NotImplementedError) as problem:
        if "prerequisite" in str(problem):
            raise MissingExtra(
                f"SECURITY_RATELIMIT_STORAGE_URI begins with {scheme}: {problem}. For Redis: "
                'pip install "Flask-Airlock[redis]"'
            ) from None
        raise ConfigurationError(f"SECURITY_RATELIMIT_STORAGE_URI: {problem}") from None
