"""The two forms of a login, with a token against forged requests but for who has none."""

from collections.abc import Iterator

from bench.databases import KINDS, databases
from bench.goals import EVERYBODY, at_most, beside
from bench.results import Group, Result
from bench.rounds import Cast, over, turns, workers

TIMES = 40
FORMS = (("login form", "Login form"), ("code form", "Code form"))


def measure(rounds: int) -> Group:
    """On both databases."""
    results = tuple(result for kind in KINDS for result in _on(kind, rounds))
    return Group("forms", "The forms of a login", results)


def _on(kind: str, rounds: int) -> Iterator[Result]:
    with (
        databases(kind) as new,
        workers({name: Cast(name, new()) for name in EVERYBODY}) as asked,
    ):
        for scene, what in FORMS:
            turn = [(name, scene) for name in EVERYBODY]
            spent = turns(asked, turn, rounds=rounds, times=TIMES)
            found = over(spent["ours", scene], spent["bare", scene])
            bars = beside(spent, scene, "bare", EVERYBODY)
            yield at_most(5, f"{what}, CPU, {kind}", 4.0, "bare", found, bars)
