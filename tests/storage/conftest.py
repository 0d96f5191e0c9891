"""The three databases, each with an application's tables in it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.applications import Application, make_application
from tests.storage.units import Bench

DATABASES = ("sqlite", "postgres", "mariadb")


@pytest.fixture(scope="module", params=DATABASES)
def bench(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Bench]:
    """Units of work on each kind of database; made once for the tests of a file."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('storage')}/test.sqlite"
        else:
            server = request.getfixturevalue(request.param)
            url = stack.enter_context(server.fresh_database())
        application = stack.enter_context(make_application(url))
        stack.enter_context(application.app.app_context())
        yield Bench(application)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """An empty database of each kind, of the test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def in_memory(applications: Any) -> Iterator[Application]:
    """An application on `sqlite://`: one connection for everybody."""
    application: Application = applications("sqlite://")
    with application.app.app_context():
        yield application
