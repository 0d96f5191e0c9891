"""The table: Markdown for who asked, reStructuredText and plots for the documentation."""

from collections.abc import Iterable
from pathlib import Path

from bench import plot
from bench.results import ROOT, Group, Result

DOCS = ROOT / "docs"
TABLE = "performance-table.inc"
HEAD = ("#", "What", "Goal", "Median (best round)", "Holds")
WIDTHS = (5, 37, 26, 22, 10)


def markdown(groups: Iterable[Group]) -> str:
    """One table of all."""
    lines = [HEAD, ("---",) * len(HEAD), *map(_cells, _in_order(groups))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def restructured(groups: Iterable[Group]) -> str:
    """The same as Sphinx reads it."""
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        f"   :widths: {' '.join(map(str, WIDTHS))}",
        "",
    ]
    for cells in (HEAD, *map(_cells, _in_order(groups))):
        marks = ("*", *" " * (len(cells) - 1))
        lines += [f"   {mark} - {cell}" for mark, cell in zip(marks, cells, strict=True)]
    return "\n".join(lines) + "\n"


def publish(groups: Iterable[Group], docs: Path = DOCS) -> None:
    """The files that `performance.rst` shows."""
    groups = list(groups)
    (docs / TABLE).write_text(restructured(groups), encoding="utf-8")
    for group in groups:
        if drawn := plot.svg(group):
            (docs / "images" / f"bench-{group.name}.svg").write_text(drawn, encoding="utf-8")


def _in_order(groups: Iterable[Group]) -> list[Result]:
    # The sort is stable: results of one number stay as their group has them.
    return sorted((one for group in groups for one in group.results), key=lambda one: one.number)


def _cells(result: Result) -> tuple[str, ...]:
    holds = {True: "yes", False: "no", None: "-"}[result.holds]
    note = f"{result.what} ({result.note})" if result.note else result.what
    return (str(result.number), note, result.goal, result.figure, holds)
