"""What a request makes the service do, so that two of them can be compared."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from flask_airlock.domain.passwords import Passwords, Verified
from flask_airlock.testing import CHEAP
from tests.applications import Application
from tests.journeys.life import without_token
from tests.people import Browser

ASKED = "x" * 9
CHANGING = {"Content-Length", "Date"}
COMMIT, ROLLBACK = "COMMIT", "ROLLBACK"
# How a savepoint ends is the one difference: what a taken address undoes, a new one keeps.
SAVEPOINT_ENDS = re.compile(r"(RELEASE|ROLLBACK TO) SAVEPOINT.*")


class CountedPasswords(Passwords):
    """Counts what is hashed and checked."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.done: list[str] = []

    def verify(self, stored: str | None, candidate: str) -> Verified:
        """Count, then check."""
        self.done.append("verify")
        return super().verify(stored, candidate)

    def hash(self, password: str) -> str:
        """Count, then hash."""
        self.done.append("hash")
        return super().hash(password)


@dataclass
class Work:
    """What one request made the service do; among the statements stand the ends of transactions."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    page: str = ""
    statements: list[str] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    letters: int = 0

    @property
    def answer(self) -> tuple[int, list[tuple[str, str]], str]:
        """What the visitor sees."""
        return self.status, self.headers, self.page

    @property
    def changes(self) -> list[str]:
        """The statements that change something."""
        return [it for it in self.statements if not it.startswith(("SELECT", COMMIT, ROLLBACK))]


def counted_passwords(application: Application) -> CountedPasswords:
    """Let an application count its hashes, from before its first request on."""
    passwords = CountedPasswords()
    application.app.extensions["security"].passwords = passwords
    return passwords


@contextmanager
def watched(application: Application, passwords: CountedPasswords) -> Iterator[Work]:
    """Note what is done inside the block."""
    work = Work()
    with application.app.app_context():
        engine = application.datastore.engine()

    def statement(*arguments: Any) -> None:
        work.statements.append(SAVEPOINT_ENDS.sub("end of savepoint", arguments[2]))

    def commit(_: Any) -> None:
        work.statements.append(COMMIT)

    def rollback(_: Any) -> None:
        work.statements.append(ROLLBACK)

    listeners = {"before_cursor_execute": statement, "commit": commit, "rollback": rollback}
    for name, listener in listeners.items():
        sa.event.listen(engine, name, listener)
    passwords.done.clear()
    sent = len(application.outbox.messages())
    try:
        yield work
    finally:
        for name, listener in listeners.items():
            sa.event.remove(engine, name, listener)
        work.hashes = list(passwords.done)
        work.letters = len(application.outbox.messages()) - sent


def ask(
    application: Application, passwords: CountedPasswords, browser: Browser, path: str,
    form: Mapping[str, str] | None, hidden: str = "",
) -> Work:  # fmt: skip
    """Send a form with the token of the open page, or get a page; `hidden` is what differs."""
    with watched(application, passwords) as work:
        if form is None:
            response = browser.client.get(path)
        else:
            data = {"csrf_token": browser.token(), **form}
            response = browser.client.post(path, data=data)
    work.status = response.status_code
    work.headers = [pair for pair in response.headers if pair[0] not in CHANGING]
    page = without_token(response.get_data(as_text=True))
    work.page = page.replace(hidden, ASKED) if hidden else page
    return work


def all_alike(works: Mapping[str, Work], like: str) -> None:
    """All did the same as one of them, and answered the same; letters may tell, to their reader."""
    first = works[like]
    assert first.statements
    for kind, work in works.items():
        assert work.answer == first.answer, kind
        assert work.statements == first.statements, kind
        assert work.hashes == first.hashes, kind
