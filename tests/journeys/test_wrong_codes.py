"""Wrong answers are counted: five end a code, twenty in a row close a factor for strangers."""

import pytest

from tests.applications import Application
from tests.journeys.support import enrolled_person, wrong
from tests.people import Browser, Person


def guess_wrongly(
    application: Application, person: Person, times: int, browser: Browser | None = None
) -> Browser:
    """A stranger (or a given browser) with the password, and wrong authenticator codes."""
    guesser = browser or application.browser()
    guesser.give_password(person)
    for _ in range(times):
        guesser.answer("authenticator", wrong(person.app_code()))
    return guesser


@pytest.mark.parametrize("method", ["email", "sms"])
def test_five_wrong_answers_end_a_code(application: Application, method: str) -> None:
    """S-32: the sixth try fails, also with the right code."""
    ada, browser = enrolled_person(application, method)
    browser.give_password(ada)
    code = ada.mailed_code() if method == "email" else ada.texted_code()
    for _ in range(5):
        browser.answer(method, wrong(code))
        assert browser.status == 422
    browser.answer(method, code)
    assert browser.status == 429
    assert "That was wrong 5 times" in browser.page
    assert not browser.is_signed_in


def test_the_fifth_try_may_be_the_right_one(application: Application) -> None:
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    for _ in range(4):
        browser.answer("email", wrong(ada.mailed_code()))
    browser.answer("email", ada.mailed_code())
    assert browser.is_signed_in


def test_sending_again_keeps_the_count(application: Application) -> None:
    """S-31: four failures, a new code, one failure: that makes five."""
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    for _ in range(4):
        browser.answer("email", wrong(ada.mailed_code()))
    browser.post("/login/send-code", method="email", purpose="login")
    browser.answer("email", wrong(ada.mailed_code()))
    browser.answer("email", ada.mailed_code())
    assert not browser.is_signed_in
    (code,) = [row for row in application.rows("codes") if row["purpose"] == "login"]
    assert code["tries"] == 5


def test_a_code_that_was_tried_too_often_is_not_replaced_in_the_same_login(
    application: Application,
) -> None:
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    for _ in range(5):
        browser.answer("email", wrong(ada.mailed_code()))
    letters = len(application.outbox.messages())
    browser.post("/login/send-code", method="email", purpose="login")
    assert "That was wrong 5 times" in browser.page
    assert len(application.outbox.messages()) == letters
    application.browser().give_password(ada).answer("email", ada.mailed_code())
    browser.give_password(ada)
    browser.answer("email", ada.mailed_code())
    assert browser.is_signed_in


def test_malformed_codes_are_no_guesses(application: Application) -> None:
    """S-47: what can't be a code fails before it is counted."""
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    for typed in ("", "1234", "123456789", "abcdefgh", "٠١٢٣٤٥٦٧"[:7], "1234 567x", "\x00" * 8):
        browser.answer("email", typed)
        assert browser.status == 422
    (code,) = [row for row in application.rows("codes") if row["purpose"] == "login"]
    assert code["tries"] == 0


@pytest.mark.parametrize("between", ["{}{}", " {} {} ", "{}-{}", "{}\u00a0{}", "full-width"])
def test_codes_are_read_kindly(application: Application, between: str) -> None:
    """S-47: spaces, dashes and full-width digits as people paste them."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    code = ada.app_code()
    if between == "full-width":
        typed = code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    else:
        typed = between.format(code[:3], code[3:])
    browser.answer("authenticator", typed)
    assert browser.is_signed_in


def test_twenty_in_a_row_close_a_factor_for_strangers(application: Application) -> None:
    """S-93: the twenty-first answer is not looked at, even if it is right."""
    ada, _ = enrolled_person(application)
    stranger = guess_wrongly(application, ada, 20)
    stranger.answer("authenticator", ada.app_code())
    assert stranger.status == 429
    assert "switched off" in stranger.page
    assert not stranger.is_signed_in
    assert "factor_shut" in application.events()


def test_the_twentieth_answer_may_be_the_right_one(application: Application) -> None:
    ada, _ = enrolled_person(application)
    stranger = guess_wrongly(application, ada, 19)
    stranger.answer("authenticator", ada.app_code())
    assert stranger.is_signed_in


def test_the_count_goes_on_in_other_browsers_and_with_other_codes(
    application: Application,
) -> None:
    """S-92: counted per account and factor, not per session, code or address."""
    ada, _ = enrolled_person(application, "email")
    for _ in range(4):
        stranger = application.browser()
        stranger.give_password(ada)
        for _ in range(5):
            stranger.answer("email", wrong(ada.mailed_code()))
    last = application.browser()
    last.give_password(ada)
    assert "switched off" in last.page
    last.answer("email", ada.mailed_code())
    assert last.status == 429
    assert not last.is_signed_in


def test_for_a_closed_factor_no_code_is_sent(application: Application) -> None:
    ada, _ = enrolled_person(application, "email")
    for _ in range(4):
        stranger = application.browser()
        stranger.give_password(ada)
        for _ in range(5):
            stranger.answer("email", wrong(ada.mailed_code()))
    letters = len(application.outbox.messages())
    last = application.browser()
    last.give_password(ada)
    last.post("/login/send-code", method="email", purpose="login")
    assert len(application.outbox.messages()) == letters


def test_the_known_browser_goes_on_and_frees_the_factor(application: Application) -> None:
    """S-96: a stranger cannot lock the owner out; her own browser opens the factor again."""
    ada, browser = enrolled_person(application)
    guess_wrongly(application, ada, 21)
    browser.log_in(ada, "authenticator")
    assert browser.is_signed_in
    application.clock.advance(minutes=1)
    stranger = application.browser()
    stranger.log_in(ada, "authenticator")
    assert stranger.is_signed_in


def test_success_of_a_stranger_frees_the_strangers_side_only(application: Application) -> None:
    """The known browser's count is its own."""
    ada, browser = enrolled_person(application)
    guess_wrongly(application, ada, 10, browser)
    application.browser().log_in(ada, "authenticator")
    failures = {row["side"]: row["failures"] for row in application.rows("throttles")}
    assert failures == {"known": 10, "strangers": 0}


def test_the_known_browser_is_stopped_after_twenty_as_well(application: Application) -> None:
    ada, browser = enrolled_person(application)
    guess_wrongly(application, ada, 20, browser)
    browser.answer("authenticator", ada.app_code())
    assert browser.status == 429
    assert not browser.is_signed_in


def test_setting_the_factor_up_again_frees_it(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    guess_wrongly(application, ada, 21)
    stranger = application.browser()
    stranger.give_password(ada)
    stranger.post("/login/send-code", method="sms", purpose="login")
    stranger.answer("sms", ada.texted_code())
    assert stranger.is_signed_in
    assert [row["failures"] for row in application.rows("throttles") if row["failures"]] == [20]
    stranger.set_up(ada, "authenticator")
    assert not [row for row in application.rows("throttles") if row["failures"]]


def test_an_administrator_frees_the_factor(application: Application) -> None:
    ada, _ = enrolled_person(application)
    guess_wrongly(application, ada, 21)
    runner = application.app.test_cli_runner()
    runner.invoke(args=["users", "reset-factors", ada.email, "--reason", "knows her voice"])
    assert not [row for row in application.rows("throttles") if row["failures"]]


def test_success_with_one_factor_leaves_the_counts_of_others(application: Application) -> None:
    """S-97: only the counters of the factors used are cleared."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    stranger = guess_wrongly(application, ada, 4)
    stranger.post("/login/send-code", method="sms", purpose="login")
    stranger.answer("sms", ada.texted_code())
    assert stranger.is_signed_in
    counts = {row["subject"]: row["failures"] for row in application.rows("throttles")}
    assert counts["authenticator"] == 4
    assert counts["sms"] == 0


def test_a_mark_forged_for_another_account_makes_no_browser_known(
    application: Application,
) -> None:
    """S-96: the sign of a known browser is signed, and each account has its own."""
    ada, _ = enrolled_person(application)
    bob, bobs = enrolled_person(application, email="bob@example.com")
    held = bobs.client._cookies or {}
    known = {cookie.key: cookie.value for cookie in held.values()}
    marks = {name: value for name, value in known.items() if name.startswith("airlock_known_")}
    assert marks
    eve = application.browser()
    for name, value in marks.items():
        eve.client.set_cookie(name, value)
        eve.client.set_cookie(name + "x", "garbage ====")
    guess_wrongly(application, ada, 3, eve)
    sides = {row["side"] for row in application.rows("throttles") if row["failures"]}
    assert sides == {"strangers"}
    assert bob.email


def test_wrong_codes_of_a_set_up_are_counted_too(application: Application) -> None:
    """S-32: five wrong tries at the number's proof, and a new code does not help."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up")
    browser.post("/login/set-up/sms", action="begin")
    browser.post("/login/set-up/sms", action="begin", phone=ada.phone)
    for _ in range(5):
        browser.post("/login/set-up/sms", action="confirm", code=wrong(ada.texted_code()))
        assert browser.status == 422
    browser.post("/login/set-up/sms", action="confirm", code=ada.texted_code())
    assert browser.status == 429
    assert not browser.is_signed_in


def test_wrong_codes_before_the_first_set_up_are_counted_too(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    for _ in range(5):
        browser.post("/login/set-up", action="prove", code=wrong(ada.mailed_code()))
        assert browser.status == 422
    browser.post("/login/set-up", action="prove", code=ada.mailed_code())
    assert browser.status == 429
    assert browser.get("/login/set-up").page.count("data-method") == 0
