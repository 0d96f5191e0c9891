"""Guessing at, closing, and stealing the proof of the mailbox before a first set-up."""

import pytest

from tests.applications import Application
from tests.journeys.support import (
    HALF_OPEN,
    copied,
    known_marks,
    live_sessions,
    press,
    prove_before_first_setup,
    tries_to_enrol,
    wrong,
)
from tests.people import Browser, Person


def close_the_proof(application: Application, ada: Person) -> Browser:
    """A thief with the password types twenty wrong codes, five to a login."""
    thief = application.browser()
    for _ in range(4):
        thief.give_password(ada)
        for _ in range(5):
            thief.post("/login/set-up", action="prove", code=wrong(ada.mailed_code()))
    return thief


def letters_to(application: Application, person: Person) -> int:
    """How many letters she has had."""
    return len(application.outbox.messages(to=person.email))


def test_twenty_wrong_codes_close_the_proof(application: Application) -> None:
    """S-93: the right code does not help any more, and the page says so."""
    ada = application.person()
    thief = close_the_proof(application, ada)
    assert application.events().count("factor_shut") == 1
    owner = application.browser()
    owner.give_password(ada)
    assert "you can try again on" in owner.page
    assert "one-time-code" not in owner.page
    owner.post("/login/set-up", action="prove", code=ada.mailed_code())
    assert owner.status == 429
    for browser in (thief, owner):
        assert known_marks(browser) == []
        assert not tries_to_enrol(browser)


def test_while_it_is_closed_no_letter_is_mailed(application: Application) -> None:
    ada = application.person()
    thief = close_the_proof(application, ada)
    before = letters_to(application, ada)
    for _ in range(3):
        application.clock.advance(hours=7)
        thief.give_password(ada)
        thief.post("/login/send-code", method="email", purpose="first_setup")
        assert thief.status == 429
        thief.get("/login/set-up")
        thief.post("/login/set-up", action="prove", code="12345678")
        assert thief.status == 429
    assert letters_to(application, ada) == before


def test_a_day_later_the_owner_goes_on(application: Application) -> None:
    """S-96: there is no known browser yet by which she could, so a stop for good would be one."""
    ada = application.person()
    close_the_proof(application, ada)
    before = letters_to(application, ada)
    application.clock.advance(hours=23, minutes=59)
    owner = application.browser()
    owner.give_password(ada)
    assert letters_to(application, ada) == before
    application.clock.advance(minutes=1)
    owner.enrol(ada, "authenticator")
    # The code, and the notice that it was set up.
    assert letters_to(application, ada) == before + 2
    assert owner.is_signed_in


def test_tries_while_it_is_closed_do_not_prolong_it(application: Application) -> None:
    ada = application.person()
    thief = close_the_proof(application, ada)
    for _ in range(8):
        application.clock.advance(hours=3)
        thief.give_password(ada)
        thief.post("/login/set-up", action="prove", code="12345678")
    owner = application.browser()
    owner.enrol(ada, "authenticator")
    assert owner.is_signed_in


def test_after_a_day_the_count_begins_anew_and_closes_again(application: Application) -> None:
    """Twenty guesses a day, not one more."""
    ada = application.person()
    close_the_proof(application, ada)
    application.clock.advance(days=1)
    thief = close_the_proof(application, ada)
    thief.give_password(ada)
    thief.post("/login/set-up", action="prove", code=ada.mailed_code())
    assert thief.status == 429
    assert application.events().count("factor_shut") == 2


def test_a_crash_at_the_twentieth_try_closes_it_for_no_longer(application: Application) -> None:
    """The try was counted, but when it closed was never noted: the owner, who does what the
    page offers, is in on the second day at the latest."""
    ada = application.person()
    close_the_proof(application, ada)
    throttles = application.datastore.tables.throttles
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(throttles.update().values(shut_at=None))
    owner = application.browser()
    for _ in range(2):
        application.clock.advance(days=2)
        owner.give_password(ada)
        if "Continue" in owner.page:
            press(owner, "Continue", code=ada.mailed_code())
    owner.set_up(ada, "authenticator")
    assert owner.is_signed_in


def test_a_closed_proof_closes_no_factor(application: Application) -> None:
    """The wrong codes of the first set-up are not the mailbox's, once that is a factor."""
    ada = application.person()
    for _ in range(3):
        thief = application.browser()
        thief.give_password(ada)
        for _ in range(5):
            thief.post("/login/set-up", action="prove", code=wrong(ada.mailed_code()))
    owner = application.browser()
    owner.enrol(ada, "email").log_out()
    stranger = application.browser()
    stranger.give_password(ada)
    for _ in range(5):
        stranger.answer("email", wrong(ada.mailed_code()))
    assert "factor_shut" not in application.events()
    assert application.browser().log_in(ada, "email").is_signed_in


def test_a_double_click_on_the_first_mailed_code_is_no_failure(application: Application) -> None:
    """Both answers lead on, and nothing is counted as a wrong one."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    form = {"csrf_token": browser.token(), "action": "prove", "code": ada.mailed_code()}
    for _ in range(2):
        answer = browser.client.post("/login/set-up", data=form)
        assert answer.status_code == 303
        assert "notice=address_proved" in answer.headers["Location"]
    assert {row["failures"] for row in application.rows("throttles")} == {0}
    assert application.events().count("address_proved") == 1
    assert "setup_refused" not in application.events()
    browser.set_up(ada, "authenticator")
    assert browser.is_signed_in


def test_a_minute_later_the_spent_code_is_a_wrong_one(application: Application) -> None:
    """S-29: the kindness to a double click ends with it."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    form = {"csrf_token": browser.token(), "action": "prove", "code": ada.mailed_code()}
    browser.client.post("/login/set-up", data=form)
    application.clock.advance(minutes=1)
    assert browser.client.post("/login/set-up", data=form).status_code == 422


def test_a_spent_code_does_not_prove_another_login(application: Application) -> None:
    """A code is bound to its session, a repetition of it as well."""
    ada, owner, thief = application.person(), application.browser(), application.browser()
    thief.give_password(ada)
    owner.give_password(ada)
    code = ada.mailed_code()
    owner.post("/login/set-up", action="prove", code=code)
    thief.post("/login/set-up", action="prove", code=code)
    assert thief.status == 422
    assert known_marks(thief) == []


@pytest.mark.parametrize("method", ["email", "authenticator", "sms"])
def test_a_copied_half_open_cookie_opens_nothing_after_the_proof(
    application: Application, method: str
) -> None:
    """The mark of the browser that typed the code is missing."""
    ada, owner = application.person(), application.browser()
    owner.give_password(ada)
    thief = copied(application, owner, HALF_OPEN)
    owner.prove_mailbox(ada)
    thief.get("/login/set-up")
    thief.post(f"/login/set-up/{method}", action="begin", phone="+12015550199")
    assert not tries_to_enrol(thief)
    assert not thief.is_signed_in
    assert live_sessions(application) == []
    assert application.rows("setups") == []
    owner.set_up(ada, method)
    assert owner.is_signed_in


def test_a_copied_cookie_does_not_finish_the_owners_set_up(application: Application) -> None:
    """Not even with the key before his eyes."""
    ada, owner = application.person(), application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada)
    thief = copied(application, owner, HALF_OPEN)
    press(owner, "Authenticator app")
    ada.app_key = owner.shown_key()
    thief.get("/login/set-up")
    thief.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not thief.is_signed_in
    assert application.rows("credentials") == []
    press(owner, "Turn on", code=ada.app_code())
    assert owner.is_signed_in
