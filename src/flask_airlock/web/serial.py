"""One request at a time, where all threads share one database connection."""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

WSGIApp = Callable[..., Iterable[bytes]]

log = logging.getLogger("flask_airlock")


class SerialGate:
    """Wraps an application's `wsgi_app`; decides at the first request whether it is needed.

    SQLite in memory has one connection for all threads: one thread's rollback would undo
    another's spent code. Responses are drawn whole before the next request begins.
    """

    def __init__(self, inner: WSGIApp, is_needed: Callable[[], bool]) -> None:
        self._inner = inner
        self._is_needed = is_needed
        self._lock = threading.RLock()
        self._needed: bool | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._needed is None:
            self._decide()
        if not self._needed:
            return self._inner(environ, start_response)
        with self._lock:
            return self._drawn(self._inner(environ, start_response))

    def _decide(self) -> None:
        with self._lock:
            if self._needed is None:
                self._needed = self._is_needed()
                if self._needed:
                    log.warning(
                        "The database is SQLite in memory, with one connection for all threads: "
                        "requests are answered one at a time. Use a file or a server in production."
                    )

    @staticmethod
    def _drawn(parts: Iterable[bytes]) -> list[bytes]:
        try:
            return list(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
