"""Run a server's programs in a temporary folder, and never as root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 30.0
STOP_SECONDS = 20.0
COMMAND_SECONDS = 60.0
STARTS = 3

# A killed test run never gets to stop its servers, but the system closes its pipes: a watcher
# waits for that and sends the stop signal ($1). The server takes the shell's place, so that
# the process we started is the server itself.
TETHERED = """
exec 3<&0 </dev/null
signal=$1; shift
( read -r _ <&3; kill -s "$signal" $$ 2>/dev/null ) &
exec 3<&-
exec "$@"
"""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class ServerError(RuntimeError):
    """A server did not start; the message ends with what it wrote."""


@dataclass(frozen=True)
class Home:
    """A temporary folder that belongs to the user whom the server runs as."""

    folder: Path
    user: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        """Where the server's output goes."""
        return self.folder / "server.log"

    def spawn(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a program here, in a session of its own: Ctrl-C is for pytest, which stops it."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )

    def run(self, *command: str | Path) -> None:
        """Run a program here to its end; anything but success is an error."""
        with self.spawn(command) as process:
            try:
                process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        if process.returncode != 0:
            raise ServerError(f"{command[0]} ended with {process.returncode}:\n{self.log_tail()}")

    @contextmanager
    def running(
        self,
        *command: str | Path,
        is_ready: Callable[[], bool],
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Iterator[None]:
        """A server that answers, until the block ends."""
        signal_name = stop_signal.name.removeprefix("SIG")
        process = self.spawn(("/bin/sh", "-c", TETHERED, "sh", signal_name, *command))
        try:
            self._wait(process, is_ready)
            yield
        finally:
            stop(process)

    def log_tail(self) -> str:
        """The end of the server's output."""
        return self.log.read_text(errors="replace")[-2000:]

    def _wait(self, process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"{process.args!r} did not start:\n{self.log_tail()}")
            time.sleep(0.05)


@contextmanager
def temporary_home(prefix: str, user_for_root: str) -> Iterator[Home]:
    """A folder that is removed at the end; only root changes to another user."""
    user = pwd.getpwnam(user_for_root) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield Home(folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe that a server hangs on, and insist if it does not stop."""
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
