"""What every test may ask for: servers, browsers, and an application with both doors."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.applications import Application, make_application

pytest_plugins = ["tests.servers.fixtures", "tests.browser"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test drew is printed, so that it can be drawn again."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in report.user_properties:
                terminalreporter.write_line(f"{report.nodeid}: {name}={value}")


@pytest.fixture
def application(tmp_path: Any) -> Iterator[Application]:
    """An application on a SQLite file: two-factor on, all methods, a movable clock."""
    with make_application(f"sqlite:///{tmp_path}/test.sqlite") as made:
        yield made


@pytest.fixture
def applications(tmp_path: Any) -> Iterator[Callable[..., Application]]:
    """Makes applications with settings of the test's own; they are closed at the end."""
    open_now: list[AbstractContextManager[Application]] = []

    def make(uri: str | None = None, **settings: Any) -> Application:
        where = uri or f"sqlite:///{tmp_path}/test-{len(open_now)}.sqlite"
        context = make_application(where, **settings)
        open_now.append(context)
        return context.__enter__()

    yield make
    for context in reversed(open_now):
        context.__exit__(None, None, None)
