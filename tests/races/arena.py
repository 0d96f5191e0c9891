"""Where a race is run: an application on one database, people, and a crew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import sqlalchemy as sa

from flask_airlock.errors import WrongCredentials
from tests.applications import Application
from tests.people import Browser, Person
from tests.races.actions import SESSION_COOKIE, Answer, Shot, send
from tests.races.crew import Act, Crew, Result, Site

CROWD = 32
_numbers = count(1)


@dataclass
class Arena:
    """One database, and all who run there."""

    application: Application
    site: Site
    crew: Crew
    across_processes: bool = True

    def people(self, rounds: int) -> Iterator[Person]:
        """Somebody new for each round."""
        for _ in range(rounds):
            number = next(_numbers)
            person = self.application.person(f"ada{number}@example.com")
            person.phone = f"+1201555{number % 10000:04}"
            yield person

    def addresses(self, rounds: int) -> Iterator[str]:
        """An address that nobody has, for each round."""
        for _ in range(rounds):
            yield f"grace{next(_numbers)}@example.com"

    def race(self, act: Act[Result], arguments: Sequence[Any]) -> list[Result]:
        """Do it with each argument, all at once."""
        return self.crew.race(self.application, self.site, act, arguments)

    def send(self, shots: Sequence[Shot]) -> list[Answer]:
        """Send requests all at once; none may crash."""
        return unbroken(self.race(send, shots))

    def enrolled(self, person: Person, *methods: str) -> Browser:
        """A browser that has set these methods up for the person, and signed out again."""
        browser = self.application.browser().give_password(person)
        for method in methods:
            browser.set_up(person, method)
        assert browser.is_signed_in
        browser.log_out()
        self.application.clock.advance(minutes=1)
        return browser

    def half_open(self, person: Person, method: str, browser: Browser | None = None) -> Browser:
        """A browser between the doors, with a code on its way where codes travel."""
        browser = (browser or self.application.browser()).give_password(person)
        assert browser.path == "/login/second-step", browser.page
        if method != "authenticator" and f'data-method="{method}"' not in _first(browser):
            browser.post("/login/send-code", method=method, purpose="login")
        return browser

    def account_id(self, person: Person) -> int:
        """The person's row with us; there is exactly one."""
        with self.application.app.app_context():
            user_id = self.application.datastore.get_user(person.email).id
            self.application.db.session.remove()
        (account,) = [row for row in self.application.rows("accounts") if row["user_id"] == user_id]
        return int(account["id"])

    def user(self, email: str) -> dict[str, Any] | None:
        """The application's own row of whoever has this address; there is never a second."""
        users = self.application.datastore.user_model.__table__
        with self.application.app.app_context():
            engine = self.application.datastore.engine()
        with engine.connect() as connection:
            found = connection.execute(sa.select(users).where(users.c.email == email)).mappings()
            rows = [dict(row) for row in found]
        assert len(rows) <= 1
        return rows[0] if rows else None

    def knows(self, email: str, password: str) -> bool:
        """Whether this is the password that is kept for the address."""
        user, passwords = self.user(email), self.application.app.extensions["security"].passwords
        try:
            return bool(passwords.verify(user["password"] if user else None, password))
        except WrongCredentials:
            return False

    def live_links(self, person: Person) -> list[str]:
        """The purposes of the person's links that could be used now, but for those of notices."""
        found = [row["purpose"] for row in self.rows(person, "link_tokens", used_at=None)]
        return [purpose for purpose in found if purpose != "not_me"]

    def rows(self, person: Person, subject: str, **cells: Any) -> list[dict[str, Any]]:
        """The person's rows of one of our tables that hold these cells."""
        mine = {"account_id": self.account_id(person), **cells}
        return [row for row in self.application.rows(subject) if mine.items() <= row.items()]

    def open_sessions(self, person: Person) -> list[dict[str, Any]]:
        """The person's signed-in sessions."""
        return self.rows(person, "sessions", stage="signed_in", ended_at=None)

    def events(self, person: Person, name: str) -> int:
        """How often something happened to the person."""
        return len(self.rows(person, "events", name=name))

    def lets_in(self, token: str) -> bool:
        """Whether a session's token opens the protected page."""
        client = self.application.app.test_client(use_cookies=False)
        cookie = f"{SESSION_COOKIE}={token}"
        return client.get("/inside", headers={"Cookie": cookie}).status_code == 200


def unbroken(answers: list[Answer]) -> list[Answer]:
    """The answers, none of which may be a crash."""
    crashes = [answer for answer in answers if answer.status >= 500]
    told = {one.trace.strip() or one.page.rpartition("<main")[2] for one in crashes}
    assert not crashes, f"{len(crashes)} crashed:\n" + "\n".join(told)
    return answers


def code_of(person: Person, method: str) -> str:
    """The code that is right now."""
    if method == "authenticator":
        return person.app_code()
    return person.mailed_code() if method == "email" else person.texted_code()


def wrong_codes(person: Person, method: str, count: int) -> list[str]:
    """Codes of the right shape, each of them wrong, and no two the same."""
    if method == "authenticator":
        right = {person.app_code(later) for later in (-60, -30, 0, 30, 60)}
        digits = 6
    else:
        right = {code_of(person, method)}
        digits = len(next(iter(right)))
    tried = (str(number * 7919 % 10**digits).zfill(digits) for number in range(1, count + 9))
    return [code for code in tried if code not in right][:count]


def tokens(answers: Sequence[Answer]) -> list[str]:
    """The tokens of signed-in sessions that were handed out."""
    return [answer.token for answer in answers if answer.token]


def _first(browser: Browser) -> str:
    """The first form of the page: the shown method's."""
    return browser.page.split("<form", 2)[1]
