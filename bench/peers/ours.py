"""Flask-Airlock as the quick start has it, but in production's way: no debug mode, no test mode."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy

from bench.peers.common import EMAIL, KEY, PASSWORD, SECRET_KEY, Chore
from bench.peers.flask_peer import FlaskPeer
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
from flask_airlock.domain.totp import from_base32, matching_step
from flask_airlock.domain.vault import Place, Vault

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


class Ours(FlaskPeer):
    """Everything that is on by default."""

    second_step = "/login/second-step?method=authenticator"
    datastore: Any

    def build(self, app: Flask) -> None:
        """The quick start."""
        app.config.update(SETTINGS)
        self.db = SQLAlchemy(app)
        self.datastore = SQLAlchemyUserDatastore(self.db, *_models(self.db))
        Security(app, self.datastore)
        Mail(app)
        app.extensions["security"].clock = self._clock
        self._add_pages(app)

    def people(self) -> None:
        """Somebody who has an app already."""
        user = self.datastore.create_user(email=EMAIL, password=PASSWORD)
        for name in ("admin", *map(str, range(1, self.roles))):
            self.datastore.add_role_to_user(user, self.datastore.create_role(name=name))
        self.db.session.commit()
        self._add_factor(self.flask, user.id)

    def give_code(self, visitor: Visitor) -> None:
        """The form says which method is answered."""
        visitor.post(self.second_step, method="authenticator", code=self.code())

    def chores(self) -> dict[str, Chore]:
        """Also the check of a wrong code, alone and with opening the sealed secret."""
        secret, code, now = from_base32(KEY), self.wrong_code(), self.now
        vault, place = Vault([SECRET_KEY.encode()]), Place("table", "column", 1)
        sealed = vault.seal(secret, place)

        def opened() -> int | None:
            return matching_step(vault.open(sealed, place), code, now)

        return super().chores() | {
            "wrong code": partial(matching_step, secret, code, now),
            "sealed and wrong code": opened,
        }

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
