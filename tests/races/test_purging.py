"""Several purges at once do no harm: every row goes once, and none that is alive."""

from datetime import timedelta

import pytest

from flask_airlock.flows import housekeeping
from tests.applications import Application
from tests.cli.test_purge import DAY, put
from tests.races.arena import Arena

CREW = 8
ROWS = 300
SMALL_BATCH = 7


def purge(application: Application, _: None) -> dict[str, int]:
    """How many rows of each table one of them removed."""
    services = application.app.extensions["security"].services
    with application.app.app_context():
        return dict(housekeeping.purge(services, SMALL_BATCH).rows)


@pytest.mark.promise("Purge.remove")
def test_eight_purges_at_once_remove_every_row_once(arena: Arena, rounds: int) -> None:
    application = arena.application
    # A database in memory has one connection, and no command reaches it from outside.
    crew = CREW if arena.across_processes else 1
    for _ in range(rounds):
        (ada,) = arena.people(1)
        browser = application.browser().give_password(ada)
        browser.set_up(ada, "authenticator")
        account_id = arena.account_id(ada)
        application.clock.advance(days=30)
        arena.race(purge, [None])
        for subject in ("link_tokens", "letters"):
            old = [application.clock.now - 30 * DAY - timedelta(seconds=n) for n in range(ROWS)]
            put(application, subject, *old, account_id=account_id)
            put(application, subject, application.clock.now + DAY, account_id=account_id)
        removed = arena.race(purge, [None] * crew)
        for subject in ("link_tokens", "letters"):
            assert sum(counts[subject] for counts in removed) == ROWS, subject
            assert len(arena.rows(ada, subject)) == 1, subject
