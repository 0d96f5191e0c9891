"""The short form: four ratios with generous margins, and exact numbers of statements.

    python -m bench.quick

It runs with the checks, so that nothing creeps.
"""

import sys
from dataclasses import dataclass

from bench.databases import files
from bench.rounds import Asked, Cast, ratio, this_python, workers

ROUNDS = 5


@dataclass(frozen=True)
class Goal:
    """A scene, beside which peer, and what the best of its rounds stays below for certain.

    `statements` and `commits` are ours, exactly.
    """

    scene: str
    theirs: str
    at_most: float
    statements: int
    commits: int
    times: int = 40


GOALS = (
    Goal("page", "floor", 1.5, 1, 0, times=200),
    Goal("password", "bare", 5.0, 5, 2),
    Goal("code", "bare", 3.0, 8, 2),
    Goal("whole login", "bare", 3.5, 15, 4),
)


def judged(asked: dict[str, Asked], goal: Goal) -> list[str]:
    """What is wrong, if anything; says what was found."""
    found = ratio(asked, goal.scene, "ours", goal.theirs, rounds=ROUNDS, times=goal.times)
    counts = asked["ours"].count(goal.scene)
    statements, commits = counts.get("statements", 0), counts.get("commits", 0)
    sys.stdout.write(
        f"{goal.scene:12} {found.median:5.2f} x {goal.theirs} (best {found.least:.2f}), "
        f"{statements} statements, {commits} commits\n"
    )
    wrong = []
    if found.least > goal.at_most:
        wrong.append(f"{goal.scene}: {found.least:.2f} x {goal.theirs}, not {goal.at_most}")
    if (statements, commits) != (goal.statements, goal.commits):
        wrong.append(
            f"{goal.scene}: {statements} statements and {commits} commits, not {goal.statements} "
            f"and {goal.commits}"
        )
    return wrong


def main() -> int:
    """0 where all is as it should be."""
    names = ("ours", *sorted({goal.theirs for goal in GOALS}))
    with files() as new_file:
        cast = {name: Cast(name, new_file()) for name in names}
        with workers(cast, this_python) as asked:
            wrong = [problem for goal in GOALS for problem in judged(asked, goal)]
    sys.stdout.write("".join(f"{problem}\n" for problem in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
