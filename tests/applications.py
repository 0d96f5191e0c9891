"""Applications for tests, as a user of ours would write them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template_string
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy
from jinja2.bccache import Bucket, BytecodeCache

from flask_airlock import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    current_user,
    login_required,
    roles_accepted,
    roles_required,
    second_factor_required,
)
from flask_airlock.delivery.outbox import Outbox
from flask_airlock.testing import MovableClock, cheap_hashing, movable_clock, outbox
from tests.people import Browser, Person

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


class SharedTemplates(BytecodeCache):
    """Templates are compiled once for all the applications of a test run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What another application compiled, if the source is the same."""
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next one."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = SharedTemplates()


@dataclass
class Application:
    """One application with all that a test asks of it."""

    app: Flask
    db: SQLAlchemy
    datastore: SQLAlchemyUserDatastore
    security: Security
    clock: MovableClock

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
        """All rows of one of our tables."""
        table = getattr(self.datastore.tables, subject)
        with self.app.app_context(), self.datastore.engine().connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]

    def events(self) -> list[str]:
        """The names of what happened, in order."""
        return [row["name"] for row in sorted(self.rows("events"), key=lambda row: row["id"])]


def define_models(db: SQLAlchemy) -> tuple[type[Any], type[Any]]:
    """The models of the quick start, and the columns that some settings ask for."""
    roles_users = db.Table(
        "roles_users",
        db.Column("user_id", db.Integer(), db.ForeignKey("user.id")),
        db.Column("role_id", db.Integer(), db.ForeignKey("role.id")),
    )

    class Role(db.Model, RoleMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer(), primary_key=True)
        name = db.Column(db.String(80), unique=True)
        description = db.Column(db.String(255))
        permissions = db.Column(db.Text)

    class User(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255), unique=True)
        password = db.Column(db.String(255))
        active = db.Column(db.Boolean())
        confirmed_at = db.Column(db.DateTime())
        roles = db.relationship("Role", secondary=roles_users, backref="users")
        phone_number = db.Column(db.String(15))
        two_factor_primary_method = db.Column(db.String(140))
        totp_secret = db.Column(db.String(32))
        username = db.Column(db.String(64), unique=True)
        nickname = db.Column(db.String(64))

    return User, Role


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
    db = SQLAlchemy(app)
    datastore = SQLAlchemyUserDatastore(db, *define_models(db))
    security = Security(app, datastore, forms=forms)
    Mail(app)
    cheap_hashing(app)
    clock = movable_clock(app)
    _add_pages(app)
    with app.app_context():
        if uri.startswith("sqlite:///"):
            sa.event.listen(db.engine, "connect", _do_not_wait_for_the_disk)
        db.create_all()
    yield Application(app, db, datastore, security, clock)
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


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
