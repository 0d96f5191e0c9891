"""The clock is put back: what must be recent does not last until it has caught up."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.journeys.support import HALF_OPEN, copied, enrolled_person, signed_in
from tests.journeys.test_letters import posted
from tests.people import Browser, Person
from tests.servers.smtp import MailServer


def inside(application: Application) -> tuple[Person, Browser]:
    """Somebody who has just come in by both doors."""
    ada, browser = enrolled_person(application)
    return ada, browser.log_in(ada, "authenticator")


def test_a_small_correction_throws_nobody_out(application: Application) -> None:
    """Clocks of several machines are never the same, and are set right now and then."""
    _, browser = inside(application)
    application.clock.advance(minutes=-1)
    assert browser.is_signed_in
    assert "data-method" in browser.get("/login/set-up").page


def test_a_session_of_the_future_rests_too_long_as_well(application: Application) -> None:
    """S-103: or an open session would last for as long as the clock went back."""
    _, browser = inside(application)
    application.clock.advance(hours=-8)
    assert browser.is_signed_in
    application.clock.advance(seconds=-1)
    assert not browser.is_signed_in


def test_a_proof_of_the_future_is_not_fresh(application: Application) -> None:
    """S-84: changing factors needs a proof of the last minutes."""
    _, browser = inside(application)
    application.clock.advance(minutes=-11)
    assert browser.get("/login/set-up").path == "/login/verify"


@pytest.mark.parametrize("minutes,opens", [(0, True), (-1, False)])
def test_a_second_click_comes_within_half_a_minute_by_any_clock(
    application: Application, minutes: int, opens: bool
) -> None:
    """S-20: later the same cookie and code are a copy."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    other, code = copied(application, browser, HALF_OPEN), ada.app_code()
    browser.answer("authenticator", code)
    application.clock.advance(minutes=minutes)
    other.answer("authenticator", code)
    assert other.is_signed_in is opens


def test_letters_are_picked_up_though_the_clock_went_back_a_month(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    application = posted(applications, mail_server)
    ada = application.person()
    signed_in(application, ada).get("/login")  # looked for letters a moment ago
    application.clock.advance(days=-30)
    mail_server.refuse()
    application.browser().give_password(ada)
    mail_server.behave()
    application.clock.advance(seconds=31)
    application.browser().get("/login")
    assert mail_server.newest_to(ada.email)
