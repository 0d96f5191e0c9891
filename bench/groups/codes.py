"""The check of a wrong code, one step each side of now; beside the three digests that it needs."""

from bench.databases import databases
from bench.goals import at_most
from bench.results import Group
from bench.rounds import Cast, over, turns, workers

TIMES = 15
CHECKS = {
    "ours": ("wrong code", "sealed and wrong code"),
    "bare": ("wrong code",),
    "flask-security": ("sealed and wrong code",),
}


def measure(rounds: int) -> Group:
    """No database has part in it."""
    with (
        databases("SQLite") as new,
        workers({name: Cast(name, new()) for name in CHECKS}) as asked,
    ):
        turn = [(name, one) for name, many in CHECKS.items() for one in ("three hmac", *many)]
        spent = turns(asked, turn, rounds=rounds, times=TIMES)
    ratios = {
        (name, one): over(spent[name, one], spent[name, "three hmac"])
        for name, many in CHECKS.items()
        for one in many
    }
    alone, sealed = (
        {name: ratio.median for (name, one), ratio in ratios.items() if one == wanted}
        for wanted in ("wrong code", "sealed and wrong code")
    )
    of, plain, opened = "three hmac.digest", ("ours", "wrong code"), ("ours", CHECKS["ours"][1])
    return Group(
        "codes",
        "The check of a code",
        (
            at_most(10, "Wrong code, CPU", 1.5, of, ratios[plain], alone),
            at_most(11, "The same with its sealed secret, CPU", 6.0, of, ratios[opened], sealed),
        ),
    )
