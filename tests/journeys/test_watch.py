"""The watch over all accounts: one event where many more logins fail than usual."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.applications import Application
from tests.journeys.test_networks import knock


def test_many_failures_of_all_accounts_together_raise_one_event(
    applications: Callable[..., Application],
) -> None:
    """X-34: one password for each of many names, from many networks, is below every limit."""
    application = applications(SECURITY_WATCH_FAILURES=30, SECURITY_WATCH_TIMES=3)

    def fail(times: int, apart: timedelta) -> None:
        for number in range(times):
            knock(application, f"n{number}@example.com")
            application.clock.now += apart

    def told() -> int:
        return application.events().count("failures_unusual")

    fail(25, timedelta(seconds=10))
    assert told() == 0
    fail(60, timedelta(seconds=10))
    assert told() == 1
    (event,) = (row for row in application.rows("events") if row["name"] == "failures_unusual")
    assert json.loads(event["detail"])["failures"] >= 30
    application.clock.advance(hours=2)
    fail(60, timedelta(seconds=10))
    assert told() == 2


@pytest.mark.parametrize("times,told", [(3, 1), (6, 0)])
def test_what_is_usual_is_the_average_of_the_day_before(
    applications: Callable[..., Application], times: int, told: int
) -> None:
    application = applications(SECURITY_WATCH_FAILURES=10, SECURITY_WATCH_TIMES=times)
    now = application.clock.now.replace(tzinfo=None)
    row = dict.fromkeys(("address", "agent"), "") | {"account_id": None, "detail": "{}"}
    rows = [
        row | {"name": "first_factor_refused", "at": now - timedelta(minutes=each)}
        for each in range(15, 15 + 24 * 60)
    ]
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(application.datastore.tables.events.insert(), rows)
    for number in range(45):
        knock(application, f"n{number}@example.com")
        application.clock.advance(seconds=12)
    assert application.events().count("failures_unusual") == told
