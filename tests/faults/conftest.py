"""Where faults happen: an application of the test's own, or one on PostgreSQL for all of them."""

from collections.abc import Callable, Iterator

import pytest

from tests.applications import Application, make_application
from tests.faults.case import SETTINGS, Site
from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def on_postgres(postgres: Postgres) -> Iterator[Application]:
    """One application for all that needs a server; its rows are removed before each test."""
    with postgres.fresh_database() as url, make_application(url, **SETTINGS) as made:
        yield made


@pytest.fixture
def site(request: pytest.FixtureRequest, applications: Callable[..., Application]) -> Site:
    return Site(request, applications)
