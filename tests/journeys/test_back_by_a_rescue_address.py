"""Another mailbox leads back when the phone is gone: to a new factor, and to nothing before."""

import pytest

from tests.applications import Application
from tests.cli.support import details
from tests.journeys.life import newest_text
from tests.journeys.recovering import back, made, use
from tests.journeys.rescuing import (
    PAGE,
    SECOND_MAILBOX,
    addresses,
    answer,
    ask_for_code,
    come_back,
    letters,
    live_factors,
    rescue_code,
    with_address,
)
from tests.journeys.support import (
    HALF_OPEN,
    cookie,
    copied,
    enrolled_person,
    live_sessions,
    press,
    set_user,
    signed_in,
)


def test_the_phone_is_lost_and_a_second_mailbox_leads_back(application: Application) -> None:
    """S-77, S-80, S-81: a new factor, the lost one gone, other sessions over, each mailbox told."""
    ada, browser = with_address(application)
    other = signed_in(application, ada)
    come_back(application, ada, browser)
    assert browser.path == "/login/set-up"
    assert "are removed" in browser.page
    assert not browser.is_signed_in
    assert other.is_signed_in
    browser.set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert not other.is_signed_in
    assert live_factors(application) == [("authenticator", "rescue"), ("authenticator", None)]
    assert [row["digest"] for row in live_sessions(application)]
    assert len(live_sessions(application)) == 1
    assert "This wasn’t me" in newest_text(application, ada.email)
    told = newest_text(application, SECOND_MAILBOX)
    assert "came back to your account" in told
    assert "This wasn’t me" not in told
    assert letters(application, "rescued") == 2
    assert letters(application, "factor_added") == 1
    assert details(application, "rescue_completed") == [{"method": "authenticator"}]
    application.clock.advance(minutes=1)
    browser.log_out()
    assert browser.log_in(ada, "authenticator").is_signed_in


def test_who_gives_up_leaves_everything_as_it_was(application: Application) -> None:
    ada, browser = with_address(application)
    other, thief = signed_in(application, ada), application.browser()
    key = ada.app_key
    come_back(application, ada, thief)
    thief.post("/login/set-up/authenticator", action="begin")
    thief.log_out()
    assert other.is_signed_in
    assert live_factors(application) == [("authenticator", None)]
    ada.app_key = key
    assert browser.log_in(ada, "authenticator").is_signed_in


def test_after_the_code_nothing_opens_but_the_set_up(application: Application) -> None:
    """S-80: the rescued login reaches only the enrol pages until done."""
    ada, browser = with_address(application)
    come_back(application, ada, browser)
    for path in ("/inside", "/strong", "/security", PAGE, "/security/factors", "/change-password"):
        assert browser.client.get(path).status_code == 302, path
    for path in ("/login/second-step", "/login/rescue"):
        assert browser.get(path).path == "/login/set-up"
    browser.get("/login/set-up")
    browser.answer("authenticator", ada.app_code())
    assert not browser.is_signed_in
    sent = len(application.outbox.messages())
    browser.get("/login/set-up")
    browser.post("/login/send-code", method="email", purpose="login")
    browser.post("/login/rescue", action="send", number="1")
    browser.post("/login/rescue", action="ask")
    assert len(application.outbox.messages()) == sent
    assert live_factors(application) == [("authenticator", None)]


def test_a_rescued_login_lasts_ten_minutes(application: Application) -> None:
    ada, browser = with_address(application)
    come_back(application, ada, browser)
    application.clock.advance(minutes=10, seconds=1)
    assert browser.get("/login/set-up").path == "/login"


@pytest.mark.parametrize("seconds, works", [(-1, True), (1, False)])
def test_the_code_lives_for_a_quarter_of_an_hour(
    application: Application, seconds: int, works: bool
) -> None:
    """S-79: the login that it is bound to lasts as long."""
    ada, browser = with_address(application)
    ask_for_code(application, ada, browser)
    application.clock.advance(minutes=15, seconds=seconds)
    answer(browser, rescue_code(application))
    assert (browser.path == "/login/set-up") is works


def test_five_wrong_codes_and_the_code_is_gone(application: Application) -> None:
    """S-79: the sixth try destroys; a new code in the same login gives no more tries."""
    ada, browser = with_address(application)
    ask_for_code(application, ada, browser)
    code = rescue_code(application)
    for number in range(5):
        assert answer(browser, f"0000000{number}").status == 422
    assert answer(browser, code).status == 429
    assert browser.path == "/login/rescue"
    sent = len(application.outbox.messages())
    browser.post("/login/rescue", action="send", number="1")
    assert len(application.outbox.messages()) == sent
    refused = details(application, "factor_refused")
    assert {row["method"] for row in refused} == {"rescue"}


def test_three_codes_a_day_go_out(application: Application) -> None:
    """S-79."""
    ada, browser = with_address(application)
    before = len(application.outbox.messages(to=SECOND_MAILBOX))
    for _ in range(4):
        ask_for_code(application, ada, application.browser())
    assert len(application.outbox.messages(to=SECOND_MAILBOX)) == before + 3
    # Strangers have spent theirs: the owner's own browser still may.
    ask_for_code(application, ada, browser)
    assert len(application.outbox.messages(to=SECOND_MAILBOX)) == before + 4


def test_wrong_codes_are_counted_like_those_of_a_second_factor(application: Application) -> None:
    """Twenty in a row close the way for strangers; three are told by letter."""
    ada, _ = with_address(application)
    for day in range(5):
        thief = application.browser()
        ask_for_code(application, ada, thief)
        for number in range(4):
            answer(thief, f"0000000{number}")
        application.clock.advance(days=1)
        assert letters(application, "wrong_factor") == 1, day
    thief = application.browser().give_password(ada).get("/login/rescue")
    assert "switched off" in thief.page
    assert "Send a code to" not in thief.page
    assert letters(application, "factor_closed") == 1


def test_the_code_works_once_and_in_its_own_browser(application: Application) -> None:
    ada, browser = with_address(application)
    ask_for_code(application, ada, browser)
    code, copy = rescue_code(application), copied(application, browser, HALF_OPEN)
    thief = application.browser().give_password(ada)
    assert answer(thief, code).status == 422
    answer(browser, code.lower().replace("-", " "))
    assert browser.path == "/login/set-up"
    application.clock.advance(seconds=31)
    copy.get("/login/rescue")
    assert answer(copy, code).path == "/login"


def test_a_double_click_lands_in_the_same_login(application: Application) -> None:
    """S-20."""
    ada, browser = with_address(application)
    ask_for_code(application, ada, browser)
    code, twice = rescue_code(application), copied(application, browser, HALF_OPEN)
    twice.get("/login/rescue")
    answer(browser, code)
    answer(twice, code)
    assert twice.path == "/login/set-up"
    assert cookie(twice, HALF_OPEN) == cookie(browser, HALF_OPEN)


def test_between_the_doors_a_number_of_somebody_elses_is_none(application: Application) -> None:
    """S-106."""
    with_address(application, email="bob@example.com")
    ada, _ = enrolled_person(application)
    thief = application.browser().give_password(ada).get("/login/rescue")
    sent = len(application.outbox.messages())
    for number in (str(addresses(application)[0]["id"]), "999999"):
        thief.get("/login/rescue").post("/login/rescue", action="send", number=number)
        assert thief.status == 404
    assert thief.get("/login/rescue").post("/login/rescue", action="send", number="x").status == 404
    assert len(application.outbox.messages()) == sent
    assert details(application, "foreign_row") == [{"kind": "rescue_address"}] * 3


def test_one_that_the_application_put_on_file_is_not_used(application: Application) -> None:
    """An administrator changed the table himself."""
    ada, _ = with_address(application)
    set_user(application, ada, email=SECOND_MAILBOX)
    ada.email = SECOND_MAILBOX
    browser = application.browser().give_password(ada).get("/login/rescue")
    assert "Send a code to" not in browser.page


def test_whoever_is_coming_back_by_an_address_that_is_removed_does_not(
    application: Application,
) -> None:
    ada, browser = with_address(application)
    thief = application.browser()
    come_back(application, ada, thief)
    browser.log_in(ada, "authenticator")
    browser.get(PAGE)
    press(browser, "Remove")
    assert thief.get("/login/set-up").path == "/login"


def test_a_rescue_that_was_not_he_is_stopped_from_the_mailbox_on_file(
    application: Application,
) -> None:
    """S-81: sessions end, the new factor goes, the password is closed."""
    ada, _ = with_address(application)
    thief = application.browser()
    come_back(application, ada, thief).set_up(ada, "authenticator")
    assert thief.is_signed_in
    link = newest_text(application, ada.email).partition("/link/not_me/")[2].split()[0]
    application.browser().get(f"/link/not_me/{link}").post("/not-me")
    assert not thief.is_signed_in
    assert [by for _, by in live_factors(application)] == ["rescue", "reported"]


def test_two_rescues_at_once_and_one_finishes(application: Application) -> None:
    """The other one lapses, whatever it had begun."""
    ada, first = with_address(application)
    second = application.browser()
    come_back(application, ada, first)
    come_back(application, ada, second)
    first.post("/login/set-up/authenticator", action="begin")
    key = first.shown_key()
    second.post("/login/set-up/authenticator", action="begin")
    ada.app_key = second.shown_key()
    second.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert second.is_signed_in
    kept, ada.app_key = ada.app_key, key
    first.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not first.is_signed_in
    assert live_factors(application) == [("authenticator", "rescue"), ("authenticator", None)]
    application.clock.advance(minutes=1)
    ada.app_key = kept
    assert application.browser().log_in(ada, "authenticator").is_signed_in


def test_a_phone_that_was_lost_is_told(application: Application) -> None:
    """S-86: whoever holds it now cannot pretend that nothing happened."""
    ada, browser = with_address(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    come_back(application, ada, browser).set_up(ada, "authenticator")
    sent = [row["template"] for row in application.rows("letters") if row["channel"] == "sms"]
    assert sent[-1] == "factor_removed"


def test_five_of_a_kind_do_not_stand_in_the_way(application: Application) -> None:
    ada, browser = with_address(application)
    browser.log_in(ada, "authenticator")
    for _ in range(4):
        application.clock.advance(minutes=1)
        browser.set_up(ada, "authenticator")
    browser.log_out()
    come_back(application, ada, browser).set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert [by for _, by in live_factors(application)] == ["rescue"] * 5 + [None]


def test_wrong_answers_are_forgotten_and_the_browser_is_known(application: Application) -> None:
    """What a thief had closed is open again; the mark of now is good at the next login."""
    ada, browser = with_address(application)
    come_back(application, ada, browser).set_up(ada, "authenticator")
    assert all(row["failures"] == 0 for row in application.rows("throttles"))
    application.clock.advance(minutes=1)
    browser.log_out().log_in(ada, "authenticator")
    assert letters(application, "new_browser") == 0


def test_recovery_codes_open_nothing_during_a_rescue_nor_after_it(application: Application) -> None:
    """S-80."""
    ada, browser = with_address(application)
    codes = made(browser.log_in(ada, "authenticator"))
    browser.log_out()
    application.clock.advance(minutes=1)
    come_back(application, ada, browser)
    use(browser.get("/login/set-up"), codes[0])
    assert not browser.is_signed_in
    browser.set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert not back(application, ada, codes[1]).is_signed_in
