"""For applications' own tests: sign in, read what was sent, move the clock, hash cheaply."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from .assembly import make_passwords
from .delivery.outbox import Outbox
from .domain.accounts import Visitor
from .domain.login_state import Step
from .domain.passwords import PasswordCost
from .flows import sessions
from .web import cookies

CHEAP = PasswordCost(time_cost=1, memory_cost=8, parallelism=1)
TESTER = Visitor(address="127.0.0.1", agent="test client")


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time of now, in UTC."""
        return self.now

    def advance(self, **time: float) -> None:
        """Move on by so many `seconds`, `minutes`, `hours`, `days` (as `timedelta` takes them)."""
        self.now += timedelta(**time)


def movable_clock(app: Flask, now: datetime | None = None) -> MovableClock:
    """Put a clock into the application that only the test moves; it starts at the real time."""
    clock = MovableClock(now or datetime.now(UTC))
    app.extensions["security"].clock = clock
    return clock


def cheap_hashing(app: Flask) -> None:
    """Make passwords cost next to nothing in this application. Call it before the first request."""
    airlock = app.extensions["security"]
    airlock.passwords = make_passwords(replace(airlock.settings, password_cost=CHEAP))


def outbox(app: Flask) -> Outbox:
    """The letters and text messages that the application sent, under debug or testing."""
    kept: Outbox = app.extensions["security"].services.outbox
    return kept


def sign_in(
    client: FlaskClient, user: Any, *, proofs: tuple[str, ...] = ("password", "authenticator")
) -> None:
    """Let `client` be signed in as a committed user, as if he had given these proofs."""
    app = client.application
    with app.test_request_context():
        airlock = app.extensions["security"]
        airlock.be_ready()
        services = airlock.services
        user_id = getattr(user, services.datastore.users.key.key)
        with services.begin() as work:
            account = work.unit.accounts.ensure(user_id, services.clock())
            step = Step.FIRST_FACTOR_SUFFICES
            token, _ = sessions.open_session(
                services, work, account, step, proofs, TESTER, next_url=None
            )
        name, secure = cookies.session_name(), cookies.is_secure()
    client.set_cookie(name, token, path="/", secure=secure, httponly=True)
