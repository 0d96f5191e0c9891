"""What attackers send is not kept in memory."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from tests.applications import Application
from tests.hostile.attacks import Attack, aimed
from tests.hostile.campaign import CORPUS
from tests.hostile.routes import every_route
from tests.hostile.siege import Siege, report
from tests.hostile.states import STATES

A_ROUND = 60


def in_use(application: Application) -> int:
    """The bytes that are held, but for the letters that a test may read."""
    application.outbox.clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def some_attacks(siege: Siege, count: int) -> Iterator[Attack]:
    """So many of the corpus, on one route after the other."""
    routes = every_route(siege.application.app)
    cases = [*CORPUS.bodies, *CORPUS.queries]
    for turn, case in enumerate(cases[:: len(cases) // count][:count]):
        route = routes[turn % len(routes)]
        yield case.on(aimed(route, "POST" if route.takes_post else "GET", turn), route)


def fire(siege: Siege, attacks: list[Attack]) -> None:
    """Send them; what a siege notes for its end is memory of the test's own, and little."""
    for attack in attacks:
        siege.fire(attack)


@pytest.mark.parametrize(
    "name,rounds,bytes_each",
    [
        ("stranger", 4, 500),
        pytest.param("half-open without factor", 80, 100, marks=pytest.mark.soak),
    ],
)
def test_memory_is_flat(
    applications: Callable[..., Application], name: str, rounds: int, bytes_each: int
) -> None:
    """The same requests again and again, after a first round that fills what is meant to be kept.

    A page is 5,000 bytes long, a token 43: neither may stay.
    """
    state = next(it for it in STATES if it.name == name)
    siege = Siege(applications(**state.settings), state)
    attacks = list(some_attacks(siege, A_ROUND))
    tracemalloc.start()
    try:
        fire(siege, attacks)
        before = in_use(siege.application)
        for _ in range(rounds):
            fire(siege, attacks)
        grown = in_use(siege.application) - before
    finally:
        tracemalloc.stop()
    assert not (problems := siege.end()), report(problems)
    assert grown < bytes_each * rounds * A_ROUND
