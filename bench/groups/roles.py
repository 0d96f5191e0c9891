"""What ten roles cost who has them, beside one."""

from collections.abc import Iterator

from bench.databases import KINDS, databases
from bench.goals import at_most
from bench.results import Group, Result
from bench.rounds import Cast, over, turns, workers

NAMES = ("ours", "flask-security", "allauth")
SCENES = (("page", "Page", 100), ("whole login", "Whole login", 12))


def measure(rounds: int) -> Group:
    """On both databases."""
    results = tuple(result for kind in KINDS for result in _on(kind, rounds))
    return Group("roles", "Ten roles instead of one", results)


def _on(kind: str, rounds: int) -> Iterator[Result]:
    with databases(kind) as new:
        one = {name: Cast(name, new()) for name in NAMES}
        ten = {f"{name}, ten": Cast(name, new(), ("--roles", "10")) for name in NAMES}
        with workers(one | ten) as asked:
            for scene, what, times in SCENES:
                turn = [(name, scene) for name in asked]
                spent = turns(asked, turn, rounds=rounds, times=times)
                ratios = {
                    name: over(spent[f"{name}, ten", scene], spent[name, scene]) for name in NAMES
                }
                yield at_most(
                    *(13, f"{what} with ten roles, CPU, {kind}", 1.15, "one role"),
                    *(ratios["ours"], {name: ratio.median for name, ratio in ratios.items()}),
                )
