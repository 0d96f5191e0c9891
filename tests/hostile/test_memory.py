"""What attackers send is not kept in memory."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from tracemalloc import Filter, Snapshot

import jinja2.environment
import pytest

from tests.applications import Application
from tests.hostile.attacks import Attack, aimed
from tests.hostile.campaign import CORPUS
from tests.hostile.routes import every_route
from tests.hostile.siege import Siege, report
from tests.hostile.states import STATES

A_ROUND = 60
COMPILED = jinja2.environment.__file__


def in_use(siege: Siege) -> tuple[int, Snapshot]:
    """The bytes that are held, and by which lines, but for what a test keeps until its end."""
    assert not (problems := siege.end()), report(problems)
    siege.application.outbox.clear()
    gc.collect()
    # Where a template is compiled, the interpreter's own table of names doubles now and then.
    snapshot = tracemalloc.take_snapshot().filter_traces([Filter(False, COMPILED)])
    held = sum(trace.size for trace in snapshot.traces)
    return held, snapshot


def by_whom(before: Snapshot, after: Snapshot) -> str:
    """The lines that hold more than before, most first."""
    return "\n".join(str(line) for line in after.compare_to(before, "lineno")[:12])


def some_attacks(siege: Siege, count: int) -> Iterator[Attack]:
    """So many of the corpus, on one route after the other."""
    routes = every_route(siege.application.app)
    cases = [*CORPUS.bodies, *CORPUS.queries]
    for turn, case in enumerate(cases[:: len(cases) // count][:count]):
        route = routes[turn % len(routes)]
        yield case.on(aimed(route, "POST" if route.takes_post else "GET", turn), route)


def fire(siege: Siege, attacks: list[Attack]) -> None:
    """Send them."""
    for attack in attacks:
        siege.fire(attack)


@pytest.mark.parametrize(
    "name,rounds,bytes_each",
    [
        ("stranger", 4, 500),
        pytest.param("half-open without factor", 80, 50, marks=pytest.mark.soak),
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
        before, then = in_use(siege)
        for _ in range(rounds):
            fire(siege, attacks)
        after, now = in_use(siege)
    finally:
        tracemalloc.stop()
    templates = siege.application.app.jinja_env
    assert templates.cache is not None
    assert len(templates.cache) <= len(templates.list_templates())
    assert after - before < bytes_each * rounds * A_ROUND, by_whom(then, now)
