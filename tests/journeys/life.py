"""What the stories of an account's life share: people who register, letters and their links."""

import re
from urllib.parse import urlsplit

from tests.applications import Application
from tests.people import TOKEN, Browser, Person

LINK = re.compile(r"http://\S+/link/\S+")
# Notices have it, whatever they tell.
STOP = "/link/not_me/"
PASSWORD = "seven green umbrellas by the sea"
ANOTHER = "eleven quiet lighthouses at noon"


def without_token(page: str) -> str:
    """A page without what differs from one request to the next."""
    return TOKEN.sub("", page)


def newest_text(application: Application, address: str) -> str:
    """The text of the last letter to an address."""
    kept = application.outbox.messages(to=address)
    assert kept, f"no letter came to {address}"
    return kept[-1].message.text


def link_in(application: Application, address: str) -> str:
    """The path of the link in the last letter to an address that has one of its own."""
    texts = [it.message.text for it in application.outbox.messages(to=address)]
    found: list[str] = [it for text in texts for it in LINK.findall(text) if STOP not in it]
    assert found, f"no letter with a link came to {address}"
    return urlsplit(found[-1]).path


def letters_to(application: Application, address: str) -> int:
    """How many letters came to an address."""
    return len(application.outbox.messages(to=address))


def fill_in(
    application: Application, address: str = "ada@example.com", password: str = PASSWORD,
    browser: Browser | None = None, **fields: str,
) -> Browser:  # fmt: skip
    """Somebody registers."""
    browser = (browser or application.browser()).get("/register")
    return browser.post("/register", email=address, password=password, **fields)


def follow(application: Application, address: str, browser: Browser | None = None) -> Browser:
    """Open the link of the last letter; nothing happens yet."""
    return (browser or application.browser()).get(link_in(application, address))


def newcomer(application: Application, address: str = "ada@example.com") -> tuple[Person, Browser]:
    """Somebody who registered and confirmed the address, in one browser."""
    browser = fill_in(application, address)
    follow(application, address, browser).post("/confirm-email")
    assert browser.path == "/login", browser.page
    return Person(application, address, PASSWORD), browser


def ask_for_reset(application: Application, name: str = "ada@example.com") -> Browser:
    """Somebody who forgot the password asks for a link."""
    return application.browser().get("/forgot-password").post("/forgot-password", email=name)


def reset(
    application: Application,
    person: Person,
    password: str = ANOTHER,
    browser: Browser | None = None,
) -> Browser:
    """The whole way: ask, follow, choose."""
    ask_for_reset(application, person.email)
    browser = follow(application, person.email, browser)
    browser.post("/reset-password", password=password)
    person.password = password
    return browser


def change_password(browser: Browser, current: str, new: str) -> Browser:
    """Somebody who is signed in changes the password."""
    return browser.get("/change-password").post("/change-password", current=current, password=new)


def change_email(browser: Browser, person: Person, new: str) -> Browser:
    """Somebody who is signed in asks for another address."""
    return browser.get("/change-email").post("/change-email", current=person.password, email=new)
