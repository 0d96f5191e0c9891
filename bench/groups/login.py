"""The login: both answers, and the four requests together; argon2 is stubbed, but for one goal."""

from collections.abc import Iterator

from bench.databases import KINDS, databases
from bench.goals import EVERYBODY, at_most, beside, statements
from bench.results import Group, Result
from bench.rounds import Asked, Cast, over, turns, workers

TIMES = 12
TIMES_WITH_HASH = 4
ANSWERS = ("password", "code", "whole login")


def measure(rounds: int) -> Group:
    """On both databases; the hash, which knows none, on one."""
    results = [result for kind in KINDS for result in _on(kind, rounds)]
    return Group("login", "A login", (*results, _with_the_hash(rounds)))


def _on(kind: str, rounds: int) -> Iterator[Result]:
    with (
        databases(kind) as new,
        workers({name: Cast(name, new()) for name in EVERYBODY}) as asked,
    ):
        turn = [(name, scene) for scene in ANSWERS for name in EVERYBODY]
        spent = turns(asked, turn, rounds=rounds, times=TIMES)
        bars = {scene: beside(spent, scene, "bare", EVERYBODY) for scene in ANSWERS}
        found = {scene: over(spent["ours", scene], spent["bare", scene]) for scene in ANSWERS}
        password, code, whole = ANSWERS
        yield at_most(6, f"Password, CPU, {kind}", 2.5, "bare", found[password], bars[password])
        yield at_most(8, f"Code, CPU, {kind}", 1.5, "bare", found[code], bars[code])
        yield at_most(9, f"Whole login, CPU, {kind}", 2.2, "bare", found[whole], bars[whole])
        beside_them = over(spent["ours", whole], spent["flask-security", whole])
        yield at_most(9, f"Whole login, CPU, {kind}", 0.40, "flask-security", beside_them, {})
        yield from _counts(asked["ours"], kind)


def _counts(ours: Asked, kind: str) -> Iterator[Result]:
    yield statements(6, f"Password, SQL, {kind}", ours.count("password"), 5, 2)
    yield statements(8, f"Code, SQL, {kind}", ours.count("code"), 7, 2)


def _with_the_hash(rounds: int) -> Result:
    with (
        databases("SQLite") as new,
        workers({name: Cast(name, new(), ("--hash",)) for name in EVERYBODY}) as asked,
    ):
        turn = [(name, scene) for name in EVERYBODY for scene in ("raw verify", "password")]
        spent = turns(asked, turn, rounds=rounds, times=TIMES_WITH_HASH)
    ratios = {name: over(spent[name, "password"], spent[name, "raw verify"]) for name in EVERYBODY}
    found = {name: ratio.median for name, ratio in ratios.items()}
    return at_most(7, "Password with its hash, CPU", 1.04, "raw verify", ratios["ours"], found)
