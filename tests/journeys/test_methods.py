"""What each method promises: how codes look, how long they live, and that they work once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from flask_airlock.domain.letters import Channel
from tests.applications import Application
from tests.journeys.support import enrolled_person, press, read
from tests.oath import oathtool_totp
from tests.people import Browser, Person


def before_the_code(application: Application, method: str) -> tuple[Person, Browser]:
    """Ada has given her password, and the code is out."""
    ada, browser = enrolled_person(application, method)
    return ada, browser.give_password(ada)


@pytest.mark.parametrize("method, minutes", [("email", 10), ("sms", 5)])
@pytest.mark.parametrize("off, inside", [(-1, True), (1, False)])
def test_a_code_lives_as_long_as_it_says(
    application: Application, method: str, minutes: int, off: int, inside: bool
) -> None:
    """S-28: one second before the end it works, one second after it does not."""
    ada, browser = before_the_code(application, method)
    code = ada.mailed_code() if method == "email" else ada.texted_code()
    application.clock.advance(seconds=60 * minutes + off)
    if method == "email" and not inside:
        browser.give_password(ada)
    browser.answer(method, code)
    assert browser.is_signed_in is inside


@pytest.mark.parametrize("method", ["email", "sms"])
def test_a_posted_code_works_once(application: Application, method: str) -> None:
    """S-29: a second login can't use it again."""
    ada, browser = before_the_code(application, method)
    code = ada.mailed_code() if method == "email" else ada.texted_code()
    browser.answer(method, code)
    assert browser.is_signed_in
    browser.log_out()
    browser.give_password(ada).answer(method, code)
    assert not browser.is_signed_in


@pytest.mark.parametrize("method", ["email", "sms"])
def test_a_new_code_replaces_the_older_one(application: Application, method: str) -> None:
    """S-31: the one that was sent last is the one that works."""
    ada, browser = before_the_code(application, method)
    read_code = ada.mailed_code if method == "email" else ada.texted_code
    old = read_code()
    browser.post("/login/send-code", method=method, purpose="login")
    assert "A new code is on its way." in browser.page
    browser.answer(method, old)
    assert not browser.is_signed_in
    browser.answer(method, read_code())
    assert browser.is_signed_in


def test_a_mailed_code_has_eight_digits_and_a_texted_one_six(application: Application) -> None:
    """S-26."""
    ada, browser = before_the_code(application, "email")
    assert re.fullmatch(r"\d{8}", ada.mailed_code())
    browser.answer("email", ada.mailed_code()).set_up(ada, "sms")
    assert re.fullmatch(r"\d{6}", ada.texted_code())


@pytest.mark.parametrize("method", ["email", "authenticator", "sms"])
def test_codes_of_a_wrong_length_are_no_codes(application: Application, method: str) -> None:
    """S-47: fewer or more digits never match in part."""
    ada, browser = before_the_code(application, method)
    code = {"email": ada.mailed_code, "authenticator": ada.app_code, "sms": ada.texted_code}
    right = code[method]()
    for typed in (right[:-1], right + "0", right[1:], right + right):
        browser.answer(method, typed)
        assert not browser.is_signed_in
        assert "Enter the code: digits only." in browser.page


def test_the_page_tells_where_the_code_went_and_for_how_long(application: Application) -> None:
    """X-12: masked; a thief with the password learns no address and no number."""
    ada, browser = before_the_code(application, "email")
    assert "a•••@e•••.com" in browser.page
    assert "10 minutes" in browser.page
    assert ada.email not in browser.page
    browser.answer("email", ada.mailed_code()).set_up(ada, "sms").log_out()
    browser.give_password(ada)
    browser.post("/login/send-code", method="sms", purpose="login")
    assert f"•••• {ada.phone[-3:]}" in browser.page
    assert "5 minutes" in browser.page
    assert ada.phone not in browser.page
    assert ada.phone[-4:] not in browser.page


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_an_app_may_be_one_step_off(application: Application, steps: int) -> None:
    """S-46: the current step and one on each side."""
    ada, browser = before_the_code(application, "authenticator")
    browser.answer("authenticator", ada.app_code(later=30 * steps))
    assert browser.is_signed_in


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_an_app_may_not_be_further_off(application: Application, steps: int) -> None:
    ada, browser = before_the_code(application, "authenticator")
    browser.answer("authenticator", ada.app_code(later=30 * steps))
    assert not browser.is_signed_in


def test_each_step_is_accepted_once_ever(application: Application) -> None:
    """S-45: the same step, and every older one, is spent."""
    ada, browser = before_the_code(application, "authenticator")
    code, older = ada.app_code(), ada.app_code(later=-30)
    browser.answer("authenticator", code)
    assert browser.is_signed_in
    other = application.browser()
    for spent in (code, older):
        other.give_password(ada).answer("authenticator", spent)
        assert not other.is_signed_in
    other.answer("authenticator", ada.app_code(later=30))
    assert other.is_signed_in


def test_the_step_that_confirmed_the_set_up_is_spent(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    code = ada.app_code()
    browser.log_out()
    browser.give_password(ada).answer("authenticator", code)
    assert not browser.is_signed_in


def test_an_independent_program_agrees(application: Application) -> None:
    ada, browser = before_the_code(application, "authenticator")
    browser.answer("authenticator", oathtool_totp(ada.app_key, application.clock.now))
    assert browser.is_signed_in


def test_the_set_up_shows_a_picture_a_key_and_a_link(application: Application) -> None:
    """X-17, S-48: QR code as inline SVG, groups of four, and an otpauth:// link."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    page = read(browser)
    assert page.all("svg", class_="airlock-qr")
    groups = [span.text for span in page.all("span") if re.fullmatch("[A-Z2-7]{4}", span.text)]
    assert len(groups) == 8
    (link,) = [a for a in page.all("a") if (a.get("href") or "").startswith("otpauth://")]
    parsed = pyotp.parse_uri(link.attributes["href"])
    assert isinstance(parsed, pyotp.TOTP)
    assert parsed.secret == "".join(groups)
    assert (parsed.issuer, parsed.name) == ("Test service", ada.email)
    assert link.attributes["href"].startswith("otpauth://totp/Test%20service:ada%40example.com?")


def test_the_key_is_shown_while_setting_up_and_never_again(application: Application) -> None:
    """S-43."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    for path in ("/login/set-up", "/login/set-up/authenticator", "/logout", "/"):
        assert ada.app_key not in browser.get(path).page


def test_two_set_ups_have_two_keys(application: Application) -> None:
    """S-42: 160 random bits each."""
    keys = set()
    for name in ("ada", "bob"):
        person = application.person(f"{name}@example.com")
        application.browser().enrol(person, "authenticator")
        keys.add(person.app_key)
    assert len(keys) == 2
    assert all(len(key) == 32 for key in keys)


def test_starting_over_makes_a_new_key_and_the_old_one_is_void(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    old = browser.shown_key()
    press(browser, "Start over with a new key")
    ada.app_key = old
    assert browser.shown_key() != old
    browser.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not browser.is_signed_in


def test_a_pending_set_up_lives_a_quarter_of_an_hour(application: Application) -> None:
    """S-44: begun in a full session, so that only its own limit counts."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    lifetimes = [
        row["expires_at"] - row["created_at"]
        for row in application.rows("setups")
        if row["closed_at"] is None
    ]
    assert lifetimes == [timedelta(minutes=15)]


def test_the_seeds_names_of_the_methods_are_accepted(
    applications: Callable[..., Application],
) -> None:
    """And used in the mirrored column."""
    application = applications(SECURITY_TWO_FACTOR_ENABLED_METHODS=["mail", "google_authenticator"])
    table = {"ada@example.com": "authenticator", "bob@example.com": "email"}
    for email, method in table.items():
        application.browser().enrol(application.person(email), method)
    with application.app.app_context():
        users = application.datastore.list_users()
        kept = {user.email: user.two_factor_primary_method for user in users}
    assert kept == {"ada@example.com": "google_authenticator", "bob@example.com": "mail"}


def test_an_old_totp_secret_is_neither_read_nor_written(application: Application) -> None:
    ada = application.person(totp_secret="JBSWY3DPEHPK3PXP")
    browser = application.browser().enrol(ada, "authenticator")
    assert browser.is_signed_in
    browser.log_out()
    application.clock.advance(minutes=1)
    old = oathtool_totp("JBSWY3DPEHPK3PXP", application.clock.now)
    browser.give_password(ada).answer("authenticator", old)
    assert not browser.is_signed_in
    with application.app.app_context():
        assert application.datastore.get_user(ada.email).totp_secret == "JBSWY3DPEHPK3PXP"


def test_the_first_method_is_the_preferred_one(application: Application) -> None:
    """The others are one click away."""
    ada, browser = enrolled_person(application, "sms")
    browser.log_in(ada, "sms").set_up(ada, "authenticator").log_out()
    browser.give_password(ada)
    page = read(browser)
    assert page.has("form", data_method="sms")
    assert page.has("a", data_method="authenticator")
    browser.get("/login/second-step?method=authenticator")
    page = read(browser)
    assert page.has("form", data_method="authenticator")
    assert page.has("button", data_method="sms")


def test_changing_factors_needs_a_proof_of_ten_minutes(application: Application) -> None:
    """S-84: at 601 seconds the person proves it again first."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    application.clock.advance(seconds=600)
    assert browser.get("/login/set-up").path == "/login/set-up"
    application.clock.advance(seconds=1)
    assert browser.get("/login/set-up").path == "/login/verify"
    browser.post("/login/set-up/sms", action="begin", phone=ada.phone)
    assert browser.path == "/login/verify"
    assert application.outbox.messages(channel=Channel.SMS) == []


def test_two_apps_can_stand_side_by_side(application: Application) -> None:
    """X-18, S-90: the code of either signs in."""
    ada, browser = enrolled_person(application)
    first = ada.app_key
    browser.log_in(ada, "authenticator").set_up(ada, "authenticator").log_out()
    second = ada.app_key
    for key in (first, second):
        application.clock.advance(minutes=1)
        ada.app_key = key
        browser.log_in(ada, "authenticator")
        assert browser.is_signed_in
        browser.log_out()
