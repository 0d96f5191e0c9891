"""Guards where an application's models, or its names of roles, are of its own kind."""

from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    permissions_required,
    roles_required,
)
from flask_airlock.testing import cheap_hashing, sign_in
from tests.applications import Application
from tests.journeys.support import give_role, opens, signed_in
from tests.web.test_permissions import hang


class Owner(UserMixin):
    """A user with a mind of his own."""

    def has_role(self, role: object) -> bool:
        return role == "mine"


class Generous(RoleMixin):
    """A role that permits what nobody wrote down."""

    def __getattr__(self, name: str) -> Any:
        if name == "permissions":
            return ["admin.all"]
        raise AttributeError(name)


class Computed(RoleMixin):
    """A role that permits what its name says."""

    @property
    def permissions(self) -> list[str]:
        return [f"{self.name}.all"]


def somebody_inside(path: Any, user: type[Any], role: type[Any]) -> Any:
    """A browser of somebody with a role, where the application's models inherit these."""
    app = Flask(__name__)
    uri = f"sqlite:///{path}/own.sqlite"
    app.config.update(SQLALCHEMY_DATABASE_URI=uri, TESTING=True, SECRET_KEY="k" * 32)
    db = SQLAlchemy(app)
    link = db.Table(
        "roles_users",
        sa.Column("user_id", sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("role_id", sa.ForeignKey("role.id"), primary_key=True),
    )
    make: Any = type(db.Model)
    named = {"id": sa.Column(sa.Integer, primary_key=True), "name": sa.Column(sa.String(80))}
    roles = make("Role", (role, db.Model), named)
    own = {name: sa.Column(sa.String(255)) for name in ("email", "password")}
    users = make(
        "User",
        (user, db.Model),
        {
            "id": sa.Column(sa.Integer, primary_key=True),
            "roles": db.relationship(roles, secondary=link),
            **own,
        },
    )
    datastore = SQLAlchemyUserDatastore(db, users, roles)
    Security(app, datastore)
    cheap_hashing(app)
    hang(app, mine=roles_required("mine"), all=permissions_required("admin.all"))
    with app.app_context():
        db.create_all()
        made = datastore.create_user(email="ada@example.com", password="secret")
        made.roles = [datastore.create_role(name="admin")]
        db.session.commit()
        browser = app.test_client()
        sign_in(browser, made)
    return browser


@pytest.mark.parametrize(
    "user, role, path",
    [(Owner, RoleMixin, "/mine"), (UserMixin, Computed, "/all"), (UserMixin, Generous, "/all")],
)
def test_models_with_an_answer_of_their_own_are_asked(
    tmp_path: Any, user: type[Any], role: type[Any], path: str
) -> None:
    browser = somebody_inside(tmp_path, user, role)
    assert browser.get(path).status_code == 200


class Roles(Enum):
    """Names of roles as many write them down."""

    admin = 1
    owner = 2


def test_guards_take_what_has_role_takes(application: Application) -> None:
    """Names, and whatever has one."""
    person = application.person()
    give_role(application, person, "admin")
    guards = {f"for_{role.name}": roles_required(role) for role in Roles}  # type: ignore[arg-type]
    hang(application.app, **guards)
    browser = signed_in(application, person)
    assert [opens(browser, f"/for_{role.name}") for role in Roles] == [200, 403]
