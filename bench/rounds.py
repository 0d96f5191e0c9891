"""Peers in turns, A B A B: a machine that is slow for a while is slow for all of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, Any

from bench.peers import PEERS
from bench.results import PLACE, ROOT


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


@dataclass(frozen=True)
class Cast:
    """Who plays: a peer on a database of its own, with options of `bench.worker`."""

    peer: str
    database: str
    options: Sequence[str] = ()
    # Put before the worker's command, as valgrind is.
    under: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, python: Path) -> list[str]:
        """What starts the worker."""
        return [
            *self.under,
            *(str(python), "-m", "bench.worker", self.peer, self.database),
            *self.options,
        ]


def python_of(peer: str) -> Path:
    """The interpreter of the environment that a peer has for itself."""
    python = PLACE / PEERS[peer].environment / "bin" / "python"
    if not python.exists():
        raise SystemExit(f"{peer} is not installed: `make bench` installs what it compares")
    return python


def this_python(_: str) -> Path:
    """For the peers whose libraries are installed here."""
    return Path(sys.executable)


@contextmanager
def workers(cast: Mapping[str, Cast], python: Any = python_of) -> Iterator[dict[str, Asked]]:
    """One process for each name."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(started(one, python(one.peer))) for name, one in cast.items()
        }


@contextmanager
def started(one: Cast, python: Path) -> Iterator[Asked]:
    """A worker, until the block ends."""
    with subprocess.Popen(
        one.command(python),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **one.environment},
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


# The name of a worker, and the scene that it plays.
Turn = tuple[str, str]


def turns(
    asked: Mapping[str, Asked], who: Iterable[Turn], *, rounds: int, times: int
) -> dict[Turn, list[float]]:
    """Each round times all, in turns; the middle of a batch stands for it."""
    found: dict[Turn, list[float]] = {turn: [] for turn in who}
    for _ in range(rounds):
        for (name, scene), batches in found.items():
            batches.append(median(asked[name].time(scene, times)))
    return found


def over(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """What was timed in the same rounds."""
    return Ratio([mine / other for mine, other in zip(ours, theirs, strict=True)])


def ratio(
    asked: Mapping[str, Asked], scene: str, ours: str, theirs: str, *, rounds: int, times: int
) -> Ratio:
    """Of one scene, played by two."""
    spent = turns(asked, [(ours, scene), (theirs, scene)], rounds=rounds, times=times)
    return over(spent[ours, scene], spent[theirs, scene])
