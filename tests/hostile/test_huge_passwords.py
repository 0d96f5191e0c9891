"""Ten megabytes where a password is asked for: refused at once, and not kept anywhere."""

import time
import tracemalloc
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import request

from flask_airlock.domain.passwords import Passwords
from flask_airlock.testing import CHEAP
from tests.applications import WHOLE_LIFE, Application
from tests.hostile.values import RIGHT_PASSWORD
from tests.journeys.attackers import Attacker
from tests.people import Browser
from tests.soak import in_turn

MEGABYTE = 1_000_000
TEN = 10 * MEGABYTE
# Marks that take long to put in order or grow when they are decomposed, and what breaks encoders.
PIECES = {
    "letters": "x",
    "marks": "a\u0300\u0323",
    "ligature": "\ufdfa",
    "many parts": "\u1f82",
    "reordered": "\u0345\u0301" * 3,
    "surrogates": "\ud800",
    "zeros": "\0",
}
SECONDS = 5.0


class CountedPasswords(Passwords):
    """Counts how often a password was really hashed."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.hashed = 0

    def hash(self, password: str) -> str:
        """Count, then hash."""
        self.hashed += 1
        return super().hash(password)


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """One whose server lets forms of any size through."""
    made = applications(**WHOLE_LIFE, MAX_FORM_MEMORY_SIZE=None)
    made.app.extensions["security"].passwords = CountedPasswords()
    return made


def stranger(application: Application, path: str) -> Browser:
    """Somebody who opens a page."""
    return application.browser().get(path)


def holder(application: Application, path: str) -> Browser:
    """Somebody with a link that resets the password."""
    ada = application.person(password=RIGHT_PASSWORD)
    mailbox = Attacker(application, ada, knows_password=False, reads_mail=True)
    application.browser().give_password(ada)
    mailbox.steal_links()
    browser = application.browser()
    for purpose, token in mailbox.links.items():
        browser.get(f"/link/{purpose.value}/{token}")
    return browser.get(path)


def member(application: Application, path: str) -> Browser:
    """Somebody who is signed in."""
    ada = application.person(password=RIGHT_PASSWORD)
    return application.browser().enrol(ada, "authenticator").get(path)


PLACES = [
    (stranger, "/login", "password"),
    (stranger, "/register", "password"),
    (holder, "/reset-password", "password"),
    (holder, "/reset-password?by=invitation", "password"),
    (member, "/change-password", "current"),
    (member, "/change-password", "password"),
    (member, "/change-email", "current"),
    (member, "/change-username", "current"),
    (member, "/delete-account", "current"),
]


def name_of(value: Any) -> str:
    """What a test is called by."""
    return str(value) if isinstance(value, int) else " ".join(value[1:])


def body(browser: Browser, field: str, text: str) -> bytes:
    """A form with that text in one field, and what is right in the others."""
    right = {
        "csrf_token": browser.token(),
        "email": "new@example.com",
        "username": "countess",
        "password": "eleven quiet lighthouses at noon",
        "current": RIGHT_PASSWORD,
    }
    coded = {name: quote(value).encode() for name, value in right.items()}
    # As it is, where that can be sent: what is coded three times over is only slow to read.
    is_plain = not set(text) & set("\0\ud800")
    coded[field] = text.encode() if is_plain else _coded(text)
    return b"&".join(name.encode() + b"=" + value for name, value in coded.items())


def _coded(text: str) -> bytes:
    return quote(text.encode("utf-8", "surrogatepass")).encode()


@pytest.mark.parametrize("place,size", in_turn(PLACES, [1000, 100_000, TEN], name_of))
def test_a_huge_password_is_refused_at_once(
    application: Application,
    place: tuple[Callable[[Application, str], Browser], str, str],
    size: int,
) -> None:
    """Time and memory are those of reading the request; nothing is hashed, nothing comes back."""
    reach, path, field = place
    browser = reach(application, path)
    pieces = PIECES if size < TEN else {name: PIECES[name] for name in ("letters", "reordered")}
    passwords = application.app.extensions["security"].passwords
    hashed = passwords.hashed
    for name, piece in pieces.items():
        sent = body(browser, field, piece * (size // len(piece)))
        began = time.perf_counter()
        answer = browser.client.post(
            path, data=sent, content_type="application/x-www-form-urlencoded"
        )
        assert time.perf_counter() - began < SECONDS, name
        assert answer.status_code == 422, name
        assert len(answer.data) < 20_000, name
    assert passwords.hashed == hashed


def test_memory_is_that_of_reading_the_form(application: Application) -> None:
    """Our part of it: what a page takes beyond what Flask takes to read the same request."""
    application.app.add_url_rule("/read", "read", lambda: str(len(request.form)), methods=["POST"])
    browser = application.browser().get("/login")
    sent = body(browser, "password", PIECES["reordered"] * (TEN // 6))
    reading = peak(browser, "/read", sent)
    for path in ("/login", "/register"):
        assert peak(browser, path, sent) < reading + MEGABYTE


def peak(browser: Browser, path: str, sent: bytes) -> int:
    """The most bytes that were in use while a request was answered."""
    tracemalloc.start()
    try:
        browser.client.post(path, data=sent, content_type="application/x-www-form-urlencoded")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
