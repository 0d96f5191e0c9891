"""What a thief may hold without getting in: cookies, codes, set-ups, and tricks of other days."""

import pytest
from flask_login import encode_cookie

from tests.applications import Application
from tests.journeys.support import (
    HALF_OPEN,
    SESSION,
    cookie,
    copied,
    enrolled_person,
    give_cookie,
    live_sessions,
    wrong,
)
from tests.people import Browser


def forged_flask_session(application: Application, **values: object) -> str:
    """A session cookie of Flask's with any content, signed with the right SECRET_KEY."""
    app = application.app
    interface = app.session_interface
    signer = interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(signer.dumps(values))


def test_a_copied_half_open_cookie_opens_no_page(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    thief = copied(application, browser, HALF_OPEN)
    assert not thief.is_signed_in
    for name in (SESSION, "airlock", "session", "remember_token"):
        give_cookie(thief, name, cookie(browser, HALF_OPEN))
    assert not thief.is_signed_in
    thief.get("/strong")
    assert thief.path == "/login"


def test_a_copied_half_open_cookie_is_dead_once_the_owner_is_in(application: Application) -> None:
    """S-20: it dies after one success, for whatever code comes next."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    thief = copied(application, browser, HALF_OPEN)
    browser.answer("authenticator", ada.app_code())
    application.clock.advance(minutes=1)
    thief.answer("authenticator", ada.app_code())
    assert thief.path == "/login"
    assert not thief.is_signed_in
    assert thief.get("/login/second-step").path == "/login"


def test_a_half_open_cookie_that_was_cancelled_is_dead(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    thief = copied(application, browser, HALF_OPEN)
    browser.post("/logout")
    thief.answer("authenticator", ada.app_code())
    assert not thief.is_signed_in


def test_a_copied_session_cookie_is_worth_nothing_after_logout(application: Application) -> None:
    """S-101, S-104: logout ends the row."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    thief = copied(application, browser, SESSION)
    assert thief.is_signed_in
    browser.log_out()
    assert not thief.is_signed_in
    assert live_sessions(application) == []


def test_a_set_up_left_behind_opens_nothing_in_the_next_login(application: Application) -> None:
    """S-44: the pending secret dies with the half-open session that began it."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    ada.app_key = browser.shown_key()
    browser.post("/logout")
    browser.give_password(ada)
    browser.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not browser.is_signed_in
    assert application.rows("credentials") == []


def test_a_set_up_left_behind_is_void_once_another_was_finished(application: Application) -> None:
    """The thief's pending set-up in a session of his own dies with the owner's success."""
    ada = application.person()
    left, browser = application.browser(), application.browser()
    left.give_password(ada).prove_mailbox(ada)
    left.get("/login/set-up")
    left.post("/login/set-up/authenticator", action="begin")
    key = left.shown_key()
    browser.enrol(ada, "email")
    assert browser.is_signed_in
    ada.app_key = key
    left.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not left.is_signed_in
    assert [row["method"] for row in application.rows("credentials")] == ["email"]


def test_another_account_cannot_finish_a_set_up(application: Application) -> None:
    ada, bob = application.person(), application.person("bob@example.com")
    adas, bobs = application.browser(), application.browser()
    for person, browser in ((ada, adas), (bob, bobs)):
        browser.give_password(person).prove_mailbox(person)
        browser.get("/login/set-up")
    adas.post("/login/set-up/authenticator", action="begin")
    ada.app_key = adas.shown_key()
    bobs.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not bobs.is_signed_in
    bobs.post("/login/set-up/authenticator", action="begin")
    bobs.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert not bobs.is_signed_in
    assert application.rows("credentials") == []


def test_a_sealed_set_up_copied_to_another_account_does_not_open(
    application: Application,
) -> None:
    """S-114: who can write the table still can't move a secret to another owner."""
    ada, bob = application.person(), application.person("bob@example.com")
    adas, bobs = application.browser(), application.browser()
    for person, browser in ((ada, adas), (bob, bobs)):
        browser.give_password(person).prove_mailbox(person)
        browser.get("/login/set-up")
        browser.post("/login/set-up/authenticator", action="begin")
    key = adas.shown_key()
    setups = application.datastore.tables.setups
    boxes = {row["account_id"]: row["secret"] for row in application.rows("setups")}
    first, second = sorted(boxes)
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        move = setups.update().where(setups.c.account_id == second)
        connection.execute(move.values(secret=boxes[first]))
    bob.app_key = key
    bobs.post("/login/set-up/authenticator", action="confirm", code=bob.app_code())
    assert bobs.status == 403
    assert not bobs.is_signed_in


def test_a_code_of_another_session_opens_nothing(application: Application) -> None:
    """S-30: a code asked for in one browser does not finish the login of another."""
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    code = ada.mailed_code()
    thief = application.browser()
    thief.give_password(ada)
    thief.answer("email", code)
    assert not thief.is_signed_in
    browser.answer("email", code)
    assert browser.is_signed_in


def test_a_code_for_the_first_set_up_is_no_login(application: Application) -> None:
    """S-30: bound to its purpose. The method is set up elsewhere while the code is out."""
    ada = application.person()
    waiting, browser = application.browser(), application.browser()
    waiting.give_password(ada)
    code = ada.mailed_code()
    browser.enrol(ada, "email")
    waiting.get("/login/second-step")
    waiting.answer("email", code)
    assert not waiting.is_signed_in


def test_a_code_for_a_set_up_is_no_login(application: Application) -> None:
    """S-30: the code that proves a number does not sign in, in whatever session."""
    ada, browser = enrolled_person(application, "sms")
    browser.log_in(ada, "sms")
    browser.get("/login/set-up")
    browser.post("/login/set-up/sms", action="begin")
    browser.post("/login/set-up/sms", action="begin", phone=ada.phone)
    code = ada.texted_code()
    other = application.browser()
    other.give_password(ada)
    other.answer("sms", code)
    assert not other.is_signed_in


def test_a_login_code_confirms_no_set_up(application: Application) -> None:
    ada, browser = enrolled_person(application, "sms")
    other = application.browser()
    browser.log_in(ada, "sms")
    other.give_password(ada)
    code = ada.texted_code()
    browser.get("/login/set-up")
    browser.post("/login/set-up/sms", action="begin")
    browser.post("/login/set-up/sms", action="begin", phone="+12015550199")
    browser.post("/login/set-up/sms", action="confirm", code=code)
    assert browser.status == 422
    assert len(application.rows("credentials")) == 1


def test_a_login_code_does_not_prove_the_address(application: Application) -> None:
    ada, bob = application.person(), application.person("bob@example.com")
    browser = application.browser()
    browser.enrol(bob, "email").log_out()
    browser.give_password(bob)
    code = bob.mailed_code()
    thief = application.browser()
    thief.give_password(ada)
    thief.post("/login/set-up", action="prove", code=code)
    assert thief.status == 422


def test_a_code_of_another_method_opens_nothing(application: Application) -> None:
    """S-27: codes are not shared between channels."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    browser.post("/login/send-code", method="sms", purpose="login")
    browser.answer("authenticator", ada.texted_code())
    assert not browser.is_signed_in
    browser.answer("sms", ada.app_code())
    assert not browser.is_signed_in


@pytest.mark.parametrize("content", ["1", "9", "ada@example.com", "", "1|junk"])
def test_a_remember_token_means_nothing(application: Application, content: str) -> None:
    """A cookie of Flask-Login's days, also one that is signed with the right key."""
    enrolled_person(application)
    browser = application.browser()
    with application.app.app_context():
        give_cookie(browser, "remember_token", encode_cookie(content))
    assert not browser.is_signed_in
    browser.get("/")
    assert "nobody" in browser.page


def test_a_remember_token_does_not_put_anybody_out(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    with application.app.app_context():
        give_cookie(browser, "remember_token", encode_cookie("1"))
    assert browser.is_signed_in
    give_cookie(browser, "remember_token", "garbage")
    assert browser.is_signed_in


@pytest.mark.parametrize("fresh", [True, False])
def test_a_user_id_in_flasks_session_means_nothing(application: Application, fresh: bool) -> None:
    """Forged with the right SECRET_KEY, as a leaked key allows."""
    enrolled_person(application)
    browser = application.browser()
    forged = forged_flask_session(application, _user_id="1", _fresh=fresh, _id="x", user_id=1)
    give_cookie(browser, "session", forged)
    assert not browser.is_signed_in
    browser.get("/")
    assert "nobody" in browser.page


def test_both_old_cookies_together_mean_nothing(application: Application) -> None:
    enrolled_person(application)
    browser = application.browser()
    forged = forged_flask_session(application, _user_id="1", _remember="set", _fresh=True)
    give_cookie(browser, "session", forged)
    with application.app.app_context():
        give_cookie(browser, "remember_token", encode_cookie("1"))
    assert not browser.is_signed_in


@pytest.mark.parametrize("name", [SESSION, HALF_OPEN])
@pytest.mark.parametrize("value", ["x", "a" * 43, "1", "-", "%00", "a" * 4000])
def test_invented_tokens_open_nothing(application: Application, name: str, value: str) -> None:
    """X-06: nor do they show the page of the second step."""
    enrolled_person(application)
    browser = application.browser()
    give_cookie(browser, name, value)
    assert not browser.is_signed_in
    assert browser.get("/login/second-step").path == "/login"


def test_what_the_database_holds_is_no_cookie(application: Application) -> None:
    """S-101: the digest in the row is not the token."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    (row,) = live_sessions(application)
    thief = application.browser()
    for value in (row["digest"].hex(), row["digest"].decode("latin-1"), str(row["id"])):
        give_cookie(thief, SESSION, value.encode("ascii", "replace").decode())
        assert not thief.is_signed_in


def test_a_right_code_without_the_password_opens_nothing(application: Application) -> None:
    """X-06: the second door answers nobody who has not passed the first."""
    ada, _ = enrolled_person(application)
    thief: Browser = application.browser()
    thief.get("/login")
    thief.answer("authenticator", ada.app_code())
    assert thief.path == "/login"
    assert not thief.is_signed_in


def test_a_wrong_code_after_the_right_one_ends_nothing(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    browser.answer("authenticator", wrong(ada.app_code()))
    assert browser.is_signed_in
