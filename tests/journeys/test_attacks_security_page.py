"""Whoever was inside for a moment, or has the password, and wants to come back or be a nuisance."""

from collections.abc import Callable
from typing import Any

import pytest

from flask_airlock.flows import second_proof
from tests.applications import WHOLE_LIFE, Application
from tests.cli.support import run
from tests.journeys.life import ANOTHER, ask_for_reset, change_email, link_in, newest_text, reset
from tests.journeys.recovering import back, made
from tests.journeys.rescuing import (
    SECOND_MAILBOX,
    add_address,
    addresses,
    answer,
    live_factors,
    rescue_code,
    with_address,
)
from tests.journeys.support import enrolled_person, live_sessions, press
from tests.journeys.test_not_me import NOT_ME, stop_link
from tests.journeys.test_not_me import press as press_stop
from tests.journeys.test_rescue_by_administrator import approve, cancel_link, pass_by, state
from tests.journeys.test_step_up import prove
from tests.journeys.trust import OFFERED, skips, trusting, with_copy
from tests.people import Browser, Person

DAY = 24 * 60 * 60
THIEF = "thief@example.net"
CANCEL = "/link/cancel_rescue/"


@pytest.fixture
def slow(applications: Callable[..., Application]) -> Application:
    """Everything is on, and a day passes before an administrator's help."""
    return applications(**WHOLE_LIFE, SECURITY_RESCUE_DELAY=DAY)


def inside_for_a_moment(application: Application) -> tuple[Person, Browser, Browser]:
    """The owner with her browser, and a thief who had both proofs once."""
    ada, browser = enrolled_person(application)
    thief = application.browser().log_in(ada, "authenticator")
    application.clock.advance(minutes=1)
    return ada, browser, thief


def takes_the_address(application: Application) -> tuple[Person, Browser, str]:
    """The thief makes his mailbox the one on file; the owner has the link that undoes it."""
    ada, _, thief = inside_for_a_moment(application)
    change_email(thief, ada, THIEF).get(link_in(application, THIEF)).post("/confirm-new-email")
    assert "was changed" in thief.page
    return ada, thief, link_in(application, ada.email)


def guess_rescue_codes(application: Application, ada: Person) -> None:
    """So many that nobody is listened to any more, by who has the password alone."""
    for _ in range(20):
        thief = application.browser().give_password(ada).get("/login/rescue")
        press(thief, "Send a code to")
        thief.post("/login/rescue", action="answer", code="AAAA-AAAA")
        application.clock.advance(hours=12)


def comes_back_by_mailbox(application: Application, ada: Person) -> bool:
    """Whether a code to the second mailbox leads the owner on, in a browser that nobody knows."""
    owner = application.browser().give_password(ada).get("/login/rescue")
    press(owner, "Send a code to")
    return answer(owner, rescue_code(application)).path == "/login/set-up"


def test_a_reset_opens_again_what_a_thief_closed(application: Application) -> None:
    ada, _ = with_address(application)
    guess_rescue_codes(application, ada)
    reset(application, ada)
    application.clock.advance(days=60)
    assert comes_back_by_mailbox(application, ada)


def test_what_leads_nowhere_is_not_guessed_at(application: Application) -> None:
    """There is no rescue address yet: a thief closes nothing for the time that there is one."""
    ada, browser = enrolled_person(application)
    thief = application.browser().give_password(ada)
    for _ in range(6):
        thief.post("/login/rescue", action="answer", code="AAAA-AAAA")
    assert "factor_refused" not in application.events()
    browser.log_in(ada, "authenticator")
    add_address(application, browser, SECOND_MAILBOX)
    application.clock.advance(hours=25)
    assert comes_back_by_mailbox(application, ada)


def test_a_mailbox_that_does_not_count_yet_calls_no_help_off(slow: Application) -> None:
    """S-78: it hears of the help, and that is all."""
    ada, _, thief = inside_for_a_moment(slow)
    add_address(slow, thief, THIEF)
    approve(slow, ada)
    assert "asked to help" in newest_text(slow, THIEF)
    assert CANCEL not in newest_text(slow, THIEF)
    assert CANCEL in newest_text(slow, ada.email)


def test_a_mailbox_that_was_reported_calls_no_help_off(slow: Application) -> None:
    ada, _, thief = inside_for_a_moment(slow)
    add_address(slow, thief, THIEF)
    slow.clock.advance(hours=25)
    approve(slow, ada)
    link = cancel_link(slow, THIEF)
    press_stop(slow, stop_link(slow, ada.email, "rescue address"))
    assert addresses(slow) == []
    assert slow.browser().get(link).status == 410
    assert state(slow) == "approved"


def test_an_address_that_was_undone_calls_no_help_off_and_sets_nothing_up(
    slow: Application,
) -> None:
    """Neither link that went there is worth anything, nor is the password that he knows."""
    ada, _, undo = takes_the_address(slow)
    run(slow, "airlock", "rescues", "approve", THIEF, "--reason", "she called")
    cancel = cancel_link(slow, THIEF)
    pass_by(slow, hours=24, minutes=1)
    token = newest_text(slow, THIEF).partition("/login/set-up-link/")[2].split()[0]
    set_up = f"/login/set-up-link/{token}"
    slow.browser().get(undo).post("/undo-email")
    assert slow.browser().get(cancel).status == 410
    thief = slow.browser().get(set_up)
    thief.post("/login", email=ada.email, password=ada.password)
    assert thief.path == "/login"
    ada.password = ANOTHER
    slow.browser().get(link_in(slow, ada.email)).post("/reset-password", password=ANOTHER)
    slow.clock.advance(hours=25)
    thief = slow.browser().get(set_up)
    thief.post("/login", email=ada.email, password=ANOTHER)
    thief.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    assert "secret=" not in thief.page


def test_after_an_undo_the_password_opens_nothing(slow: Application) -> None:
    """He knows it, since the change asked for it, and left an app of his own."""
    ada, thief, undo = takes_the_address(slow)
    thief.set_up(ada, "authenticator")
    slow.clock.advance(minutes=1)
    slow.browser().get(undo).post("/undo-email")
    assert not thief.is_signed_in
    slow.clock.advance(minutes=1)
    assert not slow.browser().log_in(ada, "authenticator").is_signed_in
    assert "/link/reset/" in newest_text(slow, ada.email)


def test_who_proves_a_factor_inside_has_lost_nothing(slow: Application) -> None:
    """As a login would: whoever stays signed in may never log in."""
    ada, browser = enrolled_person(slow)
    browser.get("/login")
    browser.post("/login", email=ada.email, password=ada.password, remember="y")
    browser.answer("authenticator", ada.app_code())
    slow.clock.advance(hours=2)
    approve(slow, ada)
    browser.get("/login/verify")
    prove(browser, code=ada.app_code(), do="prove")
    assert state(slow) == "cancelled"
    pass_by(slow, hours=25)
    assert live_factors(slow) == [("authenticator", None)]


def test_help_that_is_approved_in_the_middle_of_a_login_is_called_off_by_it(
    slow: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, browser = enrolled_person(slow)
    browser.give_password(ada)
    look_at = second_proof.weigh

    def weigh(*arguments: Any) -> Any:
        # All is read and counted by now.
        assert approve(slow, ada).exit_code == 0
        return look_at(*arguments)

    monkeypatch.setattr(second_proof, "weigh", weigh)
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in
    assert state(slow) == "cancelled"


def test_this_was_not_me_locks_nobody_out_where_there_are_no_resets(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_RECOVERABLE=False)
    ada, _ = enrolled_person(application)
    application.browser().log_in(ada, "authenticator")
    application.clock.advance(minutes=1)
    press_stop(application, stop_link(application, ada.email, "was added"))
    browser = application.browser().get(link_in(application, ada.email))
    browser.post("/reset-password", password=ANOTHER)
    ada.password = ANOTHER
    assert application.browser().give_password(ada).path != "/login"


def test_letters_of_help_that_she_did_not_ask_for_can_be_stopped(slow: Application) -> None:
    ada, _ = enrolled_person(slow)
    press(slow.browser().give_password(ada).get("/login/rescue"), "Ask for help")
    assert NOT_ME.search(newest_text(slow, ada.email))
    approve(slow, ada)
    slow.browser().log_in(ada, "authenticator")
    texts = [it.message.text for it in slow.outbox.messages(to=ada.email)]
    assert NOT_ME.search(next(text for text in texts if "was cancelled" in text))


def set_up_by_choice(browser: Browser, ada: Person) -> Browser:
    """A first second factor of who is inside without one."""
    browser.get("/login/set-up")
    browser.post("/login/send-code", method="email", purpose="first_setup")
    return browser.prove_mailbox(ada).set_up(ada, "authenticator")


def test_old_recovery_codes_do_not_open_what_comes_later(
    applications: Callable[..., Application],
) -> None:
    """The factor that they stood in for was removed, and it was the last."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    codes = made(set_up_by_choice(browser.give_password(ada), ada))
    page = f"/security/factors/{application.rows('credentials')[0]['id']}"
    browser.get(page).post(page, action="remove", password=ada.password)
    application.clock.advance(days=1)
    set_up_by_choice(browser.give_password(ada), ada).log_out()
    application.clock.advance(minutes=1)
    assert not back(application, ada, codes[0]).is_signed_in


def test_a_session_that_is_ended_takes_its_trusted_browser_with_it(
    applications: Callable[..., Application],
) -> None:
    application = applications(**OFFERED)
    ada, browser = trusting(application)
    thief = with_copy(application, browser)
    assert skips(thief, ada)
    number = str(live_sessions(application)[-1]["id"])
    owner = application.browser().log_in(ada, "authenticator")
    owner.get("/security/sessions").post("/security/sessions", session=number)
    assert not thief.is_signed_in
    assert not skips(thief, ada)


def test_an_address_that_a_thief_left_on_file_sets_no_password_later(slow: Application) -> None:
    """The owner stops him by the letter on a new browser, from the old mailbox, and chooses a new
    password there: the mailbox that is on file sets none all the same."""
    ada, _, thief = inside_for_a_moment(slow)
    stop = stop_link(slow, ada.email, "browser")
    change_email(thief, ada, THIEF).get(link_in(slow, THIEF)).post("/confirm-new-email")
    press_stop(slow, stop)
    slow.browser().get(link_in(slow, ada.email)).post("/reset-password", password=ANOTHER)
    letters = len(slow.outbox.messages(to=THIEF))
    ask_for_reset(slow, THIEF)
    assert len(slow.outbox.messages(to=THIEF)) == letters
