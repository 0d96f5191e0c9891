"""Where an attacker can stand when he sends his request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask_airlock.domain.link_tokens import LinkPurpose
from tests.applications import WHOLE_LIFE, Application
from tests.hostile.values import RIGHT_PASSWORD
from tests.journeys.attackers import Attacker
from tests.people import Browser, Person

_numbers = count(1)


@dataclass
class Standing:
    """Somebody with cookies and a form token that are good at this moment."""

    application: Application
    person: Person
    cookies: str
    token: str
    is_signed_in: bool
    is_half_open: bool

    def opens_the_protected_page(self) -> bool:
        """Whether these cookies are those of somebody who is signed in."""
        client = self.application.app.test_client(use_cookies=False)
        return client.get("/inside", headers={"Cookie": self.cookies}).status_code == 200

    def signed_in_sessions(self) -> int:
        """How many live sessions the person has."""
        with self.application.app.app_context():
            user = self.application.datastore.find_user(email=self.person.email)
            user_id = user.id if user else None
            self.application.db.session.remove()
        mine = {row["id"] for row in self.application.rows("accounts") if row["user_id"] == user_id}
        return sum(
            row["stage"] == "signed_in" and row["ended_at"] is None and row["account_id"] in mine
            for row in self.application.rows("sessions")
        )


@dataclass(frozen=True)
class State:
    """How to get there, in an application with these settings."""

    name: str
    reach: Callable[[Application], tuple[Person, Browser]]
    is_signed_in: bool = False
    is_half_open: bool = False
    settings: dict[str, Any] = field(default_factory=lambda: dict(WHOLE_LIFE))

    def enter(self, application: Application) -> Standing:
        """Somebody new who stands there."""
        person, browser = self.reach(application)
        assert browser.is_signed_in is self.is_signed_in
        token = browser.get("/login/rescue").token() or browser.get("/logout").token()
        assert token
        cookies = browser.client.get("/inside").request.headers.get("Cookie", "")
        return Standing(application, person, cookies, token, self.is_signed_in, self.is_half_open)


def _newcomer(application: Application) -> tuple[Person, Browser]:
    address = f"ada{next(_numbers)}@example.com"
    person = application.person(address, password=RIGHT_PASSWORD)
    return person, application.browser()


def _stranger(application: Application) -> tuple[Person, Browser]:
    person, browser = _newcomer(application)
    return person, browser.get("/login")


def _half_open(application: Application) -> tuple[Person, Browser]:
    person, browser = _newcomer(application)
    return person, browser.give_password(person)


def _half_open_with_factor(application: Application) -> tuple[Person, Browser]:
    person, browser = _newcomer(application)
    browser.enrol(person, "authenticator").set_up(person, "sms").log_out()
    # By now the address that was proved for the set-up would have to be proved again.
    application.clock.advance(hours=2)
    browser.give_password(person)
    return person, browser.post("/login/send-code", method="sms", purpose="login")


def _holding_links(application: Application) -> tuple[Person, Browser]:
    """One of each purpose, all of them good, in the browser that followed them."""
    person, browser = _newcomer(application)
    application.browser().enrol(person, "authenticator").log_out()
    mailbox = Attacker(application, person, knows_password=False, reads_mail=True)
    mailbox.steal_links()
    for purpose, token in mailbox.links.items():
        browser.get(f"/link/{purpose.value}/{token}")
    return person, browser.get(f"/login/set-up-link/{mailbox.links[LinkPurpose.FACTOR_SETUP]}")


def _signed_in(application: Application) -> tuple[Person, Browser]:
    person, browser = _newcomer(application)
    return person, browser.enrol(person, "authenticator")


def _setting_up(application: Application) -> tuple[Person, Browser]:
    person, browser = _newcomer(application)
    browser.give_password(person).get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    browser.get("/login/set-up")
    return person, browser.post("/login/set-up/sms", action="begin", phone=person.phone)


STATES = [
    State("stranger", _stranger),
    State("half-open without factor", _half_open, is_half_open=True),
    State("half-open with factor", _half_open_with_factor, is_half_open=True),
    State("holding links", _holding_links),
    State("signed in", _signed_in, is_signed_in=True),
    # A mailbox that was proved would make mail a factor at the first press of a button.
    State(
        "setting up",
        _setting_up,
        is_half_open=True,
        settings={**WHOLE_LIFE, "SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False},
    ),
]
