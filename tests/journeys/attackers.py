"""Attackers with one thing of a person's in their hands, and everything they can do with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import urlsplit

from werkzeug.routing import Rule

from flask_airlock.domain.accounts import Visitor
from flask_airlock.domain.link_tokens import LinkPurpose
from flask_airlock.flows import mailed_links
from tests.applications import Application
from tests.journeys.life import LINK
from tests.people import Browser, Person

CHOSEN = "what the attacker likes best of all"
GUESS = {"email": "73519024", "authenticator": "918273", "sms": "918273"}
MAILED = re.compile(r"\b\d{8}\b")
ACTIONS = ("prove", "begin", "confirm", "resend", "restart")
OWN_ADDRESS = "mallory@example.org"
METHODS = tuple(GUESS)
TOKEN = re.compile(r"/(?:link/[a-z_]+|login/set-up-link)/(\S+)")
TEMPLATES = {
    LinkPurpose.FACTOR_SETUP: "setup_link",
    LinkPurpose.CONFIRMATION: "confirm_address",
    LinkPurpose.INVITATION: "invitation",
    LinkPurpose.RESET: "reset_password",
    LinkPurpose.NEW_EMAIL: "confirm_new_address",
    LinkPurpose.UNDO_EMAIL: "email_changed",
}


@dataclass
class Attacker:
    """Knows the password of a victim, or reads the victim's mail, or both; has no factor."""

    application: Application
    victim: Person
    knows_password: bool
    reads_mail: bool
    links: dict[LinkPurpose, str] = field(default_factory=dict)

    @property
    def passwords(self) -> list[str]:
        """Those that may be right: the victim's, and the one that a link may have set."""
        known = [self.victim.password] if self.knows_password else []
        return [*known, CHOSEN]

    def code(self, method: str) -> str:
        """The newest one that came by mail, or a guess."""
        letters = self.application.outbox.messages() if self.reads_mail else []
        mine = (self.victim.email, OWN_ADDRESS)
        texts = [kept.message.text for kept in reversed(letters) if kept.message.to in mine]
        found = next((code for text in texts for code in MAILED.findall(text)), None)
        return found if found and method == "email" else GUESS[method]

    def steal_links(self) -> None:
        """Links of every purpose, as the victim's mailbox may hold them by some chance."""
        services = self.application.app.extensions["security"].services
        for purpose, template in TEMPLATES.items():
            moves = purpose in (LinkPurpose.NEW_EMAIL, LinkPurpose.UNDO_EMAIL)
            carries = OWN_ADDRESS if moves else ""
            with self.application.app.test_request_context(), services.begin() as work:
                person = work.unit.users.by_email(self.victim.email)
                account = work.unit.accounts.ensure(person.user_id, services.clock())
                mailed_links.post(
                    services, work, account, purpose, Visitor(),
                    to=person.email, template=template, carries=carries,
                )  # fmt: skip
            found = TOKEN.search(self.victim.newest_letter())
            assert found, template
            self.links[purpose] = found[1]

    def browsers(self) -> Iterator[Browser]:
        """One between the doors, and a stranger's; both have followed every link there is."""
        for password in [*self.passwords[: self.knows_password], ""]:
            browser = self.application.browser().get("/login")
            for purpose, token in self.links.items():
                browser.client.get(f"/link/{purpose.value}/{token}")
            if self.links:
                browser.client.get(f"/login/set-up-link/{self.links[LinkPurpose.FACTOR_SETUP]}")
            yield self.give_password(browser, password) if password else browser

    def give_password(self, browser: Browser, password: str, name: str = "") -> Browser:
        """The first door."""
        browser.get("/login")
        return browser.post("/login", email=name or self.victim.email, password=password)

    def paths(self, rule: Rule) -> Iterator[str]:
        """A route's addresses, its variable parts filled in every way that leads anywhere."""
        texts: dict[str, list[str]] = {
            "method": list(METHODS),
            "number": ["1"],
            "purpose": [purpose.value for purpose in LinkPurpose],
            "token": list(self.links.values()) or ["x" * 43],
            "filename": ["airlock.css"],
        }
        names = sorted(rule.arguments)
        for values in product(*(texts[name] for name in names)):
            path = rule.rule.replace("<path:", "<").replace("<int:", "<")
            for name, value in zip(names, values, strict=True):
                path = path.replace(f"<{name}>", value)
            yield path

    def forms(self, path: str) -> Iterator[dict[str, str]]:
        """Every field of ours at once, with the best that can be put there."""
        known = self.passwords[0]
        for method in METHODS:
            for action in ACTIONS if "/set-up" in path else ACTIONS[:2]:
                yield {
                    "email": self.victim.email,
                    "password": CHOSEN,
                    "current": known,
                    "username": "mallory",
                    "phone": "+12015550199",
                    "code": self.code(method),
                    "method": method,
                    "purpose": "first_setup" if action == ACTIONS[0] else "login",
                    "action": action,
                    "seed": "s" * 43,
                }

    def walk_on(self, browser: Browser) -> Browser:
        """From wherever the browser stands: in by the doors, with all that was gained so far."""
        for name in (self.victim.email, OWN_ADDRESS):
            for password in self.passwords:
                if self.give_password(browser, password, name).path == "/login":
                    continue
                for method in METHODS:
                    self._answer(browser, method)
                self._set_up_another(browser)
        return browser

    def reset_by_mail(self, browser: Browser) -> Browser:
        """What a mailbox is good for: a new password, wherever the letters go by now."""
        for name in (self.victim.email, OWN_ADDRESS):
            browser.get("/forgot-password").post("/forgot-password", email=name)
            letters = self.application.outbox.messages(to=name)
            link = LINK.search(letters[-1].message.text) if letters else None
            if link:
                browser.get(urlsplit(link[0]).path).post("/reset-password", password=CHOSEN)
        return browser

    def _answer(self, browser: Browser, method: str) -> None:
        if f'name="method" value="{method}"' in browser.get("/login/second-step").page:
            browser.post("/login/send-code", method=method, purpose="login")
            browser.get(f"/login/second-step?method={method}")
            browser.answer(method, self.code(method))

    def _set_up_another(self, browser: Browser) -> None:
        if browser.get("/login/set-up").path != "/login/set-up":
            return
        browser.post("/login/send-code", method="email", purpose="first_setup")
        browser.get("/login/set-up").post("/login/set-up", action="prove", code=self.code("email"))
        browser.get("/login/set-up").post("/login/set-up/email", action="begin")
        browser.post("/login/set-up/email", action="confirm", code=self.code("email"))
        browser.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
        if "secret=" in browser.page:
            own = Person(self.application, OWN_ADDRESS, "", browser.shown_key())
            browser.post("/login/set-up/authenticator", action="confirm", code=own.app_code())
