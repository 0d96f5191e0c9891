"""The page of a person's own sessions: what it lists, and how they end."""

import re
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.domain.accounts import Visitor
from flask_airlock.errors import LoginLapsed
from flask_airlock.flows import own_sessions
from tests.applications import Application
from tests.cli.support import details
from tests.journeys.life import letters_to, newest_text
from tests.journeys.support import (
    SESSION,
    cookie,
    copied,
    enrolled_person,
    live_sessions,
    press,
    read,
    signed_in,
)
from tests.journeys.test_step_up import prove, send
from tests.people import Browser, Person

PAGE = "/security/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"
ONE = "Sign out"
OTHERS = "Sign out all other browsers"
EVERYWHERE = "Sign out everywhere"


@pytest.fixture
def ada(application: Application) -> Person:
    """Somebody with an authenticator app."""
    return enrolled_person(application)[0]


def inside(application: Application, person: Person, agent: str = FIREFOX) -> Browser:
    """A browser that came through both doors just now."""
    application.clock.advance(minutes=1)
    browser = application.browser(**{"User-Agent": agent}).log_in(person, "authenticator")
    assert browser.is_signed_in, browser.page
    return browser


def number_of(browser: Browser) -> int:
    """The number of the other session that the page of this one lists."""
    (found,) = set(re.findall(r'name="session" value="(\d+)"', browser.get(PAGE).page))
    return int(found)


def end(browser: Browser, **fields: Any) -> Browser:
    """Send the form with these fields, whatever the page offers."""
    return browser.get(PAGE).post(PAGE, **fields)


def test_a_stranger_is_led_to_the_login(application: Application) -> None:
    assert application.browser().get(PAGE).path == "/login"


def test_the_page_lists_every_browser_that_is_inside(application: Application, ada: Person) -> None:
    """S-106: browser, address, first and last seen, this one marked; nothing else's."""
    phone = inside(application, ada, SAFARI)
    began = application.clock.now
    application.clock.advance(minutes=10)
    assert phone.is_signed_in
    laptop = inside(application, ada)
    application.browser().give_password(ada)
    signed_in(application, application.person("bob@example.com"))
    items = read(laptop.get(PAGE)).all("li", class_="al-item")
    assert len(items) == 2
    assert "Firefox on Linux" in items[0].text
    assert "This browser" in items[0].text
    assert "Safari on iPhone" in items[1].text
    assert "This browser" not in items[1].text
    assert "From 127.0.0.1" in items[1].text
    times = [it.get("datetime") for it in read(laptop).all("time")]
    assert times == [
        application.clock.now.isoformat(timespec="seconds"),
        began.isoformat(timespec="seconds"),
        (began + timedelta(minutes=10)).isoformat(timespec="seconds"),
    ]


def test_what_rested_too_long_or_is_over_is_not_listed(
    application: Application, ada: Person
) -> None:
    """S-103: such a session opens nothing."""
    inside(application, ada, SAFARI)
    inside(application, ada).log_out()
    application.clock.advance(hours=8)
    assert "Safari" not in inside(application, ada).get(PAGE).page


def test_one_browser_signs_another_out_at_once(application: Application, ada: Person) -> None:
    """S-106: the other is out at its next request, and all the rest stay."""
    phone, laptop = inside(application, ada, SAFARI), inside(application, ada)
    stolen = copied(application, phone, SESSION)
    number = number_of(laptop)
    third = signed_in(application, ada)
    letters = letters_to(application, ada.email)
    assert "That browser was signed out." in end(laptop, session=number).page
    assert [phone.is_signed_in, stolen.is_signed_in] == [False, False]
    assert [laptop.is_signed_in, third.is_signed_in] == [True, True]
    assert details(application, "sessions_ended") == [{"ended": 1, "which": "one"}]
    assert letters_to(application, ada.email) == letters + 1
    assert "signed out another browser" in newest_text(application, ada.email)
    assert "Firefox on Linux" in newest_text(application, ada.email)


def test_a_session_that_is_over_already_is_no_error(application: Application, ada: Person) -> None:
    """A double click, or a page that was open for a while: told once, and no letter."""
    inside(application, ada, SAFARI)
    laptop = inside(application, ada)
    number = number_of(laptop)
    end(laptop, session=number)
    letters = letters_to(application, ada.email)
    end(laptop, session=number)
    assert laptop.status == 200
    assert "signed out already" in laptop.page
    assert details(application, "sessions_ended") == [{"ended": 1, "which": "one"}]
    assert letters_to(application, ada.email) == letters
    assert "foreign_row" not in application.events()


@pytest.mark.parametrize(
    "number", ["bobs", "4711", "0", "-1", "", "one", "9" * 18, "9" * 40, "\u0664", "1 "]
)
def test_a_number_that_is_not_hers_is_not_there(
    application: Application, ada: Person, number: str
) -> None:
    """S-106: somebody else's and none at all are answered alike: 404, and an event."""
    theirs = signed_in(application, application.person("bob@example.com"))
    (session,) = live_sessions(application)
    laptop = inside(application, ada)
    end(laptop, session=session["id"] if number == "bobs" else number)
    assert laptop.status == 404
    assert theirs.is_signed_in
    assert laptop.is_signed_in
    assert details(application, "foreign_row") == [{"kind": "session"}]
    assert details(application, "sessions_ended") == []


def test_all_others_end_and_this_one_stays(application: Application, ada: Person) -> None:
    """S-105, S-106: and whoever is between the doors has to begin again."""
    browsers = [inside(application, ada, SAFARI) for _ in range(3)]
    halfway = application.browser().give_password(ada)
    laptop = inside(application, ada)
    assert "All other browsers were signed out." in press(laptop.get(PAGE), OTHERS).page
    assert not any(it.is_signed_in for it in browsers)
    assert halfway.answer("authenticator", ada.app_code()).path == "/login"
    assert laptop.is_signed_in
    assert details(application, "sessions_ended") == [{"ended": 3, "which": "others"}]
    assert "all other browsers" in newest_text(application, ada.email)
    assert OTHERS not in laptop.page
    letters = letters_to(application, ada.email)
    assert "No other browser" in end(laptop, end="others").page
    assert len(details(application, "sessions_ended")) == 1
    assert letters_to(application, ada.email) == letters


def test_signing_out_everywhere_leads_to_the_login(application: Application, ada: Person) -> None:
    """S-106: this browser's cookie goes as well, and a copy of it is worth nothing."""
    phone, laptop = inside(application, ada, SAFARI), inside(application, ada)
    bob = signed_in(application, application.person("bob@example.com"))
    stolen = copied(application, laptop, SESSION)
    press(laptop.get(PAGE), EVERYWHERE)
    assert laptop.path == "/login"
    assert "signed out everywhere" in laptop.page
    assert not cookie(laptop, SESSION)
    assert not any(it.is_signed_in for it in (phone, laptop, stolen))
    assert bob.is_signed_in
    assert details(application, "sessions_ended") == [{"ended": 2, "which": "all"}]
    assert "signed out everywhere" in newest_text(application, ada.email)


def test_this_browser_is_signed_out_as_by_its_own_button(
    application: Application, ada: Person
) -> None:
    laptop = inside(application, ada)
    letters = letters_to(application, ada.email)
    (session,) = live_sessions(application)
    end(laptop, session=session["id"])
    assert laptop.path == "/login"
    assert not laptop.is_signed_in
    assert application.events()[-1] == "signed_out"
    assert letters_to(application, ada.email) == letters


@pytest.mark.parametrize("fields", [{"end": "all"}, {"end": "others"}, {"session": "here"}])
def test_who_only_has_a_copied_cookie_ends_nothing(
    application: Application, ada: Person, fields: dict[str, str]
) -> None:
    """S-106, S-108: ten minutes after the last proof another is asked for, and then it goes on."""
    phone, laptop = inside(application, ada, SAFARI), inside(application, ada)
    chosen = fields | ({"session": str(number_of(laptop))} if "session" in fields else {})
    application.clock.advance(seconds=601)
    thief = copied(application, laptop, SESSION)
    assert end(thief, **chosen).path == "/login/verify"
    assert phone.is_signed_in
    token = laptop.get(PAGE).token()
    send(laptop, PAGE, {"csrf_token": token, **chosen})
    prove(laptop, do="prove", code=ada.app_code())
    assert not phone.is_signed_in


def test_a_form_without_its_token_ends_nothing(application: Application, ada: Person) -> None:
    phone, laptop = inside(application, ada, SAFARI), inside(application, ada)
    response = laptop.client.post(PAGE, data={"end": "all"})
    assert response.status_code == 400
    assert phone.is_signed_in


def test_a_session_that_was_ended_ends_no_other(application: Application, ada: Person) -> None:
    """Whoever is thrown out has no last word, also where his request was under way."""
    thief, laptop = inside(application, ada, SAFARI), inside(application, ada)
    token = cookie(thief, SESSION)
    end(laptop, end="others")
    services = application.app.extensions["security"].services
    with application.app.test_request_context(), pytest.raises(LoginLapsed):
        own_sessions.end_many(services, token, own_sessions.ALL, Visitor())
    assert laptop.is_signed_in


def test_a_link_that_was_asked_for_inside_is_void_afterwards(
    application: Application, ada: Person
) -> None:
    """A thief who was inside may have asked to change the address."""
    thief, laptop = inside(application, ada, SAFARI), inside(application, ada)
    thief.get("/change-email").post("/change-email", current=ada.password, email="t@example.org")

    def asked_for() -> list[str]:
        rows = application.rows("link_tokens")
        return [row["purpose"] for row in rows if not row["used_at"] and row["purpose"] != "not_me"]

    assert asked_for() == ["new_email"]
    end(laptop, session=number_of(laptop))
    assert asked_for() == []
