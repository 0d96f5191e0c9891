"""A letter tells of what was not he, and one press stops whoever it was."""

import re
from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER, change_email, follow, link_in, newest_text, reset
from tests.journeys.support import enrolled_person, live_sessions, read
from tests.journeys.support import press as press_button
from tests.people import Browser, Person

NOT_ME = re.compile(r"https?://\S+/link/not_me/(\S+)")
FRESH = "ada.new@example.com"


def stop_link(application: Application, address: str, word: str) -> str:
    """The path of the link in the last letter to that address whose subject has this word."""
    letters = [it.message for it in application.outbox.messages(to=address)]
    text = next(it.text for it in reversed(letters) if word in it.subject)
    found = NOT_ME.search(text)
    assert found, text
    return f"/link/not_me/{found[1]}"


def press(application: Application, link: str) -> Browser:
    """Open the link in a browser that nobody signed in with, and press the button."""
    browser = application.browser()
    browser.get(link)
    return browser.post("/not-me")


def a_thief_inside(application: Application) -> tuple[Person, Browser, Browser]:
    """The owner's browser, and a thief who has the password and a look at the phone."""
    ada, browser = enrolled_person(application)
    thief = application.browser()
    thief.log_in(ada, "authenticator")
    assert thief.is_signed_in
    return ada, browser, thief


def test_a_thief_is_out_at_the_next_request_and_his_factor_with_him(
    application: Application,
) -> None:
    """S-81: no login is needed; sessions end, what the letter told of goes, the password is
    closed, and what was there before stays."""
    ada, _, thief = a_thief_inside(application)
    key = ada.app_key
    application.clock.advance(minutes=1)
    thief.set_up(ada, "authenticator")
    stolen, ada.app_key = ada.app_key, key
    browser = press(application, stop_link(application, ada.email, "was added"))
    assert browser.status == 200
    assert "You are safe again" in browser.page
    assert not thief.is_signed_in
    assert live_sessions(application) == []
    left = [row for row in application.rows("credentials") if row["revoked_at"] is None]
    assert len(left) == 1
    application.clock.advance(minutes=1)
    thief.give_password(ada)
    assert thief.path == "/login"
    assert thief.status == 422
    # The owner: a new password by the link, then the app that was there before.
    follow(application, ada.email, browser)
    browser.post("/reset-password", password=ANOTHER)
    ada.password = ANOTHER
    browser.log_in(ada, "authenticator")
    assert browser.is_signed_in
    application.clock.advance(minutes=1)
    ada.app_key = stolen
    again = application.browser().log_in(ada, "authenticator")
    assert not again.is_signed_in


def test_the_link_works_once_and_for_three_days(application: Application) -> None:
    ada, _, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    thief.set_up(ada, "sms")
    link = stop_link(application, ada.email, "was added")
    application.clock.advance(hours=72, minutes=-2)
    twice = application.browser().get(link)
    assert press(application, link).status == 200
    assert twice.post("/not-me").status == 410
    assert "link_refused" in application.events()


def test_after_three_days_it_opens_nothing(application: Application) -> None:
    ada, _, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    thief.set_up(ada, "sms")
    link = stop_link(application, ada.email, "was added")
    application.clock.advance(hours=72, seconds=1)
    assert press(application, link).status == 410
    assert [row["method"] for row in application.rows("credentials")] == ["authenticator", "sms"]


def test_opening_the_link_does_nothing(application: Application) -> None:
    """S-123: mail scanners open links; only the button acts, and only with its token."""
    ada, browser, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    thief.set_up(ada, "sms")
    scanner = application.browser()
    scanner.get(stop_link(application, ada.email, "was added"))
    assert "Stop it" in scanner.page
    assert scanner.client.post("/not-me").status_code == 400
    assert scanner.client.head("/not-me").status_code == 200
    assert thief.is_signed_in
    application.clock.advance(minutes=1)
    assert browser.log_in(ada, "authenticator").is_signed_in


def test_who_only_guesses_links_stops_nobody(application: Application) -> None:
    _, _, thief = a_thief_inside(application)
    for token in ("x", "A" * 43, "%00", "a" * 5000):
        assert press(application, f"/link/not_me/{token}").status in (404, 410)
    assert thief.is_signed_in


def test_the_app_that_the_owner_had_is_not_removed_by_a_letter_on_something_else(
    application: Application,
) -> None:
    ada, _, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    thief.set_up(ada, "sms")
    phone = next(r["id"] for r in application.rows("credentials") if r["method"] == "sms")
    thief.get(f"/security/factors/{phone}")
    thief.post(f"/security/factors/{phone}", action="rename", name="Mine")
    press(application, stop_link(application, ada.email, "new name"))
    assert all(row["revoked_at"] is None for row in application.rows("credentials"))
    assert not thief.is_signed_in


def test_who_only_reads_the_mailbox_gains_nothing_by_it(application: Application) -> None:
    """S-77: the owner set up his only method a moment ago; a thief who reads his mail presses the
    link, resets the password, and waits for two days."""
    ada, browser = enrolled_person(application)
    press(application, stop_link(application, ada.email, "was added"))
    reset_by_thief = follow(application, ada.email)
    reset_by_thief.post("/reset-password", password=ANOTHER)
    application.clock.advance(hours=49)
    ada.password = ANOTHER
    reset_by_thief.give_password(ada)
    reset_by_thief.get("/login/set-up")
    assert reset_by_thief.status == 403
    reset_by_thief.post("/login/send-code", method="email", purpose="first_setup")
    reset_by_thief.post("/login/set-up/authenticator", action="begin")
    assert "secret=" not in reset_by_thief.page
    assert not reset_by_thief.is_signed_in
    assert not browser.is_signed_in


def test_whose_only_method_went_by_it_is_led_to_ask_for_help(application: Application) -> None:
    """The page, the letter on the password and the login say the same."""
    ada, _ = enrolled_person(application)
    owner = press(application, stop_link(application, ada.email, "was added"))
    assert "Your only second step was removed too" in owner.page
    assert "look at your security page" not in owner.page
    letter = newest_text(application, ada.email)
    assert "Your old password for" in letter
    assert "stays as it is" not in letter
    follow(application, ada.email, owner).post("/reset-password", password=ANOTHER)
    ada.password = ANOTHER
    owner.give_password(ada)
    assert owner.status == 403
    (way,) = [a for a in read(owner).all("a") if a.text == "Ask for help"]
    press_button(owner.get(way.attributes["href"]), "Ask for help")
    assert "Your request is on its way." in owner.page


@pytest.fixture
def whole_life(applications: Callable[..., Application]) -> Application:
    return applications(**WHOLE_LIFE)


def test_a_thief_who_changed_the_address_gets_no_link_for_a_new_password(
    whole_life: Application,
) -> None:
    """The letter that was sent before went to the owner: only his mailbox sets the password."""
    application = whole_life
    ada, _, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    thief.set_up(ada, "sms")
    link = stop_link(application, ada.email, "was added")
    change_email(thief, ada, FRESH)
    thief.get(link_in(application, FRESH)).post("/confirm-new-email")
    press(application, link)
    assert not thief.is_signed_in
    sent = len(application.outbox.messages(to=FRESH))
    thief.get("/forgot-password")
    thief.post("/forgot-password", email=FRESH)
    assert len(application.outbox.messages(to=FRESH)) == sent
    owner = follow(application, ada.email)
    owner.post("/reset-password", password=ANOTHER)
    assert "sign in" in owner.page.lower()
    ada.email, ada.password = FRESH, ANOTHER
    owner.give_password(ada)
    assert owner.path == "/login/second-step"


def test_a_new_address_cannot_stop_its_owner(whole_life: Application) -> None:
    """As long as the old address may undo the change, letters to the new one have no such link."""
    application = whole_life
    ada, _, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    change_email(thief, ada, FRESH)
    thief.get(link_in(application, FRESH)).post("/confirm-new-email")
    thief.set_up(ada, "sms")
    assert not NOT_ME.search(newest_text(application, FRESH))
    application.clock.advance(hours=73)
    ada.email = FRESH
    thief.log_in(ada, "authenticator")
    thief.set_up(ada, "authenticator")
    assert NOT_ME.search(newest_text(application, FRESH))


def test_a_reset_opens_the_account_again_by_a_password_of_any_source(
    application: Application,
) -> None:
    """What an administrator or the application sets is another password as well."""
    ada, _, thief = a_thief_inside(application)
    application.clock.advance(minutes=1)
    thief.set_up(ada, "sms")
    press(application, stop_link(application, ada.email, "was added"))
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        application.datastore.set_password(user, ANOTHER)
        application.db.session.commit()
    ada.password = ANOTHER
    browser = application.browser().give_password(ada)
    assert browser.path == "/login/second-step"


def test_a_removal_that_was_asked_for_is_called_off(whole_life: Application) -> None:
    application = whole_life
    ada, _, thief = a_thief_inside(application)
    thief.get("/delete-account")
    thief.post("/delete-account", current=ada.password)
    press(application, stop_link(application, ada.email, "will be removed"))
    assert application.rows("accounts")[0]["delete_at"] is None


def test_a_forgotten_password_is_reset_as_ever_when_nothing_was_reported(
    whole_life: Application,
) -> None:
    application = whole_life
    ada, _ = enrolled_person(application)
    reset(application, ada)
    assert application.rows("accounts")[0]["closed_password"] is None
