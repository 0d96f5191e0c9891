"""`flask_airlock.testing`: what applications' own tests are given."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from flask_airlock.domain.letters import Channel
from flask_airlock.testing import MovableClock, cheap_hashing, movable_clock, outbox, sign_in
from tests.applications import Application
from tests.people import Browser, Person


def put_in(application: Application, person: Person, *proofs: str) -> Browser:
    """A browser in which a person is signed in by the helper."""
    browser = application.browser()
    with application.app.app_context():
        user = application.datastore.get_user(person.email)
        if proofs:
            sign_in(browser.client, user, proofs=proofs)
        else:
            sign_in(browser.client, user)
    return browser


def test_sign_in_lets_a_client_in_with_both_factors(application: Application) -> None:
    browser = put_in(application, application.person())
    assert browser.is_signed_in
    assert browser.client.get("/strong").status_code == 200
    browser.log_out()
    assert not browser.is_signed_in


def test_sign_in_can_leave_the_second_factor_out(
    applications: Callable[..., Application],
) -> None:
    """Where a second factor is not required of everybody."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    browser = put_in(application, application.person(), "password")
    assert browser.is_signed_in
    assert browser.client.get("/strong").status_code == 302


@pytest.mark.parametrize("settings", [{"DEBUG": True}, {"SECURITY_COOKIE_SECURE": False}], ids=str)
def test_sign_in_works_whatever_the_cookie_is_called(
    applications: Callable[..., Application], settings: dict[str, bool]
) -> None:
    application = applications(**settings)
    assert put_in(application, application.person()).is_signed_in


def test_sign_in_follows_the_clock(application: Application) -> None:
    browser = put_in(application, application.person())
    application.clock.advance(days=2)
    assert not browser.is_signed_in


def test_sign_in_needs_no_request_before(applications: Callable[..., Application]) -> None:
    """The first thing that happens in the application's life."""
    application = applications("sqlite://")
    assert put_in(application, application.person()).is_signed_in


def test_the_outbox_finds_messages_by_reader_and_channel(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "sms")
    kept = outbox(application.app)
    assert len(kept.messages(to=ada.email)) == 2
    assert len(kept.messages(channel=Channel.SMS)) == 1
    assert len(kept.messages()) == 3
    kept.clear()
    assert kept.messages() == []


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = MovableClock()
    first = clock()
    assert clock() == first
    clock.advance(days=1, minutes=2)
    assert (clock() - first).total_seconds() == 24 * 3600 + 120
    assert clock().tzinfo is UTC


def test_the_clock_can_start_anywhere(application: Application) -> None:
    clock = movable_clock(application.app, datetime(2031, 5, 1, tzinfo=UTC))
    browser = application.browser()
    browser.give_password(application.person())
    (row,) = application.rows("sessions")
    assert row["created_at"] == datetime(2031, 5, 1)  # noqa: DTZ001 (columns hold UTC bare)
    assert clock.now.year == 2031


def test_cheap_hashing_is_cheap_and_still_argon2(application: Application) -> None:
    cheap_hashing(application.app)
    ada = application.person()
    with application.app.app_context():
        kept = application.datastore.get_user(ada.email).password
    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_the_helpers_leave_other_applications_alone(
    applications: Callable[..., Application],
) -> None:
    first, second = applications(), applications()
    first.clock.advance(days=300)
    assert second.clock.now < first.clock.now
    browser = put_in(first, first.person())
    assert browser.is_signed_in
    assert second.rows("sessions") == []
