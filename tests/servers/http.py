"""What the small HTTP servers have in common."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

HOST = "127.0.0.1"


class Gate:
    """Lets requests wait for a while; opening it lets all of them go at once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._opened = threading.Event()

    def wait(self) -> None:
        """Hold the caller up for the set time."""
        if self.seconds:
            self._opened.wait(self.seconds)

    def open(self) -> None:
        """Nobody waits any longer."""
        self._opened.set()


class QuietHandler(BaseHTTPRequestHandler):
    """Reads bodies and answers JSON; writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is for the test."""

    def read_body(self) -> bytes:
        """The whole request body."""
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def answer(self, status: int, body: Mapping[str, object]) -> None:
        """Send JSON; a client that has given up is no error."""
        data = json.dumps(body).encode()
        with suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a form post."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


@contextmanager
def serving(handler: type[QuietHandler], certificate: Path | None = None) -> Iterator[str]:
    """Run a handler on a free port, in a thread; gives the base URL. A certificate means TLS."""
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        # The default poll of half a second would be added to every test.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if certificate else 'http'}://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
