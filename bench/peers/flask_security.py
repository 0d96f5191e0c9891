"""Flask-Security as its guide to two-factor has it, with the same hash and the same app."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask
from flask_mail import Mail
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    auth_required,
    current_user,
    hash_password,
    roles_required,
)
from flask_sqlalchemy import SQLAlchemy

from bench.peers.common import EMAIL, KEY, PASSWORD, Chore, code_at
from bench.peers.flask_peer import FlaskPeer

SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SALT": "146585145368132386173505678016728509634",
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["email", "authenticator"],
    "SECURITY_TWO_FACTOR_RESCUE_MAIL": "rescue@example.com",
    "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": False,
    "SECURITY_TWO_FACTOR_LOGIN_VALIDITY": "1 weeks",
    "SECURITY_TOTP_SECRETS": {"1": "TjQ9Qa31VOrfEzuPy4VHQWPCTmRzCnFzMKLxXYiZu9B"},
    "SECURITY_TOTP_ISSUER": "Bench",
    "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
    "MAIL_SUPPRESS_SEND": True,
}


class FlaskSecurity(FlaskPeer):
    """Its forms have the token of Flask-WTF, as they come. A code is good again and again."""

    second_step = "/tf-validate"
    datastore: Any

    def build(self, app: Flask) -> None:
        """As the guide builds it."""
        app.config.update(SETTINGS)
        self.db = SQLAlchemy(app)
        self.datastore = SQLAlchemyUserDatastore(self.db, *_models(self.db))
        Security(app, self.datastore)
        Mail(app)

        @app.get("/inside")
        @auth_required()  # type: ignore[untyped-decorator]
        def inside() -> str:
            return f"Inside: {current_user.email}"

        @app.get("/admin")
        @auth_required()  # type: ignore[untyped-decorator]
        @roles_required("admin")  # type: ignore[untyped-decorator]
        def admin() -> str:
            return "Admin"

    def people(self) -> None:
        """Somebody who has an app already."""
        user = self.datastore.create_user(email=EMAIL, password=hash_password(PASSWORD))
        for name in ("admin", *map(str, range(1, self.roles))):
            self.datastore.add_role_to_user(user, self.datastore.create_role(name=name))
        self.datastore.tf_set(user, "authenticator", totp_secret=self._sealed())

    def code(self) -> str:
        """Its clock cannot be moved, but it takes the same code again."""
        self.now = datetime.now(UTC)
        return code_at(self.now)

    def chores(self) -> dict[str, Chore]:
        """Also the check of a wrong code, with opening the sealed secret: it has no other."""
        factory = self.flask.extensions["security"].totp_factory
        code, sealed = self.wrong_code(), self._sealed()
        check = partial(factory.verify_totp, code, sealed, user=None, window=30)
        return super().chores() | {"sealed and wrong code": check}

    def _sealed(self) -> str:
        factory = self.flask.extensions["security"].totp_factory
        sealed: str = factory._totp(key=KEY).to_json(encrypt=True)
        return sealed


def _models(db: SQLAlchemy) -> tuple[type[Any], type[Any]]:
    roles_users = db.Table(
        "roles_users",
        db.Column("user_id", db.Integer(), db.ForeignKey("user.id")),
        db.Column("role_id", db.Integer(), db.ForeignKey("role.id")),
    )

    class Role(db.Model, RoleMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer(), primary_key=True)
        name = db.Column(db.String(80), unique=True)
        description = db.Column(db.String(255))

    class User(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255), unique=True)
        username = db.Column(db.String(255), unique=True, nullable=True)
        password = db.Column(db.String(255))
        active = db.Column(db.Boolean())
        fs_uniquifier = db.Column(db.String(255), unique=True, nullable=False)
        confirmed_at = db.Column(db.DateTime())
        roles = db.relationship(
            "Role", secondary=roles_users, backref=db.backref("users", lazy="dynamic")
        )
        tf_phone_number = db.Column(db.String(128), nullable=True)
        tf_primary_method = db.Column(db.String(64), nullable=True)
        tf_totp_secret = db.Column(db.String(255), nullable=True)

    return User, Role
