"""What a page and a login ask of the database, exactly, as `make bench-quick` counts it."""

from collections.abc import Iterator

import pytest

from bench.databases import files
from bench.quick import GOALS, Goal
from bench.rounds import Asked, Cast, this_python, workers


@pytest.fixture(scope="module")
def ours() -> Iterator[Asked]:
    """Our application in a process of its own."""
    with files() as new_file, workers({"ours": Cast("ours", new_file())}, this_python) as asked:
        # A full login first: the browser is known from then on.
        asked["ours"].count("page")
        yield asked["ours"]


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: str(goal.scene))
def test_no_statement_creeps_in(ours: Asked, goal: Goal) -> None:
    counts = ours.count(goal.scene)
    found = (counts.get("statements", 0), counts.get("commits", 0))
    assert found == (goal.statements, goal.commits)
