"""Whether a password is known from a breach, by the range query of Have I Been Pwned.

Five of the forty hexadecimal digits of the password's SHA-1 are asked for; the rest is compared
here, with everything that is known to begin like that (https://haveibeenpwned.com/API/v3).
"""

import os
import re
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from ..domain.passwords import canonical
from ..errors import DeliveryFailed

ASKED = 5
# A padded answer has about 80 kB.
LONGEST_ANSWER = 1024 * 1024
WORKERS = 4
LINE = re.compile(r"([0-9A-F]{35}):([0-9]{1,12})", re.IGNORECASE)
HEADERS = {"Add-Padding": "true", "User-Agent": "Flask-Airlock"}


class BreachedPasswords:
    """Asks the service at `url`, for at most `timeout` seconds in all."""

    def __init__(self, url: str, timeout: float = 1.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._opener = build_opener(_NoRedirects, _Http, _Https(ssl.create_default_context()))
        self._begin_anew()
        # A forked worker inherits none of the threads.
        os.register_at_fork(after_in_child=self._begin_anew)

    def is_breached(self, password: str) -> bool:
        """Whether the password is known; raises DeliveryFailed if the service did not say."""
        text = canonical(password).encode("utf-8", "surrogatepass")
        digits = sha1(text, usedforsecurity=False).hexdigest().upper()
        # In a thread: looking up a name and connecting have no time limit of their own.
        question = self._pool.submit(self._ask, digits[:ASKED])
        try:
            answer = question.result(self._timeout)
        except TimeoutError:
            question.cancel()
            raise DeliveryFailed("no answer in time") from None
        return digits[ASKED:] in _listed(answer)

    def _begin_anew(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="airlock-breached")

    def _ask(self, beginning: str) -> bytes:
        # The scheme of the URL was checked at start: http or https, never a file.
        request = Request(f"{self._url}/{beginning}", headers=HEADERS)  # noqa: S310 (checked at start)
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                status, body = int(answer.status), bytes(answer.read(LONGEST_ANSWER + 1))
                missing = answer.length
        except HTTPError as refusal:
            refusal.close()
            raise DeliveryFailed(f"the service answered {refusal.code}") from None
        except (OSError, HTTPException, ValueError) as problem:
            raise DeliveryFailed(type(problem).__name__) from None
        if status != 200:
            raise DeliveryFailed(f"the service answered {status}")
        if len(body) > LONGEST_ANSWER:
            raise DeliveryFailed("the answer is too long")
        if missing:
            raise DeliveryFailed("the answer broke off")
        return body


def _listed(answer: bytes) -> set[str]:
    """The rest of every digest that was seen in a breach; what was seen no times is padding."""
    lines = [LINE.fullmatch(line.strip()) for line in answer.decode("latin-1").splitlines()]
    if not all(lines):
        raise DeliveryFailed("the answer is not a list of digests")
    return {line[1].upper() for line in lines if line and int(line[2])}


class _NoRedirects(HTTPRedirectHandler):
    """A service that moves elsewhere is not the one that was chosen."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Timed(RawIOBase):
    """A socket's bytes, all of which must come before one moment, however they drip."""

    def __init__(self, source: Any, sock: socket) -> None:
        self._source = source
        self._sock = sock
        self._end = time.monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        count: int | None = self._source.readinto(buffer)
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket, *options: Any, **more: Any) -> None:
        super().__init__(sock, *options, **more)
        self.fp: Any = BufferedReader(_Timed(self.fp.detach(), sock))


class _Http(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_HttpConnection, req)


class _Https(HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._trusted = context

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_HttpsConnection, req, context=self._trusted)


class _HttpConnection(HTTPConnection):
    response_class = _TimedResponse


class _HttpsConnection(HTTPSConnection):
    response_class = _TimedResponse
