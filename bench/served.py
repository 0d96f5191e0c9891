"""A peer behind gunicorn: two workers say how much CPU they spent, and a client asks them.

gunicorn "bench.served:application()" finds the peer and the database in BENCH_PEER and
BENCH_DATABASE. The time of the peer's clock comes with each request, so that codes go on.
"""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.peers.common import Peer
from bench.visitor import Application
from bench.worker import make, stub_the_hash

WORKERS = 2
READY_SECONDS = 120.0
CLOCK, ADDRESS, SPENT = "X-Bench-Clock", "X-Bench-Address", "X-Bench-Spent"


def application() -> Application:
    """What gunicorn serves: the peer, and a word on what its process has spent so far."""
    stub_the_hash()
    peer = make(os.environ["BENCH_PEER"], os.environ["BENCH_DATABASE"])

    def served(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        peer.now = datetime.fromtimestamp(float(environ["HTTP_X_BENCH_CLOCK"]), UTC)
        environ["REMOTE_ADDR"] = environ["HTTP_X_BENCH_ADDRESS"]

        def started(status: str, headers: list[tuple[str, str]], wrong: Any = None) -> Any:
            spent = f"{os.getpid()} {time.process_time()}"
            return start(status, [*headers, (SPENT, spent)], wrong)

        return peer.app(environ, started)

    return served


class Local(http.client.HTTPConnection):
    """HTTP through a socket in a folder."""

    def __init__(self, file: Path) -> None:
        super().__init__("localhost")
        self._file = file

    def connect(self) -> None:
        """Nothing goes over a network."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._file))


class Gate:
    """Stands for the application that gunicorn serves, and adds up what its workers spent."""

    def __init__(self, peer: Peer, file: Path) -> None:
        self._peer = peer
        self._file = file
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def spent(self) -> float:
        """CPU seconds of all workers. What one does behind its answer counts with its next."""
        return sum(self._last.values()) - sum(self._first.values())

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Ask as a browser would."""
        asked = Local(self._file)
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        headers = {
            "Cookie": environ["HTTP_COOKIE"],
            "User-Agent": environ["HTTP_USER_AGENT"],
            "Content-Type": environ["CONTENT_TYPE"],
            CLOCK: str(self._peer.now.timestamp()),
            ADDRESS: environ["REMOTE_ADDR"],
        }
        body = environ["wsgi.input"].read()
        asked.request(environ["REQUEST_METHOD"], environ["PATH_INFO"] + query, body, headers)
        answer = asked.getresponse()
        said = answer.read()
        asked.close()
        worker, seconds = (answer.getheader(SPENT) or "unknown 0").split()
        self._last[worker] = float(seconds)
        self._first.setdefault(worker, float(seconds))
        start(f"{answer.status} {answer.reason}", answer.getheaders())
        return [said]


@contextmanager
def behind_gunicorn(peer: Peer, name: str, database: str) -> Iterator[None]:
    """The peer, whose tables are filled, is asked through gunicorn until the block ends."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "socket"
        command = (
            *(sys.executable, "-m", "gunicorn", "bench.served:application()"),
            *("--workers", str(WORKERS), "--bind", f"unix:{file}", "--log-level", "error"),
        )
        names = {"BENCH_PEER": name, "BENCH_DATABASE": database}
        # What it says must not be taken for the worker's answers.
        with subprocess.Popen(command, stdout=sys.stderr, env={**os.environ, **names}) as server:
            try:
                _wait_for(file, server)
                gate = Gate(peer, file)
                peer.app, peer.clock = gate, gate.spent
                yield
            finally:
                server.terminate()


def _wait_for(file: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not file.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("gunicorn did not start: see above")
        time.sleep(0.05)
