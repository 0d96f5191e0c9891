"""A browser at the door of a WSGI application: it keeps cookies, and times the answer alone."""

import io
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Visitor:
    """`cpu` is the time that the application has computed for it, in seconds, by its `clock`."""

    app: Application
    cpu: float = 0.0
    status: int = 0
    place: str = ""
    page: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token_field: str = "csrf_token"
    address: str = "127.0.0.1"
    clock: Callable[[], float] = time.process_time

    def get(self, path: str) -> str:
        """Open a page; what it says."""
        return self._ask("GET", path, b"")

    def post(self, path: str, **fields: str) -> str:
        """Send a form with the token of the page that is open."""
        if found := re.search(rf'name="{self.token_field}"[^>]*?value="([^"]+)"', self.page):
            fields[self.token_field] = found[1]
        return self._ask("POST", path, urlencode(fields).encode())

    def _ask(self, method: str, path: str, body: bytes) -> str:
        environ = self._environ(method, path, body)
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            head[:] = [status, headers]

        begun = self.clock()
        answer = self.app(environ, start)
        said = b"".join(answer)
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        self.cpu += self.clock() - begun
        self._keep(*head)
        self.page = said.decode()
        return self.page

    def _environ(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        where, _, query = path.partition("?")
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": where,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "REMOTE_ADDR": self.address,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    def _keep(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.place = int(status[:3]), ""
        for name, value in headers:
            if name.lower() == "location":
                self.place = value
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                kept = rest.partition(";")[0]
                if kept and "Max-Age=0" not in value:
                    self.cookies[key] = kept
                else:
                    self.cookies.pop(key, None)
