"""Whoever writes into the database moves sealed values about: none opens in another place.

S-114: what needs it is refused in words, one event tells of it, and all other ways stay open.
"""

import json
from typing import Any

import pytest

from flask_airlock.domain.letters import MAX_ATTEMPTS
from tests.applications import SETTINGS, WHOLE_LIFE, Application
from tests.cli.support import details
from tests.journeys.life import change_email, link_in, reset
from tests.journeys.recovering import back, with_codes
from tests.journeys.support import HALF_OPEN, cookie, enrolled_person, live_sessions, press, read
from tests.people import Browser, Person
from tests.sealing import LOST, boxes, put, seal_under

REFUSED = "This can&#39;t be checked right now"


def broken(application: Application) -> list[dict[str, Any]]:
    """The events that tell of it, whose account it was among them."""
    rows = sorted(application.rows("events"), key=lambda row: row["id"])
    return [
        {"account": row["account_id"], **json.loads(row["detail"])}
        for row in rows
        if row["name"] == "seal_broken"
    ]


def moved(place: str, account: int | None = 1) -> dict[str, Any]:
    """The one event for a box that belongs elsewhere."""
    return {"account": account, "place": place, "reason": "changed"}


def box_of(application: Application, subject: str, **cells: Any) -> tuple[int, bytes]:
    """The newest row that holds these cells, and its box."""
    rows = [row for row in application.rows(subject) if cells.items() <= row.items()]
    row_id = max(row["id"] for row in rows)
    return row_id, boxes(application, subject)[row_id]


def thief_with_an_account(application: Application) -> tuple[Person, Person, Browser]:
    """Ada, Bob, and Bob's browser between the doors; each has an app."""
    ada, _ = enrolled_person(application)
    bob, browser = enrolled_person(application, email="bob@example.com")
    return ada, bob, browser


def test_an_apps_key_in_another_account_is_no_way_in(application: Application) -> None:
    """S-114: move ciphertext to another user's row: fails. Neither key is right any more."""
    ada, bob, browser = thief_with_an_account(application)
    row, _ = box_of(application, "credentials", account_id=2)
    put(application, "credentials", row, box_of(application, "credentials", account_id=1)[1])
    for code in (ada.app_code(), bob.app_code()):
        browser.give_password(bob).answer("authenticator", code)
        assert (browser.status, REFUSED in browser.page) == (403, True)
        assert not browser.is_signed_in
    assert broken(application) == [moved("airlock_credentials, secret of authenticator", 2)] * 2
    refused = {"method": "authenticator", "reason": "unsealable"}
    assert details(application, "factor_refused") == [refused] * 2
    assert application.browser().log_in(ada, "authenticator").is_signed_in


def test_the_other_methods_of_the_account_stay_open(application: Application) -> None:
    """What can't be opened is told on the page that offers the other ways."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    row, _ = box_of(application, "credentials", method="authenticator")
    put(application, "credentials", row, box_of(application, "credentials", method="sms")[1])
    browser.give_password(ada).answer("authenticator", ada.app_code())
    assert REFUSED in browser.page
    press(browser, "Text message")
    assert browser.answer("sms", ada.texted_code()).is_signed_in
    assert broken(application) == [moved("airlock_credentials, secret of authenticator")]


def test_a_number_that_was_put_in_place_of_an_app_is_nobodys_key(application: Application) -> None:
    """Another column, as it were: the text of a phone number is no secret to its owner."""
    ada, browser = enrolled_person(application, "sms")
    browser.log_in(ada, "sms").set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    row, _ = box_of(application, "credentials", method="authenticator")
    put(application, "credentials", row, box_of(application, "credentials", method="sms")[1])
    browser.give_password(ada).get("/login/second-step?method=authenticator")
    browser.answer("authenticator", ada.app_code())
    assert not browser.is_signed_in
    assert broken(application) == [moved("airlock_credentials, secret of authenticator")]


def test_a_phone_of_another_account_gets_no_code(application: Application) -> None:
    """S-37: nothing goes to a number that the owner has not proved, and the login goes on."""
    ada, browser = enrolled_person(application, "sms")
    browser.log_in(ada, "sms").set_up(ada, "email").log_out()
    enrolled_person(application, "sms", email="bob@example.com")
    row, _ = box_of(application, "credentials", account_id=1, method="sms")
    put(application, "credentials", row, box_of(application, "credentials", account_id=2)[1])
    before = len(application.outbox.messages())
    browser.give_password(ada)
    assert len(application.outbox.messages()) == before
    assert browser.path == "/login/second-step"
    assert "This method is not available here" in browser.page
    assert broken(application) == [moved("airlock_credentials, secret of sms")]
    press(browser, "Send code")
    assert browser.answer("email", ada.mailed_code()).is_signed_in
    assert len(broken(application)) == 1


@pytest.mark.parametrize("way", ["asks for a code", "answers"])
def test_whoever_insists_on_it_is_refused_in_words(application: Application, way: str) -> None:
    ada, browser = enrolled_person(application, "sms")
    enrolled_person(application, "sms", email="bob@example.com")
    browser.give_password(ada)
    code = ada.texted_code()
    row, _ = box_of(application, "credentials", account_id=1)
    put(application, "credentials", row, box_of(application, "credentials", account_id=2)[1])
    if way == "answers":
        browser.answer("sms", code)
    else:
        browser.post("/login/send-code", method="sms", purpose="login")
    assert (browser.status, REFUSED in browser.page) == (403, True)
    assert not browser.is_signed_in
    assert live_sessions(application) == []
    assert broken(application) == [moved("airlock_credentials, secret of sms")]


def test_a_key_that_waits_in_another_session_is_not_shown(application: Application) -> None:
    """S-44: a pending key is its own session's; a set-up can be begun anew."""
    (ada, first), (bob, second) = (
        (person, application.browser())
        for person in (application.person(), application.person("bob@example.com"))
    )
    for person, browser in ((ada, first), (bob, second)):
        browser.give_password(person).prove_mailbox(person).get("/login/set-up")
        browser.post("/login/set-up/authenticator", action="begin")
    key = first.shown_key()
    row, _ = box_of(application, "setups", account_id=2)
    put(application, "setups", row, box_of(application, "setups", account_id=1)[1])
    second.get("/login/set-up/authenticator")
    assert (second.status, REFUSED in second.page, key in second.page) == (403, True, False)
    assert broken(application) == [moved("airlock_setups, secret of authenticator", 2)]
    second.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    assert second.set_up(bob, "authenticator").is_signed_in


def test_an_address_in_another_link_changes_nothing(applications: Any) -> None:
    """The link to a new address carries the one that was asked for, or nothing."""
    application = applications(**WHOLE_LIFE)
    links = []
    for name in ("ada", "bob"):
        person, browser = enrolled_person(application, email=f"{name}@example.com")
        change_email(browser.log_in(person, "authenticator"), person, f"{name}@example.org")
        links.append((browser, link_in(application, f"{name}@example.org")))
    row, _ = box_of(application, "link_tokens", account_id=2, purpose="new_email")
    other = box_of(application, "link_tokens", account_id=1, purpose="new_email")[1]
    put(application, "link_tokens", row, other)
    browser, link = links[1]
    browser.get(link)
    assert (browser.status, REFUSED in browser.page) == (403, True)
    assert broken(application) == [moved("airlock_link_tokens, payload", 2)]
    browser.get("/inside").post("/confirm-new-email")
    with application.app.app_context():
        assert application.datastore.find_user(email="bob@example.com") is not None


def test_a_number_of_an_older_program_is_no_stumbling_block(application: Application) -> None:
    """A suggestion that can't be read is none: the number can be typed."""
    ada = application.person(phone_number="(201) 555-0123", two_factor_primary_method="sms")
    application.app.test_cli_runner().invoke(args=["airlock", "adopt-legacy", "--apply"])
    row, box = box_of(application, "credentials")
    put(application, "credentials", row, box[:-1] + bytes([box[-1] ^ 1]))
    browser = application.browser().give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up").post("/login/set-up/sms", action="begin")
    assert read(browser).one("input", name="phone").get("value") == ""
    assert broken(application)[0] == moved("airlock_credentials, secret of unproved_sms")
    browser.post("/login/set-up/sms", action="begin", phone=ada.phone)
    browser.post("/login/set-up/sms", action="confirm", code=ada.texted_code())
    assert browser.is_signed_in


@pytest.mark.parametrize("damage", ["moved", "under a lost key", "cut short", "flipped"])
def test_a_letter_that_can_not_be_opened_goes_to_nobody_and_stops_nothing(
    application: Application, damage: str
) -> None:
    """It is tried for two days, like one that a mail server refuses, and then wiped."""
    ada, _ = enrolled_person(application, "email")
    for text in ("first", "second"):
        waiting_letter(application, text)
    (first, box), (second, _) = sorted(boxes(application, "letters").items())
    if damage == "under a lost key":
        assert seal_under(application, LOST, SETTINGS["SECRET_KEY"], id=second) > 0
    else:
        flipped = box[:40] + bytes([box[40] ^ 1]) + box[41:]
        other = {"moved": box, "cut short": b"\x01", "flipped": flipped}[damage]
        put(application, "letters", second, other)
    sent = len(application.outbox.messages())
    for _ in range(MAX_ATTEMPTS):
        application.clock.advance(hours=12)
        assert application.browser().get("/login").status == 200
    assert len(application.outbox.messages()) == sent + 1
    rows = {row["id"]: row for row in application.rows("letters")}
    assert (rows[first]["state"], rows[second]["state"]) == ("sent", "failed")
    assert rows[second]["message"] is None
    told = broken(application)
    reason = {"under a lost key": "unknown_key", "cut short": "unknown_key"}.get(damage, "changed")
    assert {event["reason"] for event in told} == {reason}
    assert {row["reason"] for row in details(application, "letter_failed")} == {"unsealable"}
    assert application.browser().log_in(ada, "email").is_signed_in


def waiting_letter(application: Application, text: str) -> None:
    """A letter that nobody has carried yet."""
    services, now = application.app.extensions["security"].services, application.clock.now
    packed = {"to": f"{text}@example.com", "channel": "mail", "subject": text, "text": text}
    with application.app.app_context(), services.begin() as work:
        work.unit.letters.add(
            json.dumps({**packed, "html": ""}).encode(),
            channel="mail",
            template="code",
            account_id=1,
            now=now,
            expires_at=now.replace(year=now.year + 1),
        )


def test_neither_log_nor_event_shows_whose_box_it_was_or_what_was_in_it(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    """S-132: a place names table and column; a link's owner would be its token's digest."""
    ada, bob, browser = thief_with_an_account(application)
    row, _ = box_of(application, "credentials", account_id=2)
    put(application, "credentials", row, box_of(application, "credentials", account_id=1)[1])
    caplog.clear()
    browser.give_password(bob).answer("authenticator", bob.app_code())
    shown = caplog.text + repr(application.rows("events"))
    assert "a sealed value of account 2 can't be opened" in caplog.text
    assert not any(it in shown for it in (ada.app_key, bob.app_key, cookie(browser, HALF_OPEN)))


def test_a_new_password_does_not_need_the_factor(applications: Any) -> None:
    """The way back over an administrator stays: nothing of it is sealed."""
    application = applications(**WHOLE_LIFE)
    ada, _ = enrolled_person(application)
    row, _ = box_of(application, "credentials")
    put(application, "credentials", row, b"\x01" + bytes(60))
    assert reset(application, ada).path == "/login"
    run = application.app.test_cli_runner().invoke
    assert run(args=["users", "show", ada.email]).exit_code == 0
    done = run(args=["users", "reset-factors", ada.email, "--reason", "a lost key"])
    assert done.exit_code == 0, done.output
    assert broken(application) == []


def test_a_recovery_code_in_another_account_is_no_way_in(application: Application) -> None:
    """S-114: nor does one that was used work again in the row of another."""
    ada, codes, _ = with_codes(application)
    bob, others, _ = with_codes(application, "bob@example.com")
    row, _ = box_of(application, "recovery_codes", account_id=2)
    put(application, "recovery_codes", row, box_of(application, "recovery_codes", account_id=1)[1])
    for code in (codes[9], others[0]):
        browser = back(application, bob, code)
        assert (browser.status, REFUSED in browser.page) == (403, True)
    assert broken(application) == [moved("airlock_recovery_codes, hash", 2)] * 2
    assert back(application, ada, codes[9]).is_signed_in
