"""A person's second factors side by side: named, preferred, lost and removed."""

from collections.abc import Callable
from typing import Any

from flask_airlock.domain.letters import Channel
from tests.applications import Application
from tests.journeys.support import SESSION, cookie, copied, enrolled_person, set_user, signed_in
from tests.people import Browser, Person

SECOND_PHONE = "+12015550199"


def factors(application: Application) -> list[dict[str, Any]]:
    """The rows of factors that were not taken away, oldest first."""
    return [row for row in application.rows("credentials") if row["revoked_at"] is None]


def number(application: Application, method: str, place: int = -1) -> int:
    """The number of a factor, as the pages name it."""
    mine = [row["id"] for row in factors(application) if row["method"] == method]
    return int(str(mine[place]))


def change(browser: Browser, which: int, action: str, **fields: str) -> Browser:
    """Send one of the forms on a factor's page."""
    browser.get(f"/security/factors/{which}")
    return browser.post(f"/security/factors/{which}", action=action, **fields)


def with_phones(application: Application, *phones: str) -> tuple[Person, Browser]:
    """Somebody inside with an app and these phones."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    for phone in phones:
        application.clock.advance(minutes=2)
        ada.phone = phone
        browser.set_up(ada, "sms")
    return ada, browser


def with_one_that_nobody_needs(application: Application) -> tuple[Person, Browser]:
    """Somebody inside with an app, where the policy asks for none."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.get("/login/set-up")
    browser.post("/login/send-code", method="email", purpose="first_setup")
    browser.prove_mailbox(ada)
    browser.set_up(ada, "authenticator")
    assert len(factors(application)) == 1
    return ada, browser


def texts_to(application: Application, phone: str) -> list[str]:
    """What a phone received."""
    kept = application.outbox.messages(to=phone, channel=Channel.SMS)
    return [it.message.text for it in kept]


def test_a_name_is_unique_and_can_be_seen(application: Application) -> None:
    _, browser = with_phones(application, "+12015550123")
    app, phone = number(application, "authenticator"), number(application, "sms")
    change(browser, app, "rename", name="  My   phone ")
    assert "The name was changed." in browser.page
    assert "My phone" in browser.page
    change(browser, phone, "rename", name="MY PHONE")
    assert browser.status == 422
    assert "something else of this name" in browser.page
    for bad in ("", " ", "x" * 65, "a\u202eb", "a\x00b", "\u200b", "x" * 500):
        change(browser, phone, "rename", name=bad)
        assert browser.status == 422, bad
    change(browser, phone, "rename", name="<b>&\"'")
    assert "&lt;b&gt;&amp;" in browser.page


def test_the_name_of_what_was_removed_is_free_again(application: Application) -> None:
    _, browser = with_phones(application, "+12015550123")
    change(browser, number(application, "sms"), "rename", name="Phone")
    change(browser, number(application, "sms"), "remove")
    change(browser, number(application, "authenticator"), "rename", name="Phone")
    assert "The name was changed." in browser.page


def test_what_is_preferred_is_asked_for_first(application: Application) -> None:
    ada, browser = with_phones(application, "+12015550123", SECOND_PHONE)
    first = number(application, "sms", 0)
    change(browser, first, "prefer")
    assert "asked for first" in browser.page
    browser.log_out()
    application.clock.advance(minutes=2)
    browser.give_password(ada)
    assert "Check your phone" in browser.page
    assert len(texts_to(application, "+12015550123")) > len(texts_to(application, SECOND_PHONE))
    assert application.rows("accounts")[0]["preferred_method"] == "sms"


def test_a_lost_phone_is_taken_away_and_opens_nothing(application: Application) -> None:
    """S-88, S-89, S-105: at once; the row stays; all other sessions end; told by letter and on the
    phone itself (S-86)."""
    ada, browser = with_phones(application, "+12015550123", SECOND_PHONE)
    thief = application.browser()
    thief.give_password(ada)
    first = number(application, "sms", 0)
    thief.post("/login/send-code", method=f"sms:{first}", purpose="login")
    ada.phone = "+12015550123"
    code = ada.texted_code()
    elsewhere = copied(application, browser, SESSION)
    other = signed_in(application, ada)
    change(browser, first, "remove")
    assert "It was removed" in browser.page
    assert browser.is_signed_in
    assert elsewhere.is_signed_in  # one session in two places
    assert not other.is_signed_in
    thief.answer("sms", code)
    assert not thief.is_signed_in
    gone = next(row for row in application.rows("credentials") if row["id"] == first)
    assert gone["revoked_at"] is not None
    assert gone["revoked_by"] == "owner"
    assert "codes no longer go to this number" in texts_to(application, "+12015550123")[-1]
    assert "was removed" in application.outbox.messages(to=ada.email)[-1].message.subject
    change(browser, first, "remove")
    assert browser.status == 404


def test_the_last_one_stays_where_one_is_needed(application: Application) -> None:
    """S-89."""
    _, browser = with_phones(application)
    app = number(application, "authenticator")
    browser.get(f"/security/factors/{app}")
    assert "you need one here" in browser.page
    browser.post(f"/security/factors/{app}", action="remove")
    assert browser.status == 409
    assert browser.is_signed_in
    assert len(factors(application)) == 1


def test_elsewhere_the_last_one_goes_by_a_password_that_can_stand_alone(
    applications: Callable[..., Application],
) -> None:
    """S-02: a password that stands alone has 15 characters."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = with_one_that_nobody_needs(application)
    app = number(application, "authenticator")
    change(browser, app, "remove")
    assert browser.status == 422
    change(browser, app, "remove", password="not the password, but a long one")
    assert browser.status == 422
    assert len(factors(application)) == 1
    change(browser, app, "remove", password=ada.password)
    assert factors(application) == []
    assert application.rows("accounts")[0]["preferred_method"] is None
    browser.log_out()
    browser.give_password(ada)
    assert browser.is_signed_in


def test_a_short_password_is_not_left_alone(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = with_one_that_nobody_needs(application)
    browser.log_out()
    application.clock.advance(minutes=1)
    with application.app.app_context():
        application.datastore.set_password(
            application.datastore.get_user(ada.email), "short but mine"
        )
        application.db.session.commit()
    ada.password = "short but mine"
    browser.log_in(ada, "authenticator")
    change(browser, number(application, "authenticator"), "remove", password=ada.password)
    assert browser.status == 422
    assert "15" in browser.page
    assert len(factors(application)) == 1


def test_a_change_asks_for_a_recent_proof(application: Application) -> None:
    """S-84: fresh to the second."""
    ada, browser = with_phones(application, "+12015550123")
    phone = number(application, "sms")
    application.clock.advance(seconds=601)
    change(browser, phone, "remove")
    assert browser.path == "/login/verify"
    assert len(factors(application)) == 2
    assert cookie(browser, SESSION)
    assert ada.email in browser.get("/security").page


def test_another_accounts_factor_is_not_there(application: Application) -> None:
    """S-106: 404, and an event."""
    _, browser = with_phones(application, "+12015550123")
    his = number(application, "sms")
    eve, thief = enrolled_person(application, email="eve@example.com")
    thief.log_in(eve, "authenticator")
    for action, fields in (("rename", {"name": "mine"}), ("prefer", {}), ("remove", {})):
        thief.get("/security")
        thief.post(f"/security/factors/{his}", action=action, **fields)
        assert thief.status == 404
    thief.get(f"/security/factors/{his}")
    assert thief.status == 404
    thief.get("/security/factors/999999999999999999999999")
    assert thief.status == 404
    assert [it["detail"] for it in application.rows("events") if it["name"] == "foreign_row"][
        :4
    ] == ['{"kind": "factor"}'] * 4
    assert len([row for row in factors(application) if row["method"] == "sms"]) == 1
    assert browser.is_signed_in


def test_there_are_at_most_five_of_a_kind(application: Application) -> None:
    ada, browser = with_phones(application)
    for _ in range(4):
        application.clock.advance(minutes=1)
        browser.set_up(ada, "authenticator")
    assert len(factors(application)) == 5
    application.clock.advance(minutes=1)
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    assert browser.status == 409
    assert "as many as there may be" in browser.page


def test_an_added_factor_is_told_by_letter_and_to_the_older_phone(
    application: Application,
) -> None:
    """S-86, S-87."""
    ada, _ = with_phones(application, "+12015550123", SECOND_PHONE)
    subjects = [it.message.subject for it in application.outbox.messages(to=ada.email)]
    assert sum("was added" in subject for subject in subjects) == 3
    assert "another phone was added" in texts_to(application, "+12015550123")[-1]
    letters = [it.message.text for it in application.outbox.messages(to=ada.email)]
    assert not any(SECOND_PHONE in text or ada.app_key in text for text in letters)


def test_who_is_not_active_any_more_changes_nothing(application: Application) -> None:
    ada, browser = with_phones(application, "+12015550123")
    set_user(application, ada, active=False)
    change(browser, number(application, "sms"), "remove")
    assert len(factors(application)) == 2
