"""A forgotten password: a link by mail, a new password, and no way round the second step."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    ask_for_reset,
    follow,
    letters_to,
    link_in,
    newest_text,
    reset,
)
from tests.journeys.support import (
    SESSION,
    cookie,
    enrolled_person,
    known_marks,
    live_sessions,
    moved,
    prove_before_first_setup,
    set_user,
)
from tests.people import Person


def test_a_person_resets_the_password_and_signs_in_with_the_second_step(
    application: Application,
) -> None:
    """X-51: after the reset the person signs in as ever."""
    ada, browser = enrolled_person(application)
    old = ada.password
    reset(application, ada, browser=browser)
    assert browser.path == "/login"
    assert "Your new password is set" in browser.page
    assert browser.give_password(ada, old).path == "/login"
    browser.log_in(ada, "authenticator")
    assert browser.is_signed_in


def test_a_reset_opens_no_session_and_skips_no_factor(application: Application) -> None:
    """S-76: factors stay as they are, and nobody is inside."""
    ada, _ = enrolled_person(application)
    before = application.rows("credentials")
    thief = reset(application, ada)
    assert not thief.is_signed_in
    assert live_sessions(application) == []
    assert live_sessions(application, "half_open") == []
    assert cookie(thief, SESSION) == ""
    assert known_marks(thief) == []
    assert application.rows("credentials") == before
    assert thief.give_password(ada).path == "/login/second-step"
    assert not thief.is_signed_in


def test_all_sessions_end_with_a_reset(application: Application) -> None:
    """S-105: wherever somebody is signed in, he is out at the next request."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    half_open = application.browser().give_password(ada)
    reset(application, ada)
    assert not browser.is_signed_in
    assert half_open.get("/login/second-step").path == "/login"


def test_asking_changes_nothing(application: Application) -> None:
    """S-83: a hundred requests leave the password as it is, and send three letters an hour."""
    ada, browser = enrolled_person(application)
    before = letters_to(application, ada.email)
    for _ in range(100):
        ask_for_reset(application)
    assert letters_to(application, ada.email) == before + 3
    browser.log_in(ada, "authenticator")
    assert browser.is_signed_in
    application.clock.advance(hours=1, seconds=1)
    ask_for_reset(application)
    assert letters_to(application, ada.email) == before + 4


def test_three_links_live_side_by_side_and_one_used_voids_all(application: Application) -> None:
    ada, _ = enrolled_person(application)
    paths = []
    for _ in range(3):
        ask_for_reset(application)
        paths.append(link_in(application, ada.email))
    for path in paths:
        assert application.browser().get(path).status == 200
    browser = application.browser().get(paths[1])
    browser.post("/reset-password", password=ANOTHER)
    assert browser.path == "/login"
    for path in paths:
        assert application.browser().get(path).status == 410
        again = application.browser().get(path)
        assert "Ask for another one" in again.page


def test_a_link_lives_for_30_minutes(application: Application) -> None:
    """S-121: 1,799 seconds are good, 1,801 are not."""
    ada, _ = enrolled_person(application)
    ask_for_reset(application)
    path = link_in(application, ada.email)
    application.clock.advance(seconds=1799)
    assert application.browser().get(path).status == 200
    application.clock.advance(seconds=2)
    browser = application.browser().get(path)
    assert browser.status == 410
    browser.get("/login").post("/reset-password", password=ANOTHER)
    assert browser.status == 410
    assert "link_refused" in application.events()


@pytest.mark.parametrize("page", ["/confirm-email", "/undo-email", "/confirm-new-email"])
def test_a_link_is_good_for_its_purpose_alone(
    applications: Callable[..., Application], page: str
) -> None:
    """S-120: the token of a reset opens no other page, under whatever name it is brought."""
    application = applications(**WHOLE_LIFE)
    ada = application.person()
    ask_for_reset(application)
    token = link_in(application, ada.email).rpartition("/")[2]
    purpose = {"/confirm-email": "confirmation", "/undo-email": "undo_email"}.get(page, "new_email")
    browser = application.browser().get(f"/link/{purpose}/{token}")
    assert browser.path == page
    assert browser.status == 410
    assert browser.get("/login").post(page).status == 410
    assert application.browser().get(f"/link/reset/{token}").status == 200


def test_an_invitation_is_no_reset_and_a_reset_no_invitation(application: Application) -> None:
    ada = application.person()
    ask_for_reset(application)
    token = link_in(application, ada.email).rpartition("/")[2]
    assert application.browser().get(f"/link/invitation/{token}").status == 410


def test_a_good_link_can_be_used_after_a_bad_password(application: Application) -> None:
    """Nothing is lost: the link is spent by a password that is kept, by no other."""
    ada, _ = enrolled_person(application)
    ask_for_reset(application)
    browser = follow(application, ada.email)
    for bad in ("short", "password123", "x" * 300, "ada-ada-ada-ada"):
        browser.post("/reset-password", password=bad)
        assert browser.status == 422
    browser.post("/reset-password", password=ANOTHER)
    assert browser.path == "/login"


def test_the_letter_says_when_and_from_where(application: Application) -> None:
    ada, _ = enrolled_person(application)
    ask_for_reset(application)
    assert "127.0.0.1" in newest_text(application, ada.email)
    reset(application, ada)
    text = newest_text(application, ada.email)
    assert "127.0.0.1" in text
    assert "/link/reset" not in text


def test_a_mailbox_that_reset_the_password_is_no_second_factor_for_a_day(
    application: Application,
) -> None:
    """S-36: who reads the mail alone would give both proofs by one mailbox."""
    ada, _ = enrolled_person(application, "email")
    reset(application, ada)
    assert "do not count" in newest_text(application, ada.email)
    letters = letters_to(application, ada.email)
    thief = application.browser().give_password(ada)
    assert thief.path == "/login/second-step"
    assert "codes by mail are off until" in thief.page
    thief.post("/login/send-code", method="email", purpose="login")
    assert thief.status == 403
    thief.get("/login/second-step").answer("email", "12345678")
    assert thief.status == 403
    assert letters_to(application, ada.email) == letters
    application.clock.advance(hours=24, seconds=1)
    later = application.browser().log_in(ada, "email")
    assert later.is_signed_in


def test_the_hold_ends_early_in_a_browser_that_the_account_knows(
    application: Application,
) -> None:
    ada, known = enrolled_person(application, "email")
    reset(application, ada)
    known.log_in(ada, "email")
    assert known.is_signed_in
    assert "mailbox_released" in application.events()
    other = application.browser().log_in(ada, "email")
    assert other.is_signed_in


def test_another_method_is_not_held_and_ends_the_hold(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "email").log_out()
    application.clock.advance(minutes=1)
    reset(application, ada)
    fresh = application.browser().give_password(ada)
    assert "Off for a while" in fresh.page
    fresh.answer("authenticator", ada.app_code())
    assert fresh.is_signed_in
    application.clock.advance(minutes=1)
    assert application.browser().log_in(ada, "email").is_signed_in


def test_the_first_set_up_waits_as_well(application: Application) -> None:
    """Without a factor, reset and first proof would be one mailbox: it opens nothing alone."""
    ada = application.person()
    reset(application, ada)
    thief = application.browser().give_password(ada)
    assert thief.status == 403
    assert "codes by mail are off until" in thief.page
    for path in ("/login/set-up", "/login/set-up/authenticator", "/login/set-up/email"):
        thief.get("/login/rescue").post(path, action="begin", code="12345678")
        assert thief.status == 403, path
    thief.get("/login/rescue").post("/login/send-code", method="email", purpose="first_setup")
    assert thief.status == 403
    assert application.rows("credentials") == []
    application.clock.advance(hours=24, seconds=1)
    owner = application.browser().give_password(ada)
    prove_before_first_setup(owner, ada).set_up(ada, "authenticator")
    assert owner.is_signed_in


def test_without_a_hold_the_mailbox_counts_at_once(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_RESET_HOLD=0)
    ada, _ = enrolled_person(application, "email")
    reset(application, ada)
    assert "do not count" not in newest_text(application, ada.email)
    assert application.browser().log_in(ada, "email").is_signed_in


def test_a_hold_outlives_a_restart_of_the_application(
    applications: Callable[..., Application], tmp_path: object
) -> None:
    uri = f"sqlite:///{tmp_path}/same.sqlite"
    application = applications(uri)
    ada, _ = enrolled_person(application, "email")
    reset(application, ada)
    after = applications(uri)
    after.clock.now = application.clock.now
    thief = moved(application.browser(), after).give_password(Person(after, ada.email, ANOTHER))
    assert "codes by mail are off until" in thief.page


def test_an_inactive_account_gets_no_link_and_uses_none(application: Application) -> None:
    ada, _ = enrolled_person(application)
    ask_for_reset(application)
    path = link_in(application, ada.email)
    set_user(application, ada, active=False)
    assert application.browser().get(path).status == 410
    before = letters_to(application, ada.email)
    ask_for_reset(application)
    assert letters_to(application, ada.email) == before


def test_links_are_made_with_the_configured_address(
    applications: Callable[..., Application],
) -> None:
    """S-122, X-56: a request with another host does not lead the letter astray."""
    application = applications(SECURITY_BASE_URL="https://www.example.com")
    ada = application.person()
    browser = application.browser(Host="evil.example")
    browser.get("/forgot-password").post("/forgot-password", email=ada.email)
    text = newest_text(application, ada.email)
    assert "https://www.example.com/link/reset/" in text
    assert "evil.example" not in text


def test_the_address_of_a_password_manager_leads_to_the_form(application: Application) -> None:
    """S-129: the well-known address redirects; an unknown name is not there."""
    client = application.app.test_client()
    answer = client.get("/.well-known/change-password")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/change-password")
    odd = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(odd).status_code == 404
