"""What stories about recovery codes need: a set, how it is read off the page, how one is used."""

import re

from tests.applications import Application
from tests.journeys.support import enrolled_person, press, read
from tests.people import CODES, Browser, Person

PAGE = CODES
SHOWN = re.compile("<code>([^<]*)</code>")


def codes_on(page: str) -> list[str]:
    """The recovery codes that a page shows."""
    return SHOWN.findall(page)


def made(browser: Browser) -> list[str]:
    """A set that somebody who is signed in makes now."""
    browser.get(PAGE)
    has_one = "Make new codes" in browser.page
    return codes_on(press(browser, "Make new codes" if has_one else "Show my codes").page)


def with_codes(
    application: Application, email: str = "ada@example.com"
) -> tuple[Person, list[str], Browser]:
    """A person with an app and a set of codes, and the browser that knows her, signed out."""
    person, browser = enrolled_person(application, email=email)
    codes = made(browser.log_in(person, "authenticator"))
    browser.log_out()
    application.clock.advance(minutes=1)
    return person, codes, browser


def use(browser: Browser, code: str) -> Browser:
    """Answer the second step by a recovery code."""
    return browser.answer("recovery_code", code)


def back(application: Application, person: Person, code: str) -> Browser:
    """A browser that nobody knows, both doors, the second by a recovery code."""
    return use(application.browser().give_password(person), code)


def follow(browser: Browser, label: str) -> Browser:
    """Open the link that says so."""
    (link,) = (it for it in read(browser).all("a") if label in it.text)
    return browser.get(link.get("href") or "")


def making(browser: Browser) -> dict[str, str]:
    """What the button that makes codes would send, from the page that is open."""
    (seed,) = (field.get("value") or "" for field in read(browser).all("input", name="seed"))
    return {"csrf_token": browser.token(), "action": "make", "seed": seed}


def left(application: Application) -> int:
    """How many codes would work now, of everybody's."""
    rows = application.rows("recovery_codes")
    return sum(row["used_at"] is None and row["voided_at"] is None for row in rows)


def templates(application: Application) -> list[str]:
    """The letters that were written, in order."""
    return [row["template"] for row in application.rows("letters")]
