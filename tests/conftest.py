"""What every test may ask for: servers, browsers, and an application with both doors."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.applications import Application, make_application

pytest_plugins = ["tests.servers.fixtures", "tests.browser"]
# What the tests of a folder share takes long to make: all of them run on one process.
TOGETHER = ("tests/bench/", "tests/quickstart/")
# But in the soak, where they last: then two processes share them.
TOGETHER_BUT_FOR_THE_SOAK = ("tests/races/",)


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]
    """Tests are given to processes one by one, those of such a folder all at once."""

    def _split_scope(self, nodeid: str) -> str:
        is_soak = self.config.option.markexpr == "soak"
        places = TOGETHER if is_soak else TOGETHER + TOGETHER_BUT_FOR_THE_SOAK
        return next((place for place in places if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """Instead of marks, which xdist 3.8 does not find under pytest 9.2."""
    return ByFolder(config, log)


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
