"""Behind gunicorn with two workers, on PostgreSQL: the CPU of the workers, HTTP and all."""

from collections.abc import Iterator

from bench.databases import databases
from bench.goals import EVERYBODY, at_most, beside
from bench.results import Group, Result
from bench.rounds import Cast, over, turns, workers

SCENES = (("page", "Page", 1.05, 100), ("whole login", "Whole login", 2.0, 12))


def measure(rounds: int) -> Group:
    """On one database."""
    title = "Served by gunicorn with 2 workers, PostgreSQL"
    return Group("served", title, tuple(_results(rounds)))


def _results(rounds: int) -> Iterator[Result]:
    with (
        databases("PostgreSQL") as new,
        workers({name: Cast(name, new(), ("--served",)) for name in EVERYBODY}) as asked,
    ):
        for scene, what, limit, times in SCENES:
            turn = [(name, scene) for name in EVERYBODY]
            spent = turns(asked, turn, rounds=rounds, times=times)
            found = over(spent["ours", scene], spent["bare", scene])
            bars = beside(spent, scene, "bare", EVERYBODY)
            yield at_most(17, f"{what}, CPU of the server", limit, "bare", found, bars)
