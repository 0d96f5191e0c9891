"""A person reads what happened to the account: in words, newest first, and nobody else's."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from flask_airlock.domain.accounts import Visitor
from flask_airlock.domain.events import ALL_EVENTS, Event, PasswordChanged
from flask_airlock.flows.activity import PAGE
from flask_airlock.web.wording_events import (
    FOR_THE_PERSON,
    NOT_FOR_THE_PERSON,
    WORDS,
    event_words,
)
from tests.applications import Application
from tests.cli.support import details, done
from tests.journeys.rescuing import SECOND_MAILBOX, add_address
from tests.journeys.support import (
    enrolled_person,
    live_sessions,
    read,
    signed_in,
    wrong,
)
from tests.people import Browser

PATH = "/security/activity"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
# What each field of an event may hold, besides what it holds in most.
VALUES: dict[str, list[Any]] = {
    "proofs": [("password",), ("password", "sms"), ("oauth", "authenticator"), ("ldap",)],
    "method": [
        "email", "authenticator", "sms", "password", "password_check", "first_setup", "setup:sms",
        "setup:email", "of-a-program-of-before",
    ],
    "reason": ["wrong_password", "too_soon", "password_closed", "unconfirmed", "wrong_answer"],
    "by": ["owner", "reported", "new_address", "administrator", "login", "link"],
    "is_complete": [True, False],
    "side": ["known", "strangers"],
    "purpose": [
        "login", "first_setup", "step_up", "confirmation", "reset", "new_email", "invitation",
    ],
    "which": ["one", "others", "all"],
    "change": [
        "created", "activated", "deactivated", "address confirmed", "session 4711 ended",
        "all sessions ended", "role admin added", "role admin removed",
        "address put in normal form",
    ],
    "ended": [4711],
    "factor_taken": [True, False],
}  # fmt: skip


def told(browser: Browser) -> list[str]:
    """What the page says happened, newest first."""
    return [it.text for it in read(browser).all("p", class_="al-row-label")]


def samples(kind: type[Event]) -> Iterator[Event]:
    """Events with everything that a field of theirs may hold, one field after the other."""
    names = [it.name for it in fields(kind) if it.name != "account_id"]
    values = {name: VALUES.get(name, ["some_code"]) for name in names}
    usual = {name: choice[0] for name, choice in values.items()}
    yield kind(account_id=7, **usual)
    for name, choice in values.items():
        for value in choice:
            yield kind(account_id=7, **(usual | {name: value}))


def test_every_event_has_words_or_is_not_for_the_person() -> None:
    """A new event fails here until somebody has thought of who reads it."""
    missing = set(ALL_EVENTS) - WORDS.keys() - NOT_FOR_THE_PERSON
    assert not missing, "say what happened in WORDS, or put it among NOT_FOR_THE_PERSON"
    assert not WORDS.keys() & NOT_FOR_THE_PERSON
    assert {*WORDS, *NOT_FOR_THE_PERSON} == set(ALL_EVENTS)
    assert set(FOR_THE_PERSON) == {kind.name for kind in WORDS}


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.name)
def test_the_words_are_a_sentence_without_codes_and_numbers(
    application: Application, kind: type[Event]
) -> None:
    """Reasons, names of ours and numbers of rows are for administrators alone."""
    with application.app.test_request_context():
        for event in samples(kind):
            said = event_words(kind.name, json.loads(json.dumps(event.detail())))
            assert said[0].isupper(), said
            assert said.endswith("."), said
            for code in ("_", "4711", "setup:", "admin", "of-a-program", "ldap", "strangers"):
                assert code not in said.replace("administrator", ""), said


def test_a_stranger_is_led_to_the_login(application: Application) -> None:
    assert application.browser().get(PATH).path == "/login"


def test_the_page_tells_what_happened_newest_first(application: Application) -> None:
    """S-130: when, by which browser, from where."""
    ada, _ = enrolled_person(application)
    before = application.clock.now
    thief = application.browser(**{"User-Agent": "curl/8"}).give_password(ada, "a guess")
    application.clock.advance(hours=1)
    thief.give_password(ada).answer("authenticator", wrong(ada.app_code()))
    browser = application.browser(**{"User-Agent": FIREFOX}).log_in(ada, "authenticator")
    browser.get(PATH)
    assert told(browser)[:5] == [
        "Signed in: Password, Authenticator app.",
        "The right password was given.",
        "A wrong or late answer was given: Authenticator app.",
        "The right password was given.",
        "A wrong password was given.",
    ]
    assert "A second step was added: Authenticator app." in told(browser)
    newest, *_, oldest = read(browser).all("li")[:5]
    assert "Firefox on Linux · 127.0.0.1" in newest.text
    assert "curl · 127.0.0.1" in oldest.text
    times = [it.get("datetime") for it in read(browser).all("time")][:5]
    assert times[0] == application.clock.now.isoformat(timespec="seconds")
    assert times[4] == before.isoformat(timespec="seconds")


def test_a_code_to_a_rescue_address_is_called_so(application: Application) -> None:
    ada, browser = enrolled_person(application)
    add_address(application, browser.log_in(ada, "authenticator"), SECOND_MAILBOX)
    assert "A code was sent: Rescue address." in told(browser.get(PATH))


def test_nobody_elses_events_are_shown(application: Application) -> None:
    """Nor what concerns no person at all."""
    bob, _ = enrolled_person(application, "sms", "bob@example.com")
    application.browser(**{"User-Agent": "bobs/1 Firefox/1"}).give_password(bob, "wrong")
    done(application, "roles", "create", "admin")
    browser = signed_in(application, application.person())
    browser.get(PATH)
    assert told(browser) == ["Signed in: Password, Authenticator app."]


def test_what_an_administrator_did_is_told_without_numbers_and_names(
    application: Application,
) -> None:
    ada = application.person()
    done(application, "roles", "create", "auditor")
    done(application, "roles", "add", ada.email, "auditor")
    signed_in(application, ada)
    (session,) = live_sessions(application)
    done(application, "sessions", "end", ada.email, "--id", str(session["id"]))
    done(application, "users", "reset-factors", ada.email, "--reason", "voice on the phone")
    browser = signed_in(application, ada).get(PATH)
    said = told(browser)
    assert "An administrator took away every second step." in said
    assert "An administrator signed one of your browsers out." in said
    assert "An administrator changed what you may do here." in said
    assert "the command line" in browser.page
    assert "auditor" not in browser.page
    assert "voice" not in browser.page


def inside(application: Application) -> Browser:
    """A browser of Ada's."""
    return signed_in(application, application.person())


def many(application: Application, count: int) -> None:
    """So many things happen to the first account that there is."""
    (first, *_) = application.rows("accounts")
    services = application.app.extensions["security"].services
    with application.app.test_request_context(), services.begin() as work:
        for _ in range(count):
            work.record(PasswordChanged(account_id=first["id"]), Visitor())


def link(browser: Browser, text: str) -> str:
    """Where the only link of that text leads."""
    (found,) = [it for it in read(browser).all("a") if it.text == text]
    return found.attributes["href"]


def test_older_pages_follow_one_after_the_other(application: Application) -> None:
    """Each event once, none left out, also when something happens between two pages."""
    browser = inside(application)
    many(application, PAGE + 9)
    assert told(browser.get(PATH)) == ["The password was changed."] * PAGE
    assert "Newest" not in browser.page
    many(application, 1)
    browser.get(link(browser, "Older"))
    assert told(browser)[:9] == ["The password was changed."] * 9
    assert told(browser)[9:] == ["Signed in: Password, Authenticator app."]
    assert "Older" not in browser.page
    assert len(told(browser.get(link(browser, "Newest")))) == PAGE


@pytest.mark.parametrize(
    "mark", ["adas", "4711", "1", "", "A" * 60, "%ED%A0%80", "=", "a" * 4000]
)  # fmt: skip
def test_a_page_of_somebody_elses_is_not_there(application: Application, mark: str) -> None:
    """S-106: and what was made up neither; 404, and an event."""
    ada = inside(application)
    many(application, PAGE + 1)
    older = link(ada.get(PATH), "Older")
    eve = signed_in(application, application.person("eve@example.com"))
    eve.get(older if mark == "adas" else f"{PATH}?before={mark}")
    assert eve.status == 404
    assert details(application, "foreign_row") == [{"kind": "event"}]
    assert told(eve) == []
    assert "Something was asked for that is not yours" in eve.get(PATH).page
    assert ada.get(older).status == 200


def test_the_mark_of_a_page_tells_no_number(application: Application) -> None:
    """How many events there are of everybody's is nobody's business."""
    browser = inside(application)
    many(application, PAGE + 1)
    first = link(browser.get(PATH), "Older")
    assert len(first) > 60
    assert link(browser.get(PATH), "Older") != first


def test_what_a_browser_says_of_itself_is_text(application: Application) -> None:
    ada, _ = enrolled_person(application)
    evil = "<script>alert(1)</script> Firefox/1"
    application.browser(**{"User-Agent": evil}).give_password(ada, "wrong")
    browser = signed_in(application, ada).get(PATH)
    assert "<script>alert" not in browser.page
    assert "Firefox" in browser.page


def test_the_page_needs_no_proof_and_changes_nothing(application: Application) -> None:
    """Who looks whether somebody else was here is not asked for a code first."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    application.clock.advance(minutes=30)
    before = application.rows("events")
    assert browser.get(PATH).path == PATH
    assert application.rows("events") == before
