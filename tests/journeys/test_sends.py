"""How many codes go out: enough for who mistypes, too few for who floods or sells messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.domain.letters import Channel
from tests.applications import Application
from tests.journeys.support import enrolled_person, read
from tests.people import Browser, Person

DEFAULTS: dict[str, Any] = {
    "SECURITY_SEND_INTERVAL": timedelta(seconds=60),
    "SECURITY_SENDS_PER_HOUR": 5,
    "SECURITY_SENDS_PER_DAY": 10,
}


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    return applications(**DEFAULTS)


def mailed(application: Application) -> int:
    """How many letters went out so far."""
    return len(application.outbox.messages(channel=Channel.MAIL))


def send_again(browser: Browser, method: str = "email") -> Browser:
    """Press the button that sends a code."""
    return browser.post("/login/send-code", method=method, purpose="login")


def test_a_code_is_sent_again_after_a_minute(application: Application) -> None:
    """S-34: at 60 seconds, and with the time to wait before."""
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    before = mailed(application)
    assert send_again(browser).status == 429
    assert "in 60 seconds" in browser.page
    press_back(browser)
    application.clock.advance(seconds=60)
    assert "A new code is on its way" in send_again(browser).page
    assert mailed(application) == before + 1


def press_back(browser: Browser) -> None:
    """The page that tells to wait leads back to where the code is typed."""
    link = read(browser).one("a", class_="al-button")
    assert browser.get(link.attributes["href"]).path == "/login/second-step"


def log_in_again_and_again(application: Application, ada: Person, times: int) -> int:
    """A stranger with the password, every minute: how many codes went out."""
    before = mailed(application)
    for _ in range(times):
        application.browser().give_password(ada)
        application.clock.advance(minutes=1)
    return mailed(application) - before


def test_five_codes_an_hour_go_to_an_account_and_the_login_goes_on(
    application: Application,
) -> None:
    """S-34: also for those who are known, who have a count of their own."""
    ada, known = enrolled_person(application, "email")
    application.clock.advance(days=2)
    assert log_in_again_and_again(application, ada, 9) == 5
    thief = application.browser().give_password(ada)
    assert thief.path == "/login/second-step"
    assert send_again(thief).status == 429
    assert "you can try again" in thief.page
    # The owner's own browser has its own count.
    assert known.log_in(ada, "email").is_signed_in


def test_ten_a_day(application: Application) -> None:
    """S-34."""
    ada, _ = enrolled_person(application, "email")
    application.clock.advance(days=2)
    sent = 0
    for _ in range(6):
        sent += log_in_again_and_again(application, ada, 5)
        application.clock.advance(hours=2)
    assert sent == 10
    application.clock.advance(hours=32)
    assert log_in_again_and_again(application, ada, 1) == 1


def test_one_number_of_several_people_is_one_number(
    applications: Callable[..., Application],
) -> None:
    """S-34: whoever names a number is counted with all who named it; its owner's logins are not."""
    application = applications(**DEFAULTS | {"SECURITY_SENDS_PER_HOUR": 3})
    ada, _ = enrolled_person(application, "sms", "ada@x.org")
    statuses = []
    for place in range(4):
        other = application.person(f"p{place}@x.org")
        browser = application.browser().give_password(other).prove_mailbox(other)
        browser.get("/login/set-up").post("/login/set-up/sms", action="begin")
        browser.post("/login/set-up/sms", action="begin", phone=ada.phone)
        statuses.append(browser.status)
    assert statuses == [200, 200, 429, 429]
    before = len(application.outbox.messages(channel=Channel.SMS))
    assert application.browser().give_password(ada).path == "/login/second-step"
    assert len(application.outbox.messages(channel=Channel.SMS)) == before + 1


def test_text_messages_have_a_ceiling_for_the_whole_site(
    applications: Callable[..., Application],
) -> None:
    """Whoever earns by messages to numbers of his own gets no more than that from us."""
    application = applications(**DEFAULTS | {"SECURITY_TEXTS_PER_DAY": 4})
    for place in range(6):
        person = application.person(f"p{place}@x.org")
        person.phone = f"+120155501{place:02}"
        browser = application.browser().give_password(person).prove_mailbox(person)
        browser.get("/login/set-up").post("/login/set-up/sms", action="begin")
        browser.post("/login/set-up/sms", action="begin", phone=person.phone)
        assert browser.status == (200 if place < 4 else 429)
    assert len(application.outbox.messages(channel=Channel.SMS)) == 4
    assert "you can try again" in browser.page


def test_a_set_up_sends_no_more_often(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").get("/login/set-up")
    statuses = []
    for _ in range(7):
        browser.get("/login/set-up").post("/login/set-up/email", action="begin")
        statuses.append(browser.status)
        application.clock.advance(seconds=61)
    assert statuses == [200] * 5 + [429] * 2
