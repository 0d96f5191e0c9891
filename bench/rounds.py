"""Peers in turns, A B A B: a machine that is slow for a while is slow for all of them."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import IO, Any


@dataclass
class Asked:
    """A worker that stays alive."""

    told: IO[str]
    heard: IO[str]

    def time(self, scene: str, times: int) -> list[float]:
        """The CPU seconds of each of so many."""
        found: list[float] = self._ask(scene, times)
        return found

    def count(self, scene: str) -> dict[str, int]:
        """The statements and commits of one."""
        found: dict[str, int] = self._ask(scene, 0)
        return found

    def _ask(self, scene: str, times: int) -> Any:
        self.told.write(json.dumps({"scene": scene, "times": times}) + "\n")
        self.told.flush()
        line = self.heard.readline()
        if not line:
            raise RuntimeError(f"the worker ended at {scene!r}: see above")
        return json.loads(line)


@contextmanager
def workers(databases: dict[str, str]) -> Iterator[dict[str, Asked]]:
    """One process for each peer, on a database of its own."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(_started(name, it)) for name, it in databases.items()}


@contextmanager
def _started(name: str, database: str) -> Iterator[Asked]:
    command = [sys.executable, "-m", "bench.worker", name, database]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        yield Asked(worker.stdin, worker.stdout)
        worker.stdin.close()


@dataclass(frozen=True)
class Ratio:
    """Ours over a peer's, formed within each round."""

    rounds: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one: half of the rounds were better."""
        return median(self.rounds)

    @property
    def least(self) -> float:
        """The best round, which noise disturbed least."""
        return min(self.rounds)


def ratio(
    asked: dict[str, Asked], scene: str, ours: str, theirs: str, *, rounds: int, times: int
) -> Ratio:
    """Each round times both, in turns; the middle of a batch stands for it."""
    found = []
    for _ in range(rounds):
        spent = {name: median(asked[name].time(scene, times)) for name in (ours, theirs)}
        found.append(spent[ours] / spent[theirs])
    return Ratio(found)
