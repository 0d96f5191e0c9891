"""Where an attacker can stand when he sends his request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from flask_airlock.domain.link_tokens import LinkPurpose
from tests.applications import WHOLE_LIFE, Application
from tests.hostile.values import RIGHT_PASSWORD
from tests.journeys.attackers import Attacker
from tests.journeys.support import SESSION, cookie, give_cookie, signed_in
from tests.people import Browser, Person

GUESS = "seven wrong umbrellas by the sea"
_numbers = count(1)


class Arrival(NamedTuple):
    """The person, the browser that attacks, and the person's own if another one."""

    person: Person
    browser: Browser
    owner: Browser | None = None


@dataclass
class Standing:
    """Somebody with cookies and a form token that are good at this moment."""

    application: Application
    state: "State"
    person: Person
    owner: Browser | None
    cookies: str
    token: str

    @property
    def password(self) -> str:
        """What the sender takes for the person's password."""
        return RIGHT_PASSWORD if self.state.knows_password else GUESS

    def opens_the_protected_page(self) -> bool:
        """Whether these cookies are those of somebody who is signed in."""
        return bool(shown_to(self.application, self.cookies))


@dataclass(frozen=True)
class State:
    """How to get there, in an application with these settings."""

    name: str
    reach: Callable[[Application], Arrival]
    is_signed_in: bool = False
    # Inside by this very account, so that there is nothing to break into.
    is_own: bool = False
    is_half_open: bool = False
    knows_password: bool = True
    settings: dict[str, Any] = field(default_factory=lambda: dict(WHOLE_LIFE))

    def enter(self, application: Application) -> Standing:
        """Somebody new who stands there."""
        person, browser, owner = self.reach(application)
        assert browser.is_signed_in is self.is_signed_in
        token = browser.get("/login/rescue").token() or browser.get("/logout").token()
        assert token
        cookies = browser.client.get("/inside").request.headers.get("Cookie", "")
        return Standing(application, self, person, owner, cookies, token)


def shown_to(application: Application, cookies: str) -> str:
    """What the protected pages show to who brings these cookies; empty if they do not open."""
    client = application.app.test_client(use_cookies=False)
    brought = {"HTTP_COOKIE": cookies}
    answers = (client.get(path, environ_overrides=brought) for path in ("/inside", "/strong"))
    return " ".join(answer.text for answer in answers if answer.status_code == 200)


def settled(browser: Browser, person: Person) -> Browser:
    """Signed in with an authenticator, whatever the settings ask for first."""
    browser.give_password(person)
    if "one-time-code" in browser.page:
        browser.prove_mailbox(person)
    return browser.set_up(person, "authenticator")


def _newcomer(application: Application) -> tuple[Person, Browser]:
    address = f"ada{next(_numbers)}@example.com"
    person = application.person(address, password=RIGHT_PASSWORD)
    return person, application.browser()


def _enrolled(application: Application) -> Arrival:
    """Somebody with two factors, her own browser, and another one that has not been here."""
    person, owner = _newcomer(application)
    owner.enrol(person, "authenticator").set_up(person, "sms").log_out()
    return Arrival(person, application.browser(), owner)


def _stranger(application: Application) -> Arrival:
    person, browser = _newcomer(application)
    return Arrival(person, browser.get("/login"))


def _half_open(application: Application) -> Arrival:
    person, browser = _newcomer(application)
    return Arrival(person, browser.give_password(person))


def _half_open_with_factor(application: Application) -> Arrival:
    person, browser, owner = _enrolled(application)
    # By now the address that was proved for the set-up would have to be proved again.
    application.clock.advance(hours=2)
    browser.give_password(person)
    browser.post("/login/send-code", method="sms", purpose="login")
    return Arrival(person, browser, owner)


def _holding_links(application: Application) -> Arrival:
    """One of each purpose, all of them good, in the browser that followed them."""
    person, browser, _ = _enrolled(application)
    mailbox = Attacker(application, person, knows_password=False, reads_mail=True)
    mailbox.steal_links()
    for purpose, token in mailbox.links.items():
        browser.get(f"/link/{purpose.value}/{token}")
    browser.get(f"/login/set-up-link/{mailbox.links[LinkPurpose.FACTOR_SETUP]}")
    return Arrival(person, browser)


def _signed_in(application: Application) -> Arrival:
    person, browser = _newcomer(application)
    return Arrival(person, browser.enrol(person, "authenticator"))


def _signed_in_as_another(application: Application) -> Arrival:
    """Inside by an account of his own, and between the doors of the victim's, in one browser."""
    person, browser, owner = _half_open_with_factor(application)
    own = signed_in(application, _newcomer(application)[0])
    give_cookie(browser, SESSION, cookie(own, SESSION))
    return Arrival(person, browser, owner)


def _going(application: Application) -> Arrival:
    """Somebody who asked for the account to be removed, with the cookies of before."""
    person, browser, _ = _signed_in(application)
    before = cookie(browser, SESSION)
    browser.get("/delete-account").post("/delete-account", current=RIGHT_PASSWORD)
    give_cookie(browser, SESSION, before)
    return Arrival(person, browser)


def _setting_up(application: Application) -> Arrival:
    person, browser = _newcomer(application)
    browser.give_password(person).get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    browser.get("/login/set-up")
    return Arrival(person, browser.post("/login/set-up/sms", action="begin", phone=person.phone))


STATES = [
    State("stranger", _stranger, knows_password=False),
    State("half-open without factor", _half_open, is_half_open=True),
    State("half-open with factor", _half_open_with_factor, is_half_open=True),
    State("holding links", _holding_links, knows_password=False),
    State("signed in", _signed_in, is_signed_in=True, is_own=True),
    State("signed in as another", _signed_in_as_another, is_signed_in=True),
    State("going", _going),
    # A mailbox that was proved would make mail a factor at the first press of a button.
    State(
        "setting up",
        _setting_up,
        is_half_open=True,
        settings={**WHOLE_LIFE, "SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False},
    ),
]
