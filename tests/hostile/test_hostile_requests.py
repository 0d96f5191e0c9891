"""Whatever is sent, nothing breaks and nobody gets in."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.hostile.attacks import aimed
from tests.hostile.campaign import CORPUS, Campaign, new_seed, some_states
from tests.hostile.routes import every_route
from tests.hostile.siege import Siege, ask, environ_of, report
from tests.hostile.states import STATES, State
from tests.hostile.values import METHODS

Applications = Callable[..., Application]
REQUESTS, REQUESTS_IN_SOAK = 500, 6000
UNKNOWN_METHODS = 30


@pytest.fixture
def seed() -> int:
    """Another one in each run."""
    return new_seed()


def test_nothing_breaks_and_nobody_gets_in(applications: Applications, seed: int) -> None:
    """X-57: types are strict; a list where a string is expected is refused, not a crash.

    Every case of the corpus somewhere, some methods that are not known, and what Hypothesis draws.
    """
    campaign = Campaign([Siege(applications(**it.settings), it) for it in STATES], seed)
    campaign.send_corpus()
    campaign.send_marked()
    campaign.send_unknown_methods(UNKNOWN_METHODS)
    campaign.send_drawn(REQUESTS - campaign.sent)
    assert not (problems := campaign.end()), problems
    assert campaign.sent == REQUESTS
    assert campaign.cases >= {case.name for case in CORPUS.cases}


@pytest.mark.soak
def test_nothing_breaks_in_the_long_run(applications: Applications, seed: int) -> None:
    """Every route from every state by every method, then as above."""
    campaign = Campaign([Siege(applications(**it.settings), it) for it in STATES], seed)
    campaign.send_unknown_methods(len(campaign.places) * len(METHODS))
    for _ in range(3):
        campaign.send_corpus()
        campaign.send_marked()
    campaign.send_drawn(REQUESTS_IN_SOAK - campaign.sent)
    assert not (problems := campaign.end()), problems
    assert campaign.sent == REQUESTS_IN_SOAK
    assert campaign.aims >= {
        (place.state, place.route.rule, method)
        for place in campaign.places
        for method in (*place.route.methods, *METHODS)
    }


@pytest.mark.soak
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_nothing_breaks_wherever_a_case_is_sent(applications: Applications, state: State) -> None:
    """The whole table: what stands in a body at every form, all others here and there."""
    siege = Siege(applications(**state.settings), state)
    routes = every_route(siege.application.app)
    turn = STATES.index(state)
    for route in routes:
        others = [*CORPUS.redirects, *CORPUS.queries, *CORPUS.surroundings]
        for case in [*(CORPUS.bodies if route.takes_post else ()), *others[turn % 8 :: 8]]:
            turn += 1
            method = "POST" if route.takes_post and case in CORPUS.bodies else "GET"
            siege.fire(case.on(aimed(route, method, turn), route))
    assert not (problems := siege.end()), report(problems)


@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.soak)])
def test_nothing_breaks_on_a_database_that_is_strict_about_text(
    applications: Applications,
    request: pytest.FixtureRequest,
    server: str,
    count: int,
    seed: int,
) -> None:
    """PostgreSQL takes no NUL and no surrogate; MariaDB has opinions on equal letters."""
    url = request.getfixturevalue(server)
    states = some_states(seed, count // 50)
    campaign = Campaign([Siege(applications(url, **it.settings), it) for it in states], seed)
    campaign.send_bodies(CORPUS.texts)
    campaign.send_drawn(count - campaign.sent)
    assert not (problems := campaign.end()), problems
    assert campaign.sent == count


def test_the_outbox_of_a_developer_bears_odd_requests(applications: Applications) -> None:
    """In debug mode it answers loopback clients alone, whatever the headers say."""
    application = applications(DEBUG=True)
    application.browser().give_password(application.person())
    route = next(it for it in every_route(application.app) if it.endpoint == "airlock_outbox.show")
    for case in CORPUS.surroundings:
        attack = case.on(aimed(route, "GET", 0), route)
        if attack.environ:
            answer = ask(application.app, environ_of(attack))
            assert answer.status < 500, case.name
            if {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "REMOTE_ADDR"} & {*attack.environ}:
                assert answer.status == 404, case.name
