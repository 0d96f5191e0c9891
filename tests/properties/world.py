"""Where they play: one application, people who have accounts, and the way back to how it was."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, fields
from datetime import datetime
from ipaddress import IPv4Address
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from flask_airlock.domain.letters import Channel
from flask_airlock.domain.throttle import EPOCH, Side
from flask_airlock.domain.vault import digest
from flask_airlock.settings.guessing import GuessingKeys
from flask_airlock.testing import MovableClock
from tests.applications import Application
from tests.journeys.attackers import MAILED
from tests.journeys.life import LINK
from tests.journeys.support import SESSION, cookie, moved
from tests.people import Browser, Person
from tests.properties.model import Model

OWNER, THIEF = "ada@example.com", "mallory@example.org"
FIRST_METHODS = ("authenticator", "email", "sms")
TEXTED = re.compile(r"(?<=#)\d{6}\b")
# What the tests' applications switch off is as it is by default.
REAL_LIMITS: dict[str, Any] = {
    f"SECURITY_{key.name.upper()}": key.default for key in fields(GuessingKeys)
}
_addresses = count(1)


@dataclass
class Visitor(Browser):
    """A browser that sends what it is told to, from ever new addresses, and follows nothing."""

    # A form's token, and the cookie that it belongs to: both end with every login.
    form: tuple[str, str] = ("", "")
    # Known from when the owner has come in by it.
    side: Side = Side.STRANGERS
    came_at: datetime = EPOCH
    place: str = ""
    retry_after: int = 0
    # What was mailed and sent to the owner because of what this browser did, by method.
    codes: dict[str, str] = field(default_factory=dict)

    def token(self) -> str:
        """The token of a form."""
        return self.form[1]

    def send(self, path: str, **fields: str) -> int:
        """Post a form; the status of the answer."""
        self.client.set_cookie("session", self.form[0])
        data = {"csrf_token": self.token(), **fields}
        return self._note(self.client.post(path, data=data, environ_base=self._from_anywhere()))

    def look(self, path: str) -> int:
        """Open a page; the status of the answer."""
        return self._note(self.client.get(path, environ_base=self._from_anywhere()))

    def is_inside(self, email: str) -> bool:
        """Whether the page of this account opens."""
        return self.look("/inside") == 200 and email in self.page

    def _from_anywhere(self) -> dict[str, str]:
        return {"REMOTE_ADDR": str(IPv4Address("10.0.0.0") + next(_addresses))}

    def _note(self, response: Any) -> int:
        self._take(response)
        self.place = response.headers.get("Location", "")
        self.retry_after = int(response.headers.get("Retry-After", 0))
        assert self.status < 500, self.page
        return self.status


@dataclass(frozen=True)
class Start:
    """How it was at the beginning of a story."""

    database: bytes
    model: Model
    home: Browser
    thief: Person
    thiefs_own: Browser
    phone: str

    def fresh_model(self) -> Model:
        """A model of it that the story may change."""
        return deepcopy(self.model)


class World:
    """One application for all stories; each begins from what the database held at its start."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.clock: MovableClock = application.clock
        self.clock.now = MovableClock().now
        self.begun_at: datetime = self.clock.now
        self.steps = 0
        self._shown = application.browser()
        empty = self.saved()
        self._starts = {method: self._start(method, empty) for method in FIRST_METHODS}

    def begin(self, first: str) -> Start:
        """Go back to a start: the owner's `first` method, and an authenticator."""
        start = self._starts[first]
        self.restore(start.database)
        self.clock.now = self.begun_at
        self.application.outbox.clear()
        self._shown = self.application.browser().get("/login")
        return start

    def visitor(self, cookies_of: Browser | None = None) -> Visitor:
        """A fresh browser, or a copy of that one."""
        copy = moved(cookies_of, self.application) if cookies_of else self.application.browser()
        return Visitor(copy.client, form=(cookie(self._shown, "session"), self._shown.token()))

    def collect(self, model: Model, visitor: Visitor) -> None:
        """The owner reads what came of what a browser did."""
        outbox = self.application.outbox
        for kept in outbox.messages(to=OWNER):
            text = kept.message.text
            model.links += [path for path in map(_path, LINK.findall(text)) if "/reset/" in path]
            if code := MAILED.search(text):
                visitor.codes["email"] = code[0]
        for kept in outbox.messages(channel=Channel.SMS):
            if code := TEXTED.search(kept.message.text):
                visitor.codes["sms"] = code[0]
        outbox.clear()
        model.sent_codes.update(visitor.codes.values())

    def session_id(self, visitor: Browser) -> int:
        """The row of the session that a browser holds, unless it was ended; 0 for none."""
        found = self._signed_in(digest=digest(cookie(visitor, SESSION)), ended_at=None)
        return found[0].id if found else 0

    def sessions(self) -> list[tuple[int, set[str]]]:
        """The owner's sessions that are signed in, and their proofs."""
        mine = self._signed_in(ended_at=None, account_id=self._owner)
        return [(row.id, set(row.proofs.split())) for row in mine]

    def _signed_in(self, **values: Any) -> list[Any]:
        rows = self.application.datastore.tables.sessions
        query = sa.select(rows.c.id, rows.c.proofs).filter_by(stage="signed_in", **values)
        return self._read(query)

    def events(self, after: int) -> list[tuple[int, str]]:
        """What was recorded of the owner since then."""
        rows = self.application.datastore.tables.events
        query = sa.select(rows.c.id, rows.c.name).filter_by(account_id=self._owner)
        new = query.where(rows.c.id > after).order_by(rows.c.id)
        return [(row.id, row.name) for row in self._read(new)]

    def _read(self, query: Any) -> list[Any]:
        with self.application.app.app_context():
            engine = self.application.datastore.engine()
            with engine.connect() as connection:
                return list(connection.execute(query))

    @contextmanager
    def what_would_be(self, model: Model) -> Iterator[Model]:
        """A copy of the model, for things that are tried out in a world that is thrown away."""
        database, now = self.saved(), self.clock.now
        yield deepcopy(model)
        self.restore(database)
        self.clock.now = now

    def saved(self) -> bytes:
        """A copy of the database."""
        with self._connection() as connection:
            return bytes(connection.serialize())

    def restore(self, saved: bytes) -> None:
        """Back to a copy."""
        with self._connection() as connection:
            connection.deserialize(saved)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with self.application.app.app_context():
            pooled = self.application.datastore.engine().raw_connection()
            try:
                yield pooled.driver_connection
            finally:
                pooled.close()

    def _start(self, first: str, empty: bytes) -> Start:
        self.restore(empty)
        application, clock = self.application, self.clock
        clock.now = MovableClock().now
        owner, home = application.person(OWNER), application.browser()
        home.enrol(owner, first)
        (self._owner,) = (row["id"] for row in application.rows("accounts"))
        clock.advance(minutes=2)
        if first != "authenticator":
            home.set_up(owner, "authenticator")
        home.log_out()
        thief, thiefs_own = application.person(THIEF), application.browser()
        thief.phone = "+12015550199"
        thiefs_own.enrol(thief, "authenticator").log_out()
        clock.advance(days=3)
        self.begun_at = clock.now
        methods = list(dict.fromkeys((first, "authenticator")))
        model = Model(owner.password, [owner.app_key], methods)
        model.last_event = max(number for number, _ in self.events(0))
        return Start(self.saved(), model, home, thief, thiefs_own, owner.phone)


def _path(link: str) -> str:
    return urlsplit(link).path
