"""The protected page, and the one for a role."""

from collections.abc import Iterator

from bench.databases import KINDS, databases
from bench.goals import at_most, beside, statements
from bench.results import Group, Result
from bench.rounds import Asked, Cast, over, turns, workers

TIMES = 100
NAMES = ("floor", "core-floor", "bare", "ours", "flask-security", "allauth")
WITH_ROLES = ("ours", "flask-security", "allauth")
# Of the hour's sixty pages: one SELECT each, and one UPDATE in five minutes.
PAGES_OF_AN_HOUR, UPDATES_OF_AN_HOUR = 60, 12


def measure(rounds: int) -> Group:
    """On both databases."""
    results = tuple(result for kind in KINDS for result in _on(kind, rounds))
    return Group("page", "A protected page", results)


def _on(kind: str, rounds: int) -> Iterator[Result]:
    with (
        databases(kind) as new,
        workers({name: Cast(name, new()) for name in NAMES}) as asked,
    ):
        turn = [(name, "page") for name in NAMES] + [(name, "role page") for name in WITH_ROLES]
        spent = turns(asked, turn, rounds=rounds, times=TIMES)
        bars = beside(spent, "page", "floor", [name for name in NAMES if name != "floor"])
        found = over(spent["ours", "page"], spent["floor", "page"])
        yield at_most(1, f"Page, CPU, {kind}", 1.10, "floor", found, bars)
        yield from _counts(asked["ours"], kind)
        roles = {name: over(spent[name, "role page"], spent[name, "page"]) for name in WITH_ROLES}
        yield at_most(
            *(4, f"Page for a role, CPU, {kind}", 1.10, "its own page", roles["ours"]),
            {name: ratio.median for name, ratio in roles.items()},
        )


def _counts(ours: Asked, kind: str) -> Iterator[Result]:
    for scene, what in (("page", "Page"), ("role page", "Page for a role")):
        yield statements(3, f"{what}, SQL, {kind}", ours.count(scene), 1, 0)
    most = (PAGES_OF_AN_HOUR + UPDATES_OF_AN_HOUR, UPDATES_OF_AN_HOUR)
    hour = ours.count("hour of pages")
    yield statements(3, f"A page a minute for an hour, SQL, {kind}", hour, *most)
