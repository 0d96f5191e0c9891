"""A worker with more threads than connections is slow at worst; it does not lock up."""

from collections.abc import Callable
from pathlib import Path

from tests.applications import Application
from tests.races.actions import send, shot
from tests.races.crew import at_once

CROWDED = {"pool_size": 3, "max_overflow": 0, "pool_timeout": 3}


def test_signed_in_requests_need_one_connection_at_a_time(
    applications: Callable[..., Application], tmp_path: Path
) -> None:
    """The write that remembers when a session was seen happens in every thread at once."""
    crowded = applications(
        f"sqlite:///{tmp_path}/crowded.sqlite", SQLALCHEMY_ENGINE_OPTIONS=CROWDED
    )
    ada, browser = crowded.person(), crowded.browser()
    browser.enrol(ada, "authenticator")
    crowded.clock.advance(minutes=6)
    request = shot(browser, "/login/set-up")
    crowded.clock.advance(minutes=6)
    answers = at_once(crowded, send, [request] * 12)
    assert [one.trace for one in answers if one.status >= 500] == []
