"""The phone is gone: back by a recovery code, after the password and once."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.journeys.recovering import (
    PAGE,
    back,
    codes_on,
    follow,
    left,
    made,
    making,
    templates,
    use,
    with_codes,
)
from tests.journeys.support import HALF_OPEN, SESSION, cookie, give_cookie, live_sessions, press
from tests.journeys.support import read as read_page

DOOR = "/login/second-step"
OFFER = "Use a recovery code"


def test_the_phone_is_lost(application: Application) -> None:
    """S-71, S-72, S-87: she comes back, is told by letter how many are left, and is led to new
    ones."""
    ada, codes, _ = with_codes(application)
    browser = application.browser(**{"User-Agent": "Firefox/1 Linux"}).give_password(ada)
    assert not browser.is_signed_in
    follow(browser, OFFER)
    field = read_page(browser).one("input", name="code")
    assert (field.get("autocomplete"), field.get("inputmode")) == ("off", None)
    use(browser, codes[3].lower().replace("-", " "))
    assert browser.is_signed_in
    assert browser.path == PAGE
    assert "9 of your codes are left" in browser.page
    assert "You came in by a recovery code." in browser.page
    letter = ada.newest_letter()
    assert "Codes left: 9." in letter
    assert "Firefox on Linux" in letter
    assert codes[3] not in letter
    assert len(codes_on(press(browser, "Make new codes").page)) == 10
    assert "You came in by" not in browser.get(PAGE).page


def test_it_counts_as_a_second_factor_and_ten_minutes_as_a_proof(application: Application) -> None:
    """S-84: so that a new phone can be set up; the login goes on where it was going."""
    ada, codes, _ = with_codes(application)
    browser = application.browser().get("/login?next=/strong")
    browser.post("/login?next=/strong", email=ada.email, password=ada.password)
    use(browser, codes[0])
    assert follow(browser, "Continue").page == "Strong"
    application.clock.advance(minutes=9)
    browser.set_up(ada, "sms")
    assert application.events().count("factor_added") == 2


def test_it_is_no_proof_for_who_is_inside(application: Application) -> None:
    """S-84: whoever finds a code and an open browser does not take the account over."""
    ada, codes, _ = with_codes(application)
    browser = back(application, ada, codes[0])
    application.clock.advance(minutes=11)
    form = making(browser)
    assert browser.client.post(PAGE, data=form).status_code == 307
    assert "recovery" not in browser.get("/login/verify").page.lower()
    proof = {"airlock-do": "prove", "airlock-method": "recovery_code", "airlock-code": codes[1]}
    browser.post("/login/verify", **proof)
    assert browser.client.post(PAGE, data=form).status_code == 307
    assert left(application) == 9


def test_a_code_works_once(application: Application) -> None:
    """S-71."""
    ada, codes, _ = with_codes(application)
    assert back(application, ada, codes[0]).is_signed_in
    again = back(application, ada, codes[0])
    assert not again.is_signed_in
    assert "That code is not right" in again.page
    assert left(application) == 9
    assert templates(application).count("recovery_code_used") == 1
    assert application.events().count("recovery_code_used") == 1


def test_without_the_password_it_opens_nothing(application: Application) -> None:
    """S-75: nor does it stand in for the password."""
    ada, codes, _ = with_codes(application)
    thief = use(application.browser().get("/login"), codes[0])
    assert thief.path == "/login"
    thief.post("/login", email=ada.email, password=codes[0])
    thief.post(PAGE, action="keep", code=codes[0])
    assert not thief.is_signed_in
    assert left(application) == 10


def test_one_login_spends_one_code(application: Application) -> None:
    """S-75."""
    ada, codes, _ = with_codes(application)
    browser = back(application, ada, codes[0])
    use(browser, codes[1])
    assert left(application) == 9
    assert len(live_sessions(application)) == 1


def test_another_ones_code_opens_nothing(application: Application) -> None:
    ada, _, _ = with_codes(application)
    _, codes, _ = with_codes(application, "eve@example.com")
    assert not back(application, ada, codes[0]).is_signed_in
    assert left(application) == 20


def test_a_double_click_of_a_right_code_lands_signed_in_once(application: Application) -> None:
    """S-20."""
    ada, codes, _ = with_codes(application)
    browser = application.browser().give_password(ada)
    form = {"csrf_token": browser.token(), "method": "recovery_code", "code": codes[0]}
    half_open, before = cookie(browser, HALF_OPEN), browser.client.get_cookie("session")
    first = browser.client.post(DOOR, data=form)
    token = cookie(browser, SESSION)
    browser.client.delete_cookie(SESSION)
    give_cookie(browser, HALF_OPEN, half_open)
    assert before is not None
    give_cookie(browser, "session", before.value)
    second = browser.client.post(DOOR, data=form)
    assert first.headers["Location"] == second.headers["Location"] == PAGE
    assert cookie(browser, SESSION) == token
    assert left(application) == 9
    assert templates(application).count("recovery_code_used") == 1
    assert len(live_sessions(application)) == 1


def test_wrong_codes_are_counted_each_side_apart(
    applications: Callable[..., Application],
) -> None:
    """S-92, S-93: as those of any factor; what can't be a code is no guess."""
    application = applications(SECURITY_FACTOR_STOP=5)
    ada, codes, known = with_codes(application)
    thief = application.browser().give_password(ada)
    for text in ("123456", "U" * 16, "0" * 90):
        assert use(thief, text).status == 422
    assert "factor_refused" not in application.events()
    for number in range(5):
        assert "That code is not right" in use(thief, f"{number:016}").page
    assert use(thief, codes[0]).status == 429
    assert "Authenticator app" in thief.page
    assert application.events().count("factor_shut") == 1
    assert not thief.is_signed_in
    assert use(known.give_password(ada), codes[0]).is_signed_in


def test_wrong_codes_are_of_the_months_budget(applications: Callable[..., Application]) -> None:
    """S-94: one for all second factors together."""
    application = applications(SECURITY_FACTOR_BUDGET=6)
    ada, codes, _ = with_codes(application)
    thief = application.browser().give_password(ada)
    for number in range(4):
        use(thief, f"{number:016}")
    for _ in range(2):
        thief.answer("authenticator", "000000")
    assert use(thief, codes[0]).status == 429
    assert "the next is looked at on" in thief.page
    assert left(application) == 10


def test_it_is_offered_where_there_is_one(application: Application) -> None:
    ada, codes, browser = with_codes(application)
    other = application.person("bob@example.com")
    stranger = application.browser().enrol(other, "sms").log_out()
    application.clock.advance(minutes=1)
    assert OFFER not in stranger.give_password(other).page
    assert use(stranger, codes[0]).status == 404
    for number, code in enumerate(codes):
        assert back(application, ada, code).is_signed_in, number
    assert OFFER not in browser.give_password(ada).page
    assert not use(browser, codes[0]).is_signed_in


@pytest.mark.parametrize("used", [6, 7])
def test_three_left_are_few(application: Application, used: int) -> None:
    """S-71: the page urges, and so does the overview."""
    ada, codes, browser = with_codes(application)
    for code in codes[:used]:
        back(application, ada, code)
    browser.log_in(ada, "authenticator")
    assert ("Make new ones before they run out." in browser.get(PAGE).page) == (used == 7)
    assert ("3 of your recovery codes are left." in browser.get("/security").page) == (used == 7)


def test_codes_alone_are_no_second_factor(applications: Callable[..., Application]) -> None:
    """Whose methods are all gone has none, whatever is left in the drawer."""
    free = {"SECURITY_TWO_FACTOR_REQUIRED": False, "SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False}
    application = applications(**free)
    ada = application.person()
    codes = made(application.browser().give_password(ada).set_up(ada, "sms"))
    services = application.app.extensions["security"].services
    with application.app.app_context(), services.begin() as work:
        work.unit.credentials.revoke_all(1, "owner", application.clock.now)
        work.unit.accounts.prefer(1, None)
    browser = application.browser().give_password(ada)
    assert browser.is_signed_in
    assert "A stolen password alone opens your account." in browser.get("/security").page
    assert browser.get("/login/set-up").post(PAGE, action="make", seed="s" * 43).status == 404
    use(browser, codes[0])
    assert left(application) == 10
