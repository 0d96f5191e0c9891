"""What stories of trusted browsers share: a box that is ticked, a token that is held or copied."""

from datetime import timedelta
from typing import Any

from tests.applications import Application
from tests.journeys.support import enrolled_person, give_cookie
from tests.people import Browser, Person

FORTNIGHT = timedelta(days=14)
PAGE = "/security/trusted-browsers"
OFFERED: dict[str, Any] = {
    "SECURITY_TWO_FACTOR_TRUSTED_BROWSERS": FORTNIGHT,
    "SECURITY_DELETABLE": True,
    "SECURITY_USERNAME_ENABLE": True,
}


def trust(
    application: Application, person: Person, browser: Browser, method: str = "authenticator"
) -> Browser:
    """A full login with the box ticked, and out again."""
    browser.give_password(person)
    codes = {"authenticator": person.app_code, "sms": person.texted_code}
    browser.post("/login/second-step", method=method, code=codes[method](), trusts="y")
    assert browser.is_signed_in, browser.page
    browser.log_out()
    application.clock.advance(minutes=1)
    return browser


def trusting(application: Application, email: str = "ada@example.com") -> tuple[Person, Browser]:
    """Somebody with an app, and the browser that she trusts, signed out."""
    ada, browser = enrolled_person(application, email=email)
    return ada, trust(application, ada, browser)


def held(browser: Browser) -> tuple[str, str]:
    """Name and value of the browser's token; empty where it holds none."""
    for kept in (browser.client._cookies or {}).values():
        if "airlock_trusted_" in kept.key:
            return kept.key, kept.value
    return "", ""


def with_copy(application: Application, browser: Browser) -> Browser:
    """A thief's browser, with a copy of the token as it is now."""
    thief = application.browser()
    give_cookie(thief, *held(browser))
    return thief


def skips(browser: Browser, person: Person) -> bool:
    """Whether the password alone leads inside."""
    browser.give_password(person)
    return bool(browser.is_signed_in)


def is_asked(browser: Browser, person: Person) -> bool:
    """Whether the second step is asked for."""
    browser.give_password(person)
    return browser.path == "/login/second-step" and not browser.is_signed_in


def trusted(application: Application) -> list[dict[str, Any]]:
    """The rows that are alive."""
    return [row for row in application.rows("trusted_browsers") if row["ended_at"] is None]
