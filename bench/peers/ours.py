"""Flask-Airlock as the quick start has it, but in production's way: no debug mode, no test mode."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy

from bench.peers.common import EMAIL, KEY, PASSWORD, SECRET_KEY, Peer
from bench.visitor import Visitor
from flask_airlock import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    current_user,
    login_required,
    roles_required,
)
from flask_airlock.domain.browsers import MARK_PREFIX
from flask_airlock.domain.totp import from_base32

SETTINGS: dict[str, Any] = {
    "SECRET_KEY": SECRET_KEY,
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["email", "authenticator"],
    "SECURITY_TWO_FACTOR_URI_SERVICE_NAME": "Bench",
    "SECURITY_TWO_FACTOR_RESCUE_MAIL": "rescue@example.com",
    "SECURITY_BASE_URL": "http://localhost",
    "SECURITY_COOKIE_SECURE": False,
    "MAIL_SUPPRESS_SEND": True,
    "MAIL_SERVER": "localhost",
    "MAIL_DEFAULT_SENDER": "login@example.com",
}


class Ours(Peer):
    """Everything that is on by default."""

    second_step = "/login/second-step?method=authenticator"

    def make(self, database: str) -> Flask:
        """The quick start, with somebody who has an app already."""
        app = Flask(__name__)
        app.config.update(SETTINGS, SQLALCHEMY_DATABASE_URI=database)
        db = SQLAlchemy(app)
        datastore = SQLAlchemyUserDatastore(db, *_models(db))
        Security(app, datastore)
        Mail(app)
        app.extensions["security"].clock = self._clock
        self._add_pages(app)
        with app.app_context():
            db.create_all()
            user = datastore.create_user(email=EMAIL, password=PASSWORD)
            datastore.add_role_to_user(user, datastore.create_role(name="admin"))
            db.session.commit()
            self._add_factor(app, user.id)
        return app

    def marks(self, visitor: Visitor) -> dict[str, str]:
        """One for each account that signed in there."""
        return {
            name: value for name, value in visitor.cookies.items() if name.startswith(MARK_PREFIX)
        }

    def _clock(self) -> datetime:
        return self.now

    def _add_factor(self, app: Flask, user_id: int) -> None:
        services = app.extensions["security"].services
        with services.begin() as work:
            account = work.unit.accounts.ensure(user_id, self.now)
            work.unit.credentials.add(
                account.id, "authenticator", from_base32(KEY), self.now, last_step=-1
            )
            work.unit.accounts.prefer(account.id, "authenticator")

    def _add_pages(self, app: Flask) -> None:
        @app.get("/inside")
        @login_required  # type: ignore[untyped-decorator]
        def inside() -> str:
            return f"Inside: {current_user.email}"

        @app.get("/admin")
        @roles_required("admin")
        def admin() -> str:
            return "Admin"


def _models(db: SQLAlchemy) -> tuple[type[Any], type[Any]]:
    roles_users = db.Table(
        "roles_users",
        db.Column("user_id", db.Integer(), db.ForeignKey("user.id")),
        db.Column("role_id", db.Integer(), db.ForeignKey("role.id")),
    )

    class Role(db.Model, RoleMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer(), primary_key=True)
        name = db.Column(db.String(80), unique=True)

    class User(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255), unique=True)
        password = db.Column(db.String(255))
        active = db.Column(db.Boolean())
        confirmed_at = db.Column(db.DateTime())
        roles = db.relationship("Role", secondary=roles_users, backref="users")

    return User, Role
