"""What a page and a login ask of the database, exactly, as `make bench-quick` counts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.quick import GOALS, Goal
from bench.rounds import Asked, workers


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Our application in a process of its own."""
    file = Path(tmp_path_factory.mktemp("bench")) / "ours.sqlite"
    with workers({"ours": f"sqlite:///{file}"}) as asked:
        yield asked["ours"]


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: str(goal.scene))
def test_no_statement_creeps_in(ours: Asked, goal: Goal) -> None:
    counts = ours.count(goal.scene)
    found = (counts.get("statements", 0), counts.get("commits", 0))
    assert found == (goal.statements, goal.commits)
