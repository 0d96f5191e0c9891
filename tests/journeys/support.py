"""What several stories need: cookies as a thief would copy them, statements counted, pages read."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import sqlalchemy as sa
from jinja2 import ChoiceLoader, DictLoader

from flask_airlock.testing import sign_in
from tests.applications import Application
from tests.people import Browser, Person
from tests.scenes import scene

SESSION = "__Host-airlock"
HALF_OPEN = "__Host-airlock_half_open"


def cookie(browser: Browser, name: str) -> str:
    """The value of a cookie that the browser holds; empty without one."""
    held = browser.client.get_cookie(name)
    return held.value if held else ""


def give_cookie(browser: Browser, name: str, value: str) -> None:
    """Put a copied or forged cookie into a browser."""
    browser.client.set_cookie(name, value)


def copied(application: Application, browser: Browser, name: str) -> Browser:
    """Another browser with a copy of one cookie, and a form token of its own."""
    other = application.browser()
    other.get("/login")
    give_cookie(other, name, cookie(browser, name))
    return other


def enrolled_person(
    application: Application, method: str = "authenticator", email: str = "ada@example.com"
) -> tuple[Person, Browser]:
    """A person with a second factor, and the browser that knows her, signed out again."""

    def play() -> tuple[Person, Browser]:
        person, browser = application.person(email), application.browser()
        browser.enrol(person, method).log_out()
        application.clock.advance(minutes=1)
        return person, browser

    return scene(application, ("enrolled", method, email), play)


def wrong(code: str) -> str:
    """A code of the same length that is not this one."""
    return code[:-1] + str((int(code[-1]) + 5) % 10)


def live_sessions(application: Application, stage: str = "signed_in") -> list[dict[str, Any]]:
    """The session rows that have not ended."""
    rows = application.rows("sessions")
    return [row for row in rows if row["stage"] == stage and row["ended_at"] is None]


def set_user(application: Application, person: Person, **columns: object) -> None:
    """Change a user's columns, as an administrator's page would."""
    with application.app.app_context():
        user = application.datastore.get_user(person.email)
        for name, value in columns.items():
            setattr(user, name, value)
        application.db.session.commit()


def give_role(application: Application, person: Person, *names: str) -> None:
    """Let a person have these roles, and only these."""
    with application.app.app_context():
        store = application.datastore
        user = store.get_user(person.email)
        user.roles = [store.find_or_create_role(name) for name in names]
        application.db.session.commit()


def signed_in(application: Application, person: Person) -> Browser:
    """A browser that is inside."""
    browser = application.browser()
    with application.app.app_context():
        sign_in(browser.client, application.datastore.get_user(person.email))
    return browser


def prove_before_first_setup(browser: Browser, person: Person) -> Browser:
    """The owner proves her mailbox, whether she is between the doors or inside by a password."""
    browser.get("/login/set-up")
    if "one-time-code" not in browser.page:
        browser.post("/login/send-code", method="email", purpose="first_setup")
    return browser.prove_mailbox(person)


def tries_to_enrol(browser: Browser) -> bool:
    """Whether a browser gets as far as an authenticator key of its own."""
    browser.get("/login/set-up")
    browser.post("/login/set-up/email", action="begin")
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    return "secret=" in browser.page


def moved(source: Browser, application: Application) -> Browser:
    """The same browser, its cookies with it, before another start of the application."""
    after = application.browser()
    for held in (source.client._cookies or {}).values():
        after.client.set_cookie(held.key, held.value)
    return after


def known_marks(browser: Browser) -> list[str]:
    """The names of the signs of two proofs that a browser holds."""
    names = (held.key for held in (browser.client._cookies or {}).values())
    return [name for name in names if re.fullmatch("airlock_known_[0-9a-f]{12}", name)]


def opens(browser: Browser, path: str) -> int:
    """The status of a page, without following redirects."""
    return browser.client.get(path).status_code


@contextmanager
def counted_statements(application: Application) -> Iterator[list[str]]:
    """The SQL that the database is sent inside the block."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    with application.app.app_context():
        engine = application.datastore.engine()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def own_templates(application: Application, templates: dict[str, str]) -> None:
    """Let the application have templates of its own, as files in its folder would be."""
    kept = application.app.jinja_loader
    assert kept is not None
    loader = ChoiceLoader([DictLoader(templates), kept])
    application.app.jinja_loader = loader


@dataclass
class Element:
    """A tag with its attributes, and the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    def get(self, name: str) -> str | None:
        """An attribute."""
        return self.attributes.get(name)


@dataclass
class Page(HTMLParser):
    """A page as a program without scripts and styles reads it."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element of that name."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Text belongs to every element around it."""
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of that name with these attributes (`_` stands for `-`)."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag
            and all(element.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only one."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes} in: {self.source[:3000]}"
        return found[0]

    def has(self, tag: str, **attributes: str) -> bool:
        """Whether there is exactly one; it fails with the page if there is not."""
        return self.one(tag, **attributes).tag == tag

    def by_id(self, name: str) -> Element:
        """The element with an id."""
        found = [element for element in self.elements if element.get("id") == name]
        assert len(found) == 1, f"{len(found)} elements with the id {name}"
        return found[0]


def read(browser: Browser) -> Page:
    """The page that is open."""
    return Page(browser.page)


def press(browser: Browser, label: str, **typed: str) -> Browser:
    """Submit the form whose button says `label`, with its hidden fields and what was typed."""
    for piece in browser.page.split("<form")[1:]:
        form = Page("<form" + piece.partition("</form>")[0] + "</form>")
        if label not in form.all("button")[0].text:
            continue
        hidden = {
            field.attributes["name"]: field.attributes["value"]
            for field in form.all("input", type="hidden")
        }
        assert form.one("form").get("method") == "post"
        return browser.post(form.one("form").attributes["action"], **(hidden | typed))
    raise AssertionError(f"no button {label} in: {browser.page[:3000]}")
