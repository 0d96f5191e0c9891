"""A program that serves, started as its reader starts it; its outbox is read like hers."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import Request, urlopen

READY_SECONDS = 30.0
LETTER_SECONDS = 10.0
STOP_SECONDS = 10.0
# What the environment of the tests would tell a program that its reader's would not.
OURS = re.compile("^(VIRTUAL_ENV|PYTHON.*|FLASK_.*|DEMO_.*|PYTEST_.*)$")


class Login(NamedTuple):
    """What somebody types at the first door."""

    email: str
    password: str


MATT = Login("matt@nobien.net", "password")


@dataclass
class Program:
    """A running program: where it is served, and what it sent."""

    base: str
    log: Path
    read: dict[str, int] = field(default_factory=dict)

    def now(self) -> datetime:
        """The time of now: nobody moves this program's clock."""
        return datetime.now(UTC)

    def mailed_code(self) -> str:
        """The code of the next letter."""
        return self._code("mail", r"^(\d{8})$")

    def texted_code(self) -> str:
        """The code of the next text message."""
        return self._code("sms", r"\n@127\.0\.0\.1 #(\d{6})$")

    def output(self) -> str:
        """What the program wrote to its terminal."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def outbox(self, channel: str) -> list[dict[str, str]]:
        """The messages of one channel, oldest first, as /_airlock/outbox lists them."""
        request = Request(  # noqa: S310 (our own address)
            f"{self.base}/_airlock/outbox", headers={"Accept": "application/json"}
        )
        with urlopen(request, timeout=LETTER_SECONDS) as answer:  # noqa: S310
            letters: list[dict[str, str]] = json.load(answer)
        return [letter for letter in reversed(letters) if letter["channel"] == channel]

    def _code(self, channel: str, pattern: str) -> str:
        read = self.read.get(channel, 0)
        deadline = time.monotonic() + LETTER_SECONDS
        while len(letters := self.outbox(channel)) <= read:
            assert time.monotonic() < deadline, f"no {channel} came"
            time.sleep(0.05)
        self.read[channel] = len(letters)
        found = re.search(pattern, letters[-1]["text"], re.MULTILINE)
        assert found, letters[-1]
        return found[1]


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment without what belongs to the tests."""
    return {name: text for name, text in os.environ.items() if not OURS.match(name)} | dict(more)


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, port: int, **environment: str
) -> Iterator[Program]:
    """The program, from its first answer to the end of the block."""
    program = Program(f"http://127.0.0.1:{port}", folder / f"output-{port}.txt")
    with (
        program.log.open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=clean_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # With --debug it has a child, which ends together with it.
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait(program, process)
            yield program
        finally:
            _stop(process)


def _wait(program: Program, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(program.base):
        assert process.poll() is None, f"it ended:\n{program.output()}"
        assert time.monotonic() < deadline, f"it does not answer:\n{program.output()}"
        time.sleep(0.1)


def _answers(base: str) -> bool:
    try:
        with urlopen(f"{base}/login", timeout=LETTER_SECONDS):  # noqa: S310 (our own address)
            return True
    except (URLError, ConnectionError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    for request in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, request)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
