"""What stories of rescue addresses share: one that counts, a login that lost all, its code."""

import re
from typing import Any

from tests.applications import Application
from tests.journeys.life import newest_text
from tests.journeys.support import enrolled_person, press
from tests.people import Browser, Person

PAGE = "/security/rescue-addresses"
SECOND_MAILBOX = "ada@mailbox.example.net"
THIRD_MAILBOX = "ada.third@example.org"
DAY = {"hours": 24}


def addresses(application: Application) -> list[dict[str, Any]]:
    """The rescue addresses that were not removed, oldest first."""
    rows = application.rows("rescue_addresses")
    return [row for row in rows if row["removed_at"] is None]


def proof_code(application: Application, address: str) -> str:
    """The code that was mailed to an address to prove it."""
    found = re.search(r"^\d{8}$", newest_text(application, address), re.MULTILINE)
    assert found, newest_text(application, address)
    return found[0]


def rescue_code(application: Application, address: str = SECOND_MAILBOX) -> str:
    """The code that was mailed to a rescue address to come back."""
    found = re.search(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$", newest_text(application, address), re.MULTILINE)
    assert found, newest_text(application, address)
    return found[0]


def add_address(application: Application, browser: Browser, address: str) -> Browser:
    """Somebody who is signed in adds a rescue address and proves it."""
    browser.get(PAGE).post(PAGE, action="add", email=address)
    number = str(addresses(application)[-1]["id"])
    return browser.post(PAGE, action="prove", number=number, code=proof_code(application, address))


def with_address(
    application: Application, *others: str, email: str = "ada@example.com"
) -> tuple[Person, Browser]:
    """A person with an app and a rescue address that counts since a moment ago, signed out."""
    ada, browser = enrolled_person(application, email=email)
    browser.log_in(ada, "authenticator")
    for address in (SECOND_MAILBOX, *others):
        add_address(application, browser, address)
    browser.log_out()
    application.clock.advance(hours=24, minutes=1)
    return ada, browser


def ask_for_code(application: Application, person: Person, browser: Browser) -> Browser:
    """The password, then the page for who has nothing left, then the first rescue address."""
    browser.give_password(person).get("/login/rescue")
    return press(browser, "Send a code to")


def answer(browser: Browser, code: str) -> Browser:
    """Type the code in."""
    return browser.post("/login/rescue", action="answer", code=code)


def come_back(application: Application, person: Person, browser: Browser) -> Browser:
    """As far as the page where a new second step is chosen."""
    ask_for_code(application, person, browser)
    return answer(browser, rescue_code(application))


def live_factors(application: Application) -> list[tuple[str, str | None]]:
    """The methods that there are, and by whom those that are gone were taken."""
    return [(row["method"], row["revoked_by"]) for row in application.rows("credentials")]


def letters(application: Application, template: str) -> int:
    """How many letters of that kind were written."""
    return len([row for row in application.rows("letters") if row["template"] == template])
