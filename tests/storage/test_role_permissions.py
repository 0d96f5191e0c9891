"""Permissions in every kind of column that an application may keep them in."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import RoleMixin, SQLAlchemyUserDatastore
from tests.applications import Application
from tests.storage.models import integer_key


class AsaList(sa.types.TypeDecorator[list[str]]):
    """A list on the one side and text on the other, as Flask-Security's applications have it."""

    impl = sa.UnicodeText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """To the database."""
        return value if value is None or isinstance(value, str) else ",".join(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> list[str]:
        """From it."""
        return value.split(",") if value else []


KINDS: dict[str, Any] = {
    "text": sa.Text(),
    "string": sa.String(255),
    "json": sa.JSON(),
    "pickled": sa.PickleType(),
    "as a list": AsaList(),
}


def roles(url: str, **columns: Any) -> tuple[Flask, SQLAlchemyUserDatastore]:
    """An application whose roles have these columns."""
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="k" * 32)
    db = SQLAlchemy(app)
    make: Any = type(db.Model)
    plain = {
        "id": sa.Column(sa.Integer, primary_key=True),
        "name": sa.Column(sa.String(80), unique=True),
    }
    role = make("Role", (db.Model, RoleMixin), plain | columns)
    store = SQLAlchemyUserDatastore(db, integer_key(db), role)
    with app.app_context():
        db.create_all()
    return app, store


@pytest.mark.parametrize("kind", KINDS)
def test_names_come_and_go_in_every_kind_of_column(database_url: str, kind: str) -> None:
    app, store = roles(database_url, permissions=sa.Column(KINDS[kind]))
    with app.app_context():
        store.create_role("editor")
        store.commit()
        assert store.add_permissions_to_role("editor", ["write", "read"])
        store.commit()
        assert read(store) == {"read", "write"}
        assert not store.add_permissions_to_role("editor", {"read"})
        assert store.add_permissions_to_role(store.find_role("editor"), "publish")
        store.commit()
        assert read(store) == {"publish", "read", "write"}
        assert store.remove_permissions_from_role("editor", ["read", "write", "burn"])
        store.commit()
        assert read(store) == {"publish"}
        assert not store.remove_permissions_from_role("editor", "read")
        assert store.remove_permissions_from_role("editor", "publish")
        store.commit()
        assert read(store) == set()
        store.db.session.remove()
        store.db.engine.dispose()


def read(store: SQLAlchemyUserDatastore) -> frozenset[str]:
    """What the editor may, as a later request sees it."""
    store.db.session.expunge_all()
    names: frozenset[str] = store.find_role("editor").get_permissions()  # type: ignore[union-attr]
    return names


def test_a_set_stays_a_set(tmp_path: Any) -> None:
    column: Any = sa.Column(sa.PickleType())
    app, store = roles(f"sqlite:///{tmp_path}/set.sqlite", permissions=column)
    with app.app_context():
        role = store.create_role("editor", permissions={"read"})
        store.add_permissions_to_role(role, ["write"])
        assert role.permissions == {"read", "write"}


def test_a_role_without_the_column_permits_nothing_and_says_so(tmp_path: Any) -> None:
    """The quick start's role."""
    app, store = roles(f"sqlite:///{tmp_path}/none.sqlite")
    with app.app_context():
        role = store.create_role("editor")
        assert role.get_permissions() == frozenset()
        with pytest.raises(LookupError, match="Role has no column named permissions"):
            store.add_permissions_to_role(role, ["read"])
        assert not store.remove_permissions_from_role(role, ["read"])


@pytest.mark.parametrize("names", [[], [""], ["a,b"], ["a b"], [None], ["a", 7]], ids=repr)
def test_what_can_not_be_a_permission_is_refused(application: Application, names: Any) -> None:
    with application.app.app_context():
        store = application.datastore
        role = store.create_role("editor")
        for change in (store.add_permissions_to_role, store.remove_permissions_from_role):
            with pytest.raises(ValueError, match="permission"):
                change(role, names)


def test_where_they_are_known_no_other_is_given(
    applications: Callable[..., Application],
) -> None:
    """X-08: an old one that nobody lists any more can still be taken away."""
    application = applications(SECURITY_PERMISSIONS=["read", "write"])
    with application.app.app_context():
        store = application.datastore
        role = store.create_role("editor", permissions="burn,read")
        with pytest.raises(LookupError, match="does not list wriet"):
            store.add_permissions_to_role(role, ["write", "wriet"])
        with pytest.raises(LookupError, match="does not list wriet"):
            store.remove_permissions_from_role(role, ["read", "wriet"])
        assert role.get_permissions() == {"burn", "read"}
        assert store.remove_permissions_from_role(role, ["burn"])
        assert store.add_permissions_to_role(role, ["write"])
        assert role.get_permissions() == {"read", "write"}
        with pytest.raises(LookupError, match="no role named"):
            store.add_permissions_to_role("nobody", ["read"])
