"""A person at a real browser: she reads labels and presses buttons."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.browser import PATIENCE_MS
from tests.oath import oathtool_totp
from tests.people import PHONE

# Chromium notes every page with a status from 400 on; that a form is refused is no mistake.
REFUSED_FORM = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
MOST_TABS = 40
TELEPHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
# How a story is lived through: the options of a visitor.
WAYS: dict[str, dict[str, Any]] = {
    "scripts": {},
    "no-scripts": {"scripts": False},
    "telephone": TELEPHONE,
}
A_FINGERS_PACE_MS = 90


class Place(Protocol):
    """Where a visitor goes, and what reaches her meanwhile."""

    base: str

    def now(self) -> datetime:
        """The time there."""

    def mailed_code(self) -> str:
        """The code of the next letter."""

    def texted_code(self) -> str:
        """The code of the next text message."""


class Somebody(Protocol):
    """Whoever has an address and a password."""

    @property
    def email(self) -> str:
        """The address."""

    @property
    def password(self) -> str:
        """The password."""


@dataclass
class Visitor:
    """One browser with one open page, and everything that the browser complained about."""

    page: Page
    place: Place
    complaints: list[str] = field(default_factory=list)
    app_key: str = field(default="", repr=False)

    def listen(self) -> None:
        """Hear the console, errors of scripts, and answers of a broken server."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", self._look_at)

    @property
    def path(self) -> str:
        """The path of the open page."""
        return self.page.url.removeprefix(self.place.base).partition("?")[0]

    @property
    def heading(self) -> str:
        """What the page is about."""
        return self.page.locator("h1").inner_text()

    @property
    def alert(self) -> str:
        """What the page warns about; empty if nothing."""
        return " ".join(self.page.get_by_role("alert").all_inner_texts())

    def is_inside(self) -> bool:
        """Whether the protected page opens."""
        self.go("/inside")
        return "Inside: " in self.page.content()

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.place.base + path)

    def press(self, name: str) -> None:
        """Press a button, and see the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def double_click(self, name: str) -> None:
        """Press a button twice, as some hands do; what follows is for the story to wait for."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.dblclick(delay=A_FINGERS_PACE_MS)

    def choose(self, method: str) -> None:
        """Choose a method that the page offers: a button or a link."""
        offered = self.page.locator(f':is(button, a)[data-method="{method}"]')
        with self.page.expect_navigation():
            offered.click()

    def type_code(self, code: str, button: str = "Continue") -> None:
        """Enter a code."""
        self.page.get_by_label("Code", exact=True).fill(code)
        self.press(button)

    def give_password(self, person: Somebody, password: str | None = None) -> None:
        """The first door, on the page that is open."""
        self.page.get_by_label("Mail address").fill(person.email)
        self.page.get_by_label("Password", exact=True).fill(password or person.password)
        self.press("Sign in")

    def prove_mailbox(self) -> None:
        """Type the code that was mailed before the first set-up."""
        self.type_code(self.place.mailed_code())

    def app_code(self, later: float = 0) -> str:
        """What an authenticator app shows now, or seconds later: `oathtool` works it out."""
        return oathtool_totp(self.app_key, self.place.now() + timedelta(seconds=later))

    def read_key(self) -> None:
        """Type the key from the page into an app by hand."""
        self.page.get_by_text("Type the key in by hand").click()
        shown = self.page.locator("details code").inner_text()
        self.app_key = "".join(shown.split())

    def set_up(self, method: str) -> None:
        """Set a method up, on the page that offers them; recovery codes are put off then."""
        self.choose(method)
        if method == "authenticator":
            self.read_key()
            self.type_code(self.app_code(), "Turn on")
        elif method == "sms":
            self.page.get_by_label("Phone number").fill(PHONE)
            self.press("Send code")
            self.type_code(self.place.texted_code(), "Turn on")
        elif self.page.get_by_role("button", name="Turn on").count():
            # Only a first method by the mailbox that was proved just now needs no code.
            self.type_code(self.place.mailed_code(), "Turn on")

        self.put_off()

    def put_off(self) -> None:
        """Go on from the page of recovery codes, if that is the one that is open."""
        later = self.page.get_by_role("link", name="Later")
        if later.count():
            with self.page.expect_navigation():
                later.click()

    def enrol(self, person: Somebody, method: str) -> None:
        """From nothing to signed in with a first second factor."""
        self.go("/inside")
        self.give_password(person)
        self.prove_mailbox()
        self.set_up(method)

    def code_for(self, method: str, later: float = 0) -> str:
        """The code that arrived, or that the app shows, then or seconds later."""
        if method == "authenticator":
            return self.app_code(later)
        return self.place.mailed_code() if method == "email" else self.place.texted_code()

    def offered(self) -> list[str]:
        """The methods that the page offers, in its order."""
        offers = self.page.locator(":is(button, a)[data-method]").all()
        return [offer.get_attribute("data-method") or "" for offer in offers]

    def log_out(self) -> None:
        """Out again, by the page that asks."""
        self.go("/logout")
        self.press("Sign out")

    @contextmanager
    def another_tab(self) -> Iterator["Visitor"]:
        """A second tab of the same browser, closed at the end."""
        tab = Visitor(self.page.context.new_page(), self.place, self.complaints, self.app_key)
        tab.listen()
        yield tab
        tab.page.close()

    def tab_to(self, selector: str) -> None:
        """Move the focus with the Tab key until it is where the selector says."""
        wanted = self.page.locator(f"{selector}:focus")
        for _ in range(MOST_TABS):
            if wanted.count():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {selector}")

    def type_keys(self, keys: str, then: str = "Enter") -> None:
        """Type where the focus is, and press a key."""
        # A field that has the focus from the start gets it when the page is drawn first.
        self.page.locator(":focus").wait_for()
        self.page.keyboard.type(keys)
        if then == "Enter":
            with self.page.expect_navigation():
                self.page.keyboard.press(then)
        else:
            self.page.keyboard.press(then)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not REFUSED_FORM.match(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def _look_at(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status}: {response.url}")


@contextmanager
def visiting(
    chromium: Browser, place: Place, *, scripts: bool = True, **options: Any
) -> Iterator[Visitor]:
    """A visitor who has never been here; at the end her browser has complained about nothing."""
    with chromium.new_context(java_script_enabled=scripts, **options) as context:
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(context.new_page(), place)
        visitor.listen()
        yield visitor
        assert not visitor.complaints, visitor.complaints
