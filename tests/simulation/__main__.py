"""`python -m tests.simulation` plays every case and prints what came of it, as a table."""

import sys

from tests.simulation.cases import CASES
from tests.simulation.year import Outcome, play

HEAD = (
    "account", "owner", "thief", "answers", "comparisons", "codes alive", "sum", "chance",
    "promised", "holds",
)  # fmt: skip


def row(outcome: Outcome) -> tuple[str, ...]:
    """The cells of one case."""
    case, tally = outcome.case, outcome.tally
    return (
        case.account,
        case.owner,
        case.thief,
        str(tally.answers),
        str(tally.comparisons),
        str(tally.alive),
        f"{tally.most:.5%}",
        f"{tally.chance:.5%}",
        f"{case.bound:.3%}",
        "yes" if tally.most <= case.bound else "no",
    )


def _write(cells: tuple[str, ...]) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _write(HEAD)
    _write(("---",) * len(HEAD))
    for one in CASES:
        _write(row(play(one)))
