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
    cases = [*CORPUS.bodies, *CORPUS.surroundings][:: len(CORPUS.cases) // count]
    for turn, case in enumerate(cases[:count]):
        route = routes[turn % len(routes)]
        yield case.on(aimed(route, "POST" if route.takes_post else "GET", turn), route)


@pytest.mark.parametrize(
    "rounds, bytes_each", [(2, 1000), pytest.param(80, 100, marks=pytest.mark.soak)]
)
def test_memory_is_flat(
    applications: Callable[..., Application], rounds: int, bytes_each: int
) -> None:
    """The same requests again and again, after a first round that fills what is meant to be kept.

    A page is 5,000 bytes long, a token 43: neither may stay.
    """
    state = next(it for it in STATES if it.name == "half-open without factor")
    siege = Siege(applications(**state.settings), state)
    attacks = list(some_attacks(siege, A_ROUND))
    tracemalloc.start()
    try:
        siege.fire_all(attacks)
        before = in_use(siege.application)
        for _ in range(rounds):
            problems = siege.fire_all(attacks)
        grown = in_use(siege.application) - before
    finally:
        tracemalloc.stop()
    assert not problems, report(problems)
    assert grown < bytes_each * rounds * A_ROUND
