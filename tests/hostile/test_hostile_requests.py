"""Whatever is sent, nothing breaks and nobody gets in."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.hostile.attacks import Attack, all_attacks, endpoints
from tests.hostile.firing import fire, status_of
from tests.hostile.states import STATES, State

AT_LEAST = 300


def report(problems: list[str]) -> str:
    """One line for each thing that went wrong, the same ones together."""
    causes: dict[str, list[str]] = {}
    for problem in problems:
        causes.setdefault(problem.rpartition("): ")[2], []).append(problem)
    most_first = sorted(causes.values(), key=len, reverse=True)
    lines = [f"{len(same)} x {same[0]}" for same in most_first]
    return f"{len(problems)} problems:\n" + "\n".join(lines)


@pytest.fixture(params=[3, pytest.param(1, marks=pytest.mark.soak)])
def share(request: pytest.FixtureRequest) -> int:
    """One in so many is sent; in the soak all are."""
    return int(request.param)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_nothing_breaks_and_nobody_gets_in(
    applications: Callable[..., Application], state: State, share: int
) -> None:
    """X-57: types are strict; a list where a string is expected is refused, not a crash."""
    application = applications(**state.settings)
    attacks = all_attacks(application.app)
    assert len(attacks) >= AT_LEAST
    problems = fire(application, state, attacks[STATES.index(state) % share :: share])
    assert not problems, report(problems)


@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
def test_nothing_breaks_on_a_database_that_is_strict_about_text(
    applications: Callable[..., Application],
    request: pytest.FixtureRequest,
    server: str,
    share: int,
) -> None:
    """PostgreSQL takes no NUL and no surrogate; MariaDB has opinions on equal letters."""
    url = request.getfixturevalue(server)
    problems: list[str] = []
    for place, state in enumerate(STATES):
        application = applications(url, **state.settings)
        attacks = all_attacks(application.app)
        problems += fire(application, state, attacks[place :: len(STATES) * share])
    assert not problems, report(problems)


def test_every_page_is_attacked(applications: Callable[..., Application]) -> None:
    paths = {path for path, _ in endpoints(applications(**WHOLE_LIFE).app)}
    assert {"/login", "/logout", "/login/second-step", "/login/send-code"} <= paths
    assert {"/login/rescue", "/login/set-up", "/login/set-up/sms", "/_airlock/outbox"} <= paths
    assert {"/register", "/confirm-email", "/send-confirmation", "/forgot-password"} <= paths
    assert {"/reset-password", "/change-password", "/change-email", "/change-username"} <= paths
    assert {"/confirm-new-email", "/undo-email", "/delete-account"} <= paths
    assert any(path.startswith("/login/set-up-link/") for path in paths)
    assert any(path.startswith("/link/") for path in paths)


def test_the_outbox_of_a_developer_bears_odd_requests(
    applications: Callable[..., Application],
) -> None:
    """In debug mode it answers loopback clients alone, whatever the headers say."""
    application = applications(DEBUG=True)
    application.browser().give_password(application.person())
    attacks = [one for one in all_attacks(application.app) if one.environ]
    for attack in attacks:
        aimed = Attack(attack.label, "GET", "/_airlock/outbox", None, attack.environ)
        found = status_of(application, aimed)
        assert found < 500, attack.label
        if {"HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"} & attack.environ.keys():
            assert found == 404, attack.label
