"""The demo: a SQLite file, the user of the quick start, all three methods, an outbox."""

import os
from pathlib import Path

from flask import Flask, render_template
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    login_required,
    roles_required,
    second_factor_required,
)

EMAIL = "matt@nobien.net"
PASSWORD = "password"
SERVICE = "Airlock demo"

db = SQLAlchemy()

roles_users = db.Table(
    "roles_users",
    db.Column("user_id", db.Integer(), db.ForeignKey("user.id")),
    db.Column("role_id", db.Integer(), db.ForeignKey("role.id")),
)


class Role(db.Model, RoleMixin):
    """A role."""

    id = db.Column(db.Integer(), primary_key=True)
    name = db.Column(db.String(80), unique=True)
    description = db.Column(db.String(255))


class User(db.Model, UserMixin):
    """A user, with the columns of the quick start and a user name."""

    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(255), unique=True)
    password = db.Column(db.String(255))
    active = db.Column(db.Boolean())
    confirmed_at = db.Column(db.DateTime())
    roles = db.relationship("Role", secondary=roles_users, backref="users")
    phone_number = db.Column(db.String(15))
    two_factor_primary_method = db.Column(db.String(140))
    username = db.Column(db.String(64), unique=True)


datastore = SQLAlchemyUserDatastore(db, User, Role)


def create_app() -> Flask:
    """The demo's application; DEMO_DATABASE names another file."""
    app = Flask(__name__)
    file = Path(os.environ.get("DEMO_DATABASE", Path(app.root_path) / "demo-2.sqlite")).absolute()
    app.config.update(
        DEBUG=True,
        SECRET_KEY=_kept_key(file.with_name(f"{file.name}-key")),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{file}",
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["mail", "google_authenticator", "sms"],
        SECURITY_TWO_FACTOR_URI_SERVICE_NAME=SERVICE,
        SECURITY_TWO_FACTOR_RESCUE_MAIL="admin@example.com",
        SECURITY_SMS_SERVICE="outbox",
        SECURITY_PHONE_REGION="US",
        SECURITY_REGISTERABLE=True,
        SECURITY_CONFIRMABLE=True,
        SECURITY_USERNAME_ENABLE=True,
        SECURITY_DELETABLE=True,
    )
    db.init_app(app)
    Security(app, datastore)
    Mail(app)
    with app.app_context():
        db.create_all()
        _add_people()
    _add_pages(app)
    return app


def _kept_key(file: Path) -> str:
    """A key of this demo's own, kept beside its database."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(os.urandom(32).hex())
    return file.read_text()


def _add_people() -> None:
    """Matt, once; he has no second factor yet and no role."""
    if datastore.find_user(email=EMAIL) is None:
        datastore.create_role("admin")
        datastore.create_user(email=EMAIL, password=PASSWORD)
        db.session.commit()


def _add_pages(app: Flask) -> None:
    @app.context_processor
    def names() -> dict[str, str]:
        return {"service": SERVICE}

    @app.route("/")
    @login_required
    def home() -> str:
        return render_template("home.html")

    @app.route("/vault")
    @second_factor_required
    def vault() -> str:
        return render_template("vault.html")

    @app.route("/admin")
    @roles_required("admin")
    def admin() -> str:
        return render_template("admin.html")

    @app.errorhandler(403)
    def forbidden(_: Exception) -> tuple[str, int]:
        return render_template("forbidden.html", email=EMAIL), 403
