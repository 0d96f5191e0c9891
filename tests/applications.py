"""Applications for tests, as a user of ours would write them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template_string
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import (
    Security,
    SQLAlchemyUserDatastore,
    current_user,
    login_required,
    roles_accepted,
    roles_required,
    second_factor_required,
)
from flask_airlock.delivery.outbox import Outbox
from flask_airlock.testing import MovableClock, cheap_hashing, movable_clock, outbox
from tests.people import Browser, Person
from tests.ready_made import TEMPLATES, about_now, compile_once, make_tables, shared_models

SETTINGS: dict[str, Any] = {
    "TESTING": True,
    "SECRET_KEY": "a secret key that is long enough for tests",
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["email", "authenticator", "sms"],
    "SECURITY_TWO_FACTOR_URI_SERVICE_NAME": "Test service",
    "SECURITY_TWO_FACTOR_RESCUE_MAIL": "rescue@example.com",
    "SECURITY_SMS_SERVICE": "outbox",
    "SECURITY_PHONE_REGION": "US",
    # The clock of a test stands still; what waiting means has stories of its own.
    "SECURITY_WAIT": 0,
    "SECURITY_SEND_INTERVAL": 0,
    "SECURITY_SENDS_PER_HOUR": 10_000,
    "SECURITY_SENDS_PER_DAY": 10_000,
    "SECURITY_NETWORK_FAILURES": None,
    "SECURITY_NETWORK_LETTERS": None,
    "SECURITY_WATCH_FAILURES": None,
    # What is approved is carried out at once; the delay has stories of its own.
    "SECURITY_RESCUE_DELAY": 0,
}


# Everything that a person can do with an account of his own.
WHOLE_LIFE: dict[str, Any] = {
    "SECURITY_REGISTERABLE": True,
    "SECURITY_CONFIRMABLE": True,
    "SECURITY_USERNAME_ENABLE": True,
    "SECURITY_DELETABLE": True,
    "SECURITY_TWO_FACTOR_TRUSTED_BROWSERS": timedelta(days=14),
    "SECURITY_REMEMBER": timedelta(days=30),
}


@dataclass
class Application:
    """One application with all that a test asks of it."""

    app: Flask
    db: SQLAlchemy
    datastore: SQLAlchemyUserDatastore
    security: Security
    clock: MovableClock
    # Its settings in words, where another one with these would do the same; and its first moment.
    made_of: str = ""
    began: datetime | None = None

    @property
    def outbox(self) -> Outbox:
        """What was sent."""
        return outbox(self.app)

    def person(self, email: str = "ada@example.com", **columns: Any) -> Person:
        """A user who exists, and knows her password."""
        password = columns.pop("password", "correct horse battery staple")
        with self.app.app_context():
            self.datastore.create_user(email=email, password=password, **columns)
            self.db.session.commit()
        return Person(self, email, password)

    def browser(self, **headers: str) -> Browser:
        """A fresh browser: cookies of its own, scripts off."""
        return Browser(self.app.test_client(), headers)

    def rows(self, subject: str) -> list[dict[str, Any]]:
        """All rows of one of our tables, the oldest first."""
        table = getattr(self.datastore.tables, subject)
        query = sa.select(table).order_by(*table.primary_key.columns)
        with self.app.app_context(), self.datastore.engine().connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def events(self) -> list[str]:
        """The names of what happened, in order."""
        return [row["name"] for row in sorted(self.rows("events"), key=lambda row: row["id"])]


@contextmanager
def make_application(
    uri: str, forms: Mapping[str, Any] | None = None, **settings: Any
) -> Iterator[Application]:
    """An application on the database at `uri`, its tables made, closed at the end."""
    app = Flask(__name__)
    app.jinja_options = {"bytecode_cache": TEMPLATES}
    app.config.update(SETTINGS)
    app.config.update(settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = uri
    db, datastore = shared_models()
    db.init_app(app)
    security = Security(app, datastore, forms=forms)
    Mail(app)
    cheap_hashing(app)
    made_of = "" if forms else _in_words(uri, settings)
    began = about_now() if made_of else None
    clock = movable_clock(app, began)
    _add_pages(app)
    with app.app_context():
        if uri.startswith("sqlite:///"):
            sa.event.listen(db.engine, "connect", _do_not_wait_for_the_disk)
        compile_once(db.engine)
        make_tables(db)
    yield Application(app, db, datastore, security, clock, made_of, began)
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _in_words(uri: str, settings: Mapping[str, Any]) -> str:
    """What an application is made of, if others are made alike: empty where letters go elsewhere,
    and for what has no name."""
    said = repr(sorted(settings.items()))
    is_alone = " at 0x" in said or "MAIL_SERVER" in settings or not uri.startswith("sqlite:///")
    return "" if is_alone else said


def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _add_pages(app: Flask) -> None:
    @app.get("/")
    def home() -> str:
        who = current_user.email if current_user.is_authenticated else "nobody"
        return render_template_string("Home of {{ who }} {{ airlock_logout_button() }}", who=who)

    @app.get("/inside")
    @login_required  # type: ignore[untyped-decorator]
    def inside() -> str:
        return f"Inside: {current_user.email}"

    @app.get("/strong")
    @second_factor_required
    def strong() -> str:
        return "Strong"

    @app.get("/admin")
    @roles_required("admin")
    def admin() -> str:
        return "Admin"

    @app.get("/staff")
    @roles_accepted("admin", "staff")
    def staff() -> str:
        return "Staff"
