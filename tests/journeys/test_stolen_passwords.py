"""Passwords that were stolen elsewhere: refused where the list can be asked, let pass where not."""

from collections.abc import Callable, Iterator

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.delivery.test_breached import DIGITS, PASSWORD, RangeService, running
from tests.journeys.life import fill_in

ASKING = {**WHOLE_LIFE, "SECURITY_PASSWORD_CHECK_BREACHED": True}


@pytest.fixture
def service() -> Iterator[RangeService]:
    """A list on which the password stands."""
    with running() as kept:
        yield kept


def test_a_stolen_password_is_refused_with_the_reason(
    applications: Callable[..., Application], service: RangeService
) -> None:
    """X-01, X-02: it is looked up when somebody registers, by five digits."""
    application = applications(**ASKING, SECURITY_PASSWORD_BREACH_URL=service.url)
    browser = fill_in(application, password=PASSWORD)
    assert browser.status == 422
    assert "stolen from another site" in browser.page
    assert [path for path, _ in service.asked] == [f"/range/{DIGITS[:5]}"]
    assert "user_registered" not in application.events()


def test_without_an_answer_a_password_passes_and_an_event_says_so(
    applications: Callable[..., Application], service: RangeService
) -> None:
    """X-01: the service may be down; nobody is kept out by it."""
    service.status = 503
    application = applications(**ASKING, SECURITY_PASSWORD_BREACH_URL=service.url)
    assert fill_in(application, password=PASSWORD).status == 200
    assert len(service.asked) == 1
    assert application.events().count("breach_check_failed") == 1
    assert "user_registered" in application.events()
