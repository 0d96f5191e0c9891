"""Instructions, by valgrind's callgrind: what no other program on the machine changes."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.databases import databases
from bench.results import Group, Result
from bench.rounds import Cast, python_of, started

MISSING = "not measured: it needs valgrind (Debian: apt-get install valgrind)"
PAGE, LOGIN, HASH = "Page, instructions", "Whole login, instructions", "Password but its hash"
BESIDE_THE_FLOOR = ("floor", "core-floor", "bare", "ours", "flask-security", "allauth")
BESIDE_BARE = ("bare", "ours", "flask-security", "allauth")
# It goes many times slower there.
AT_ONCE = 2


@dataclass(frozen=True)
class Measure:
    """A scene of a peer, so many times."""

    peer: str
    scene: str
    times: int
    options: tuple[str, ...] = ()

    def instructions(self, new: Callable[[], str]) -> float:
        """Of one: it is switched on when all is warm, and off behind the last."""
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            file, door = Path(folder) / "callgrind.out", f"--vgdb-prefix={folder}/vgdb"
            valgrind = ("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", door)
            cast = Cast(
                *(self.peer, new(), self.options),
                under=(*valgrind, f"--callgrind-out-file={file}"),
                # The same dictionaries in each run.
                environment={"PYTHONHASHSEED": "0"},
            )
            with started(cast, python_of(self.peer)) as asked:
                asked.time(self.scene, 1)
                _switch(door, "on")
                asked.time(self.scene, self.times)
                _switch(door, "off")
            found = re.search(r"^totals: (\d+)", file.read_text(), re.MULTILINE)
        if found is None:
            raise RuntimeError(f"callgrind counted nothing of {self}")
        return int(found[1]) / self.times


def _switch(door: str, to: str) -> None:
    command = (shutil.which("vgdb") or "vgdb", door, "instrumentation", to)
    subprocess.run(command, check=True, capture_output=True)


MEASURES = (
    *(Measure(name, "page", 50) for name in BESIDE_THE_FLOOR),
    *(Measure(name, "whole login", 10) for name in BESIDE_BARE),
    Measure("ours", "password", 10),
    Measure("ours", "raw verify", 2, ("--hash",)),
)


def measure(rounds: int) -> Group:
    """The same in each round: one is enough."""
    del rounds
    title = "Instructions"
    if shutil.which("valgrind") is None:
        sys.stderr.write(f"{title}: {MISSING}\n")
        return Group("instructions", title, (Result(2, PAGE, _goal(1.12, "floor"), MISSING, None),))
    with databases("SQLite") as new, ThreadPoolExecutor(AT_ONCE) as pool:
        counted = pool.map(partial(Measure.instructions, new=new), MEASURES)
        found = dict(zip(((one.peer, one.scene) for one in MEASURES), counted, strict=True))
    return Group("instructions", title, _judged(found))


def _judged(found: Mapping[tuple[str, str], float]) -> tuple[Result, ...]:
    return (
        _result(2, PAGE, 1.12, "floor", _over(found, "page", "floor", BESIDE_THE_FLOOR)),
        _result(9, LOGIN, 2.2, "bare", _over(found, "whole login", "bare", BESIDE_BARE)),
        _result(
            *(7, HASH, 0.04, "its hash"),
            {"ours": found["ours", "password"] / found["ours", "raw verify"]},
        ),
    )


def _over(
    found: Mapping[tuple[str, str], float], scene: str, of: str, names: tuple[str, ...]
) -> dict[str, float]:
    return {name: found[name, scene] / found[of, scene] for name in names if name != of}


def _result(number: int, what: str, limit: float, of: str, bars: Mapping[str, float]) -> Result:
    return Result(
        number=number,
        what=what,
        goal=_goal(limit, of),
        figure=f"{bars['ours']:.3f}",
        holds=bars["ours"] <= limit,
        bars=bars,
        unit=f"x {of}",
        limit=limit,
    )


def _goal(limit: float, of: str) -> str:
    return f"at most {limit:.2f} x {of}"
