"""The people of the stories: a person with a password, a mailbox, a phone; and a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any

import pyotp

from flask_airlock.domain.letters import Channel

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.applications import Application

TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
LATER = re.compile('href="([^"]+)">Later<')
CODES = "/security/recovery-codes"
PHONE = "+12015550123"


@dataclass
class Person:
    """Knows her password, reads her mail and her phone, and holds an authenticator app."""

    application: Application
    email: str
    password: str
    app_key: str = ""
    phone: str = PHONE

    def newest_letter(self) -> str:
        """The text of the last letter to her."""
        kept = self.application.outbox.messages(to=self.email)
        assert kept, "no letter came"
        return kept[-1].message.text

    def mailed_code(self) -> str:
        """The 8-digit code of the last letter with one: others are notices."""
        texts = [it.message.text for it in self.application.outbox.messages(to=self.email)]
        return _only(r"\b\d{8}\b", _last(texts, r"\b\d{8}\b"))

    def texted_code(self) -> str:
        """The 6-digit code of the last text message with one."""
        kept = self.application.outbox.messages(to=self.phone, channel=Channel.SMS)
        code = r"(?<=#)\d{6}\b"
        return _only(code, _last([it.message.text for it in kept], code))

    def app_code(self, later: float = 0) -> str:
        """What her authenticator app shows, by another program's reckoning."""
        return pyotp.TOTP(self.app_key).at(self.application.clock.now.timestamp() + later)


@dataclass
class Browser:
    """A browser without scripts: follows our forms as they stand in the page."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""
    status: int = 0
    path: str = ""

    def get(self, path: str) -> Browser:
        """Open a page, following redirects."""
        return self._take(self.client.get(path, headers=self.headers, follow_redirects=True))

    def post(self, path: str, **fields: Any) -> Browser:
        """Send a form with the token of the page that is open, following redirects."""
        data = {"csrf_token": self.token(), **fields}
        return self._take(
            self.client.post(path, data=data, headers=self.headers, follow_redirects=True)
        )

    def token(self) -> str:
        """The form token of the page that is open."""
        found = TOKEN.search(self.page)
        return found[1] if found else ""

    @property
    def is_signed_in(self) -> Any:
        """Whether the protected page opens; mypy would take a bool for a constant."""
        return self.client.get("/inside", headers=self.headers).status_code == 200

    def give_password(self, person: Person, password: str | None = None) -> Browser:
        """The first door."""
        self.get("/login")
        return self.post("/login", email=person.email, password=password or person.password)

    def answer(self, method: str, code: str) -> Browser:
        """The second door."""
        return self.post("/login/second-step", method=method, code=code)

    def prove_mailbox(self, person: Person) -> Browser:
        """Type back the code that was mailed before the first set-up."""
        return self.post("/login/set-up", action="prove", code=person.mailed_code())

    def set_up(self, person: Person, method: str, *, later: bool = True) -> Browser:
        """Set up a method, from the page that offers them; recovery codes are put off then."""
        self._set_up(person, method)
        return self.put_off() if later else self

    def put_off(self) -> Browser:
        """From the page that shows recovery codes to where one was going."""
        found = LATER.search(self.page) if self.path == CODES else None
        return self.get(unescape(found[1])) if found else self

    def _set_up(self, person: Person, method: str) -> Browser:
        self.get("/login/set-up")
        self.post(f"/login/set-up/{method}", action="begin")
        if method == "email":
            if "one-time-code" in self.page:
                self.post("/login/set-up/email", action="confirm", code=person.mailed_code())
            return self
        if method == "sms":
            self.post("/login/set-up/sms", action="begin", phone=person.phone)
            return self.post("/login/set-up/sms", action="confirm", code=person.texted_code())
        person.app_key = self.shown_key()
        return self.post("/login/set-up/authenticator", action="confirm", code=person.app_code())

    def shown_key(self) -> str:
        """The authenticator key that the page shows, in its link for phones."""
        return _only(r"(?<=secret=)[A-Z2-7]{32}", self.page)

    def enrol(self, person: Person, method: str) -> Browser:
        """From nothing to signed in with a first second factor."""
        self.give_password(person)
        self.prove_mailbox(person)
        return self.set_up(person, method)

    def log_in(self, person: Person, method: str) -> Browser:
        """Both doors, with a factor that is set up."""
        self.give_password(person)
        if method == "authenticator":
            return self.answer(method, person.app_code())
        if f'data-method="{method}"' not in self.page.split("<form", 2)[1]:
            self.post("/login/send-code", method=method, purpose="login")
        code = person.mailed_code() if method == "email" else person.texted_code()
        return self.answer(method, code)

    def log_out(self) -> Browser:
        """Out again."""
        self.get("/logout")
        return self.post("/logout")

    def _take(self, response: TestResponse) -> Browser:
        self.page = response.get_data(as_text=True)
        self.status = response.status_code
        self.path = response.request.path
        return self


def _last(texts: list[str], pattern: str) -> str:
    found = [text for text in texts if re.search(pattern, text)]
    assert found, f"nothing like {pattern} came"
    return found[-1]


def _only(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"nothing like {pattern} in: {text[:2000]}"
    return found[0]
