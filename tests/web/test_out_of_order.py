"""The database is gone: a page of ours that says so, on every page, and no way in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.errors import StoreFailed
from tests.applications import Application
from tests.journeys.support import own_templates, signed_in
from tests.servers.postgres import Postgres

Make = Callable[..., Application]
SENTENCE = "Something is out of order. Please try again later."
OURS, THEIRS = ["/login", "/login/set-up", "/logout", "/change-password"], ["/", "/inside"]


@contextmanager
def gone(postgres: Postgres, url: str) -> Iterator[None]:
    """The server drops the database's connections and takes no new one."""
    postgres.leave(url)
    try:
        yield
    finally:
        postgres.come_back(url)


def test_every_page_says_so_to_whoever_is_inside(
    applications: Make, postgres: Postgres, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """S-100: storage failure closes and is logged. The application's own pages are no exception:
    who is signed in is looked up for them as well, and for their layouts once more."""
    application = applications(postgres_url)
    layout = "{{ current_user.is_authenticated }} {% block content %}{% endblock %}"
    own_templates(application, {"security/layout.html": layout})
    browser = signed_in(application, application.person()).get("/")
    with gone(postgres, postgres_url):
        for path in (*OURS, *THEIRS):
            caplog.clear()
            answer = browser.client.get(path)
            assert (answer.status_code, answer.text[:5]) == (503, "False"), path
            assert answer.headers["Retry-After"] == "30"
            assert answer.headers["Cache-Control"] == "no-store"
            assert SENTENCE in answer.text
            assert "the database failed" in caplog.text
    assert browser.is_signed_in


def test_a_script_is_told_so_by_status(
    applications: Make, postgres: Postgres, postgres_url: str
) -> None:
    application = applications(postgres_url)
    browser = signed_in(application, application.person())
    with gone(postgres, postgres_url):
        answer = browser.client.get("/inside", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()) == (503, {"error": "store_failed"})


@pytest.mark.parametrize("path", ["/login", "/"])
def test_so_does_the_very_first_request(
    applications: Make, postgres: Postgres, postgres_url: str, path: str
) -> None:
    """The look at the tables, before anything is answered; it is taken again."""
    application = applications(postgres_url)
    with gone(postgres, postgres_url):
        assert application.browser().get(path).status == 503
    assert application.browser().get(path).status == 200


def test_the_applications_own_page_for_it_comes_first(
    applications: Make, postgres: Postgres, postgres_url: str
) -> None:
    application = applications(postgres_url)
    application.app.register_error_handler(StoreFailed, lambda _: ("ours is better", 503))
    browser = signed_in(application, application.person())
    with gone(postgres, postgres_url):
        assert browser.get("/inside").page == "ours is better"


def test_a_pool_without_a_connection_to_spare_is_told_alike(
    applications: Make, caplog: pytest.LogCaptureFixture
) -> None:
    options = {"pool_size": 2, "max_overflow": 0, "pool_timeout": 0.1}
    application = applications(SQLALCHEMY_ENGINE_OPTIONS=options)
    browser = signed_in(application, application.person())
    with application.app.app_context():
        engine = application.datastore.engine()
    with engine.connect(), engine.connect():
        assert browser.get("/inside").status == 503
        assert browser.get("/login").status == 503
    assert "no connection of the pool was free" in caplog.text
    assert browser.is_signed_in


def only_read(connection: Any, _: Any) -> None:
    """What an administrator's mistake does to a file."""
    connection.execute("PRAGMA query_only = ON")


def test_a_page_opens_on_a_database_that_can_only_be_read_until_the_visit_is_to_be_noted(
    application: Application,
) -> None:
    """S-103: a session whose rest can't be measured is no session."""
    browser = signed_in(application, application.person())
    with application.app.app_context():
        engine = application.datastore.engine()
    sa.event.listen(engine, "connect", only_read)
    engine.dispose()
    assert browser.is_signed_in
    application.clock.advance(minutes=6)
    assert browser.get("/inside").status == 503
