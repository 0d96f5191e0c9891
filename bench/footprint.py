"""What is there before anybody has logged in: distributions, disk, the start of a process, memory.

    python -m bench.footprint --rounds 25

Flask-Airlock[mail] and the libraries of a login by hand are installed at the same versions, each
in an environment of its own.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.databases import files
from bench.installed import Installed, installed
from bench.results import KEPT, ROOT, Group, Result, tell
from bench.rounds import over

ROUNDS = 25
MOST_DISTRIBUTIONS, DISK, START, MEMORY = 22, 1.3, 1.15, 1.10
MOST_TOLD = 6
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Start:
    """One process, from its beginning to its end."""

    cpu: float
    # Bytes that it had at last.
    memory: int
    # CPU seconds of its parts.
    parts: Mapping[str, float]


class Starter:
    """Starts an application in its environment, on tables that were made before."""

    def __init__(self, python: Path, peer: str, database: str) -> None:
        self._python = python
        self._peer = peer
        self._file = Path(database.removeprefix("sqlite:///"))
        self._run(peer, database, "--fill")

    def nothing(self) -> Start:
        """A Python that starts no application: all that measures, nothing that is measured."""
        return self._told("nothing")

    def start(self) -> Start:
        """Up to the end of the first request."""
        return self._told(self._peer, f"sqlite:///{self._file}")

    def login(self) -> Start:
        """Up to the end of the first login."""
        # A code is good once: each process has tables on which none was given.
        fresh = self._file.with_suffix(".fresh")
        shutil.copy(self._file, fresh)
        return self._told(self._peer, f"sqlite:///{fresh}", "--on")

    def _told(self, *arguments: str) -> Start:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = json.loads(self._run(*arguments))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Start(cpu, said.pop("resident"), said)

    def _run(self, *arguments: str) -> str:
        command = [str(self._python), "-m", "bench.starts", *arguments]
        surroundings = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, cwd=ROOT, env=surroundings, check=True, capture_output=True)
        return done.stdout.decode()


def measure(rounds: int = ROUNDS) -> Group:
    """Both environments, and processes in them in turns."""
    found = installed()
    with files() as new_file:
        starters = {name: Starter(one.python, name, new_file()) for name, one in found.items()}
        results = (
            by_start(starters, rounds),
            by_memory(starters, rounds),
            by_count(found),
            by_disk(found),
        )
    return Group("footprint", "What is there before anybody logs in", results)


def by_start(starters: Mapping[str, Starter], rounds: int) -> Result:
    """Import, build, first request."""
    runs = [
        {name: (one.nothing(), one.start()) for name, one in starters.items()}
        for _ in range(rounds)
    ]
    added = {name: [run[name][1].cpu - run[name][0].cpu for run in runs] for name in starters}
    ratio = over(added["ours"], added["bare"])
    parts = [
        f"{name} {median(added[name]) * 1000:.0f} ms ("
        + ", ".join(f"{part} {spent * 1000:.0f}" for part, spent in _parts(runs, name).items())
        + ")"
        for name in starters
    ]
    return Result(
        number=14,
        what="import, application and first request (the login form): CPU over bare Python",
        goal=f"at most {START} x bare",
        figure=f"{ratio.median:.2f} (best {ratio.least:.2f})",
        holds=ratio.median <= START,
        note=", ".join(parts),
        bars={name: median(spent) * 1000 for name, spent in added.items()},
        unit="ms of CPU",
        limit=START * median(added["bare"]) * 1000,
    )


def _parts(runs: Sequence[Mapping[str, tuple[Start, Start]]], name: str) -> dict[str, float]:
    """What each part of a start takes. The first is the import."""
    return {
        part: median(run[name][1].parts[part] for run in runs) for part in runs[0][name][1].parts
    }


def by_memory(starters: Mapping[str, Starter], rounds: int) -> Result:
    """After a first login."""
    # Memory hardly differs from one process to the next.
    runs = max(3, rounds // 5)
    added = {
        name: [one.login().memory - one.nothing().memory for _ in range(runs)]
        for name, one in starters.items()
    }
    ratio = over(added["ours"], added["bare"])
    return Result(
        number=15,
        what="memory after the first login, over bare Python",
        goal=f"at most {MEMORY} x bare",
        figure=f"{ratio.median:.2f} (best {ratio.least:.2f})",
        holds=ratio.median <= MEMORY,
        bars={name: median(grown) / MEBIBYTE for name, grown in added.items()},
        unit="MiB",
        limit=MEMORY * median(added["bare"]) / MEBIBYTE,
    )


def by_count(found: Mapping[str, Installed]) -> Result:
    """Installed distributions, with what is asked for itself."""
    names = {name: set(one.sizes()) for name, one in found.items()}
    more = ", ".join(sorted(names["ours"] - names["bare"]))
    return Result(
        number=16,
        what="installed distributions of Flask-Airlock[mail]",
        goal=f"at most {MOST_DISTRIBUTIONS}",
        figure=f"{len(names['ours'])} (bare {len(names['bare'])})",
        holds=len(names["ours"]) <= MOST_DISTRIBUTIONS,
        note=f"more than bare: {more}",
        bars={name: len(those) for name, those in names.items()},
        unit="distributions",
        limit=MOST_DISTRIBUTIONS,
    )


def by_disk(found: Mapping[str, Installed]) -> Result:
    """Bytes under site-packages, with compiled modules."""
    whole = {name: one.bytes() / MEBIBYTE for name, one in found.items()}
    ratio = whole["ours"] / whole["bare"]
    extra = [one for one in found["ours"].sizes().items() if one[0] not in found["bare"].sizes()]
    largest = ", ".join(f"{name} {size / MEBIBYTE:.1f}" for name, size in extra[:MOST_TOLD])
    return Result(
        number=16,
        what="disk of Flask-Airlock[mail]",
        goal=f"at most {DISK} x bare",
        figure=f"{ratio:.2f}",
        holds=ratio <= DISK,
        note=f"in MiB, more than bare: {largest}",
        bars=whole,
        unit="MiB",
        limit=DISK * whole["bare"],
    )


def main() -> int:
    """Measure, keep and print."""
    asked = argparse.ArgumentParser(prog="python -m bench.footprint")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--into", type=Path, default=KEPT, help="where the results are kept")
    given = asked.parse_args()
    tell(measure(given.rounds), given.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
