"""An account that somebody else made: its owner chooses the password, and nobody else ever does."""

from collections.abc import Callable

import pytest

from flask_airlock import NotDone, UnknownUser
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER, PASSWORD, follow, letters_to, link_in
from tests.journeys.support import press
from tests.people import Person


def invite(application: Application, email: str = "ada@example.com") -> Person:
    """The application's own page for administrators makes an account, and invites its owner."""
    with application.app.app_context():
        user = application.datastore.create_user(email=email)
        application.db.session.commit()
        application.security.invite(user)
    return Person(application, email, PASSWORD)


def test_who_is_invited_chooses_a_password_and_comes_in(application: Application) -> None:
    """S-16: a link of 24 hours, once; the mailbox that it came to is not asked for again."""
    ada = invite(application)
    assert application.browser().give_password(ada, "").path == "/login"
    browser = follow(application, ada.email)
    assert "Choose a password" in browser.page
    press(browser, "Save the password", password=PASSWORD)
    assert browser.path == "/login"
    browser.give_password(ada)
    assert "Choose how you want to give it" in browser.page
    browser.set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert application.browser().get(link_in(application, ada.email)).status == 410


def test_an_invitation_lapses_after_a_day(application: Application) -> None:
    ada = invite(application)
    path = link_in(application, ada.email)
    application.clock.advance(hours=24, seconds=-1)
    assert application.browser().get(path).status == 200
    application.clock.advance(seconds=2)
    assert application.browser().get(path).status == 410


def test_whoever_has_a_password_is_not_invited(application: Application) -> None:
    """It would be a reset without its hold."""
    ada = application.person()
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        with pytest.raises(NotDone):
            application.security.invite(user)
        with pytest.raises(UnknownUser):
            application.security.invite(application.datastore.user_model(id=4711))
    assert letters_to(application, ada.email) == 0


def test_an_invitation_is_void_once_a_password_was_set(
    applications: Callable[..., Application],
) -> None:
    application = applications(**WHOLE_LIFE)
    ada = invite(application)
    first = link_in(application, ada.email)
    application.clock.advance(minutes=1)
    application.browser().get("/forgot-password").post("/forgot-password", email=ada.email)
    follow(application, ada.email).post("/reset-password", password=ANOTHER)
    assert application.browser().get(first).status == 410
