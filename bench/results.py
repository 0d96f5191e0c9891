"""What a bench finds: a result for each goal, in groups. Table, JSON and plots are made of these.

A group is a module of its own with a `measure` that returns one `Group`. What is kept of earlier
runs stays until the same group is measured again, so that long ones need not run with each.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Environments of the peers, databases and what was found. Not in git.
PLACE = ROOT / ".bench"
KEPT = PLACE / "results.json"


@dataclass(frozen=True)
class Result:
    """One row of the table: one goal, what was found, and whether it holds."""

    # The number of the goal; several results may share one: a database each.
    number: int
    what: str
    # In words, as "at most 1.10 x floor".
    goal: str
    # In words as well: "1.32 (best 1.28)". Says why, where nothing was measured.
    figure: str
    # None where nothing was measured: what it needs is not installed.
    holds: bool | None
    note: str = ""
    # For the plot: a bar for each peer, the unit that all have, and where the goal's line stands.
    bars: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    limit: float | None = None


@dataclass(frozen=True)
class Group:
    """Results that one plot shows. The name is its file's: bench-<name>.svg."""

    name: str
    title: str
    results: tuple[Result, ...]


def read(file: Path = KEPT) -> dict[str, Group]:
    """What was found so far, by the group's name."""
    if not file.exists():
        return {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    return {one["name"]: _group(one) for one in kept["groups"]}


def keep(groups: Iterable[Group], file: Path = KEPT) -> dict[str, Group]:
    """Put these in the place of older ones of the same names; all that is known then."""
    known = read(file) | {group.name: group for group in groups}
    file.parent.mkdir(exist_ok=True)
    text = json.dumps({"groups": [asdict(group) for group in known.values()]}, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
    return known


def tell(group: Group, file: Path = KEPT) -> None:
    """Keep one group, and print what was found."""
    keep([group], file)
    for result in group.results:
        sys.stdout.write(f"{result.number} {result.what}: {result.figure}; {result.note}\n")


def _group(kept: dict[str, Any]) -> Group:
    return Group(kept["name"], kept["title"], tuple(Result(**result) for result in kept["results"]))
