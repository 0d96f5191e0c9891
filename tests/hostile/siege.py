"""Sends hostile requests to one application, and keeps what went wrong."""

import logging
import traceback
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from http.cookies import CookieError, SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, request, request_finished
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.applications import Application
from tests.hostile.answers import Answer, wrong_with
from tests.hostile.attacks import Attack
from tests.hostile.cookies import TAMPERED, Foreign, of_somebody, of_the_victim
from tests.hostile.states import State, settled, shown_to
from tests.journeys.support import SESSION
from tests.people import Browser, Person

GONE = "Thu, 01 Jan 1970"
_numbers = count(1)


class Siege:
    """One application, somebody who lives there, and attackers who all stand in one place."""

    def __init__(self, application: Application, state: State) -> None:
        self.application = application
        self.problems: list[str] = []
        self.sent = 0
        self.state = state
        vera = application.person(f"vera{next(_numbers)}@example.com")
        home = settled(application.browser(), vera)
        self._hers = of_the_victim(home)
        home.log_out()
        self._foreign: Foreign = {}
        self._owners: list[tuple[Person, Browser]] = []
        self._watched: dict[str, int] = {}
        self._jars: set[str] = set()
        self._known_sessions: set[int] = set()
        self._watch_over(vera, home)
        self.enter()

    def enter(self) -> None:
        """The next attacker takes the place; people before him are still watched over."""
        self.standing = self.state.enter(self.application)
        own = self.standing.cookies
        # As they are, and under one another's names.
        self._jars |= {own, TAMPERED["own", "swapped"](own, {})}
        if not self.state.is_own:
            self._watch_over(self.standing.person, self.standing.owner)

    def fire(self, attack: Attack) -> Answer | None:
        """Send one; from there on the next attacker, if it took the place away."""
        environ = self._environ(attack)
        self.sent += 1
        try:
            answer = ask(self.application.app, environ)
        except Exception:  # noqa: BLE001 (whatever the application let out is what we look for)
            self._note(attack, [_short(traceback.format_exc())])
            return None
        self._note(attack, wrong_with(answer, str(environ.get("HTTP_HOST", ""))))
        handed_out = answer.headers.getlist("Set-Cookie")
        if token := _session_token(handed_out):
            self._jars.add(f"{SESSION}={token}")
        if attack.tamper:
            self._jars.add(str(environ["HTTP_COOKIE"]))
        if answer.endpoint == "inside":
            self._look_who_is_inside(answer.body.decode())
        used_own = self.standing.cookies in str(environ["HTTP_COOKIE"])
        if used_own and self._took_the_place(answer, handed_out, token):
            self.enter()
        return answer

    def end(self) -> list[str]:
        """What went wrong until now: nobody may be inside as another, and those who live there
        still get in."""
        for jar in self._jars:
            self._look_who_is_inside(shown_to(self.application, jar))
        self._jars = {self.standing.cookies}
        if self._sessions(self._watched.values()) - self._known_sessions:
            self.problems.append("a session of a victim's was made")
        self.application.clock.advance(minutes=1)
        for person, browser in self._owners:
            if not browser.log_in(person, "authenticator").is_signed_in:
                self.problems.append(f"{person.email} does not get in any more: {browser.path}")
        self._known_sessions |= self._sessions(self._watched.values())
        return self.problems

    def _look_who_is_inside(self, shown: str) -> None:
        self.problems += [f"inside as {it}" for it in shown.split() if it in self._watched]

    def _took_the_place(self, answer: Answer, handed_out: list[str], token: str) -> bool:
        if any(GONE in line for line in handed_out):
            return True
        # A change of the password gives the session another token.
        if self.state.is_signed_in:
            return bool(token)
        return self.state.is_half_open and "login_lapsed" in answer.place

    def _watch_over(self, person: Person, owner: Browser | None) -> None:
        with self.application.app.app_context():
            user_id = self.application.datastore.get_user(person.email).id
            self.application.db.session.remove()
        self._watched[person.email] = user_id
        # What it took to get here.
        self._known_sessions |= self._sessions([user_id])
        if owner is not None:
            self._owners.append((person, owner))

    def _sessions(self, users: Collection[int]) -> set[int]:
        """The sessions of these people that ever passed the second door."""
        rows = self.application.rows
        accounts = {row["id"] for row in rows("accounts") if row["user_id"] in users}
        return {
            row["id"]
            for row in rows("sessions")
            if row["stage"] == "signed_in" and row["account_id"] in accounts
        }

    def _environ(self, attack: Attack) -> dict[str, Any]:
        kind, body = attack.body(self.standing) if attack.body else ("", b"")
        cookies = self.standing.cookies
        if attack.tamper:
            cookies = attack.tamper(cookies, self._foreign or self._strangers_cookies())
        return environ_of(attack, cookies, kind, body)

    def _strangers_cookies(self) -> Foreign:
        name = f"bob{next(_numbers)}@example.com"
        self._foreign = {**self._hers, **of_somebody(self.application, name)}
        return self._foreign

    def _note(self, attack: Attack, found: Iterable[str]) -> None:
        where = f"{attack.method} {attack.path[:60]} ({self.state.name}; {attack.label})"
        self.problems += [f"{where}: {each}" for each in found]


def report(problems: list[str]) -> str:
    """One line for each thing that went wrong, the same ones together."""
    causes: dict[str, list[str]] = {}
    for problem in problems:
        causes.setdefault(problem.rpartition("): ")[2], []).append(problem)
    most_first = sorted(causes.values(), key=len, reverse=True)
    lines = [f"{len(same)} x {same[0]}" for same in most_first]
    return f"{len(problems)} problems:\n" + "\n".join(lines)


def environ_of(
    attack: Attack, cookies: str = "", kind: str = "", body: bytes = b""
) -> dict[str, Any]:
    """The request as a server hands it to the application."""
    path, _, query = attack.path.partition("?")
    environ = EnvironBuilder(path="/", method=attack.method, data=body).get_environ()
    environ["CONTENT_TYPE"] = kind
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["QUERY_STRING"] = query
    environ["HTTP_COOKIE"] = cookies
    environ["REMOTE_ADDR"] = "127.0.0.1"
    return environ | dict(attack.environ)


def ask(app: Flask, environ: dict[str, Any]) -> Answer:
    """What the application answers, and what it logged as an error meanwhile."""
    made: list[tuple[str | None, str | None]] = []

    def note(_: Flask, response: Response) -> None:
        made.append((request.blueprint, request.endpoint))

    with request_finished.connected_to(note, app), _errors_logged() as errors:
        parts, status, headers = run_wsgi_app(app, environ, buffered=True)
    blueprint, endpoint = made[-1] if made else (None, None)
    return Answer(int(status[:3]), Headers(headers), b"".join(parts), blueprint, endpoint, errors)


@contextmanager
def _errors_logged() -> Iterator[list[str]]:
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(f"logged: {record.getMessage()[:120]}")  # type: ignore[method-assign]
    logging.root.addHandler(handler)
    try:
        yield found
    finally:
        logging.root.removeHandler(handler)


def _session_token(lines: list[str]) -> str:
    jar: SimpleCookie = SimpleCookie()
    for line in lines:
        try:
            jar.load(line)
        except CookieError:
            continue
    return jar[SESSION].value if SESSION in jar else ""


def _short(trace: str) -> str:
    """Where it broke in our code, and with what."""
    lines = trace.strip().splitlines()
    ours = [
        line.strip() for line in lines if "flask_airlock" in line and line.strip()[:4] == "File"
    ]
    where = ours[-1].rpartition("flask_airlock/")[2] if ours else ""
    return f"{lines[-1][:160]} [{where}]"
