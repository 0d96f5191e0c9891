"""The commands with user models of every kind: keys, names of columns, columns that are missing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import UserMixin
from flask_airlock.errors import WrongCredentials
from flask_airlock.testing import cheap_hashing
from tests.storage.models import KINDS, Bare, Define, bare, integer_key

PERSON = "ada@example.com"


@contextmanager
def opened(url: str, define: Define) -> Iterator[Bare]:
    """An application whose tables are there, closed at the end."""
    made = bare(url, define)
    cheap_hashing(made.app)
    with made.app.app_context():
        made.db.create_all()
    yield made
    with made.app.app_context():
        made.db.session.remove()
        made.db.engine.dispose()


def run(made: Bare, *arguments: str, status: int = 0) -> Any:
    """What a command answers."""
    result = made.app.test_cli_runner().invoke(args=[*arguments, "--json"])
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def no_blank_password(db: SQLAlchemy) -> type[Any]:
    """As many applications have it: a password column that must not be empty."""
    make: Any = type(db.Model)
    columns = {
        "id": sa.Column(sa.Integer, primary_key=True),
        "email": sa.Column(sa.String(255), unique=True, nullable=False),
        "password": sa.Column(sa.String(255), nullable=False),
    }
    model: type[Any] = make("User", (db.Model, UserMixin), columns)
    return model


def needs_more(db: SQLAlchemy) -> type[Any]:
    """A column of the application's own that must have a value."""
    make: Any = type(db.Model)
    columns = {
        "id": sa.Column(sa.Integer, primary_key=True),
        "email": sa.Column(sa.String(255), unique=True),
        "password": sa.Column(sa.String(255)),
        "born_in": sa.Column(sa.Integer, nullable=False),
    }
    model: type[Any] = make("User", (db.Model, UserMixin), columns)
    return model


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_is_served(database_url: str, kind: str) -> None:
    define, _ = KINDS[kind]
    with opened(database_url, define) as made:
        if kind == "renamed":
            # Its keys are the application's to give.
            with made.app.app_context():
                made.datastore.create_user(email=PERSON, number=7)
                made.datastore.commit()
        else:
            assert run(made, "users", "create", PERSON)["invited"] is True
        (line,) = run(made, "users", "list", "--search", "ADA")["users"]
        shown = run(made, "users", "show", PERSON)
        assert shown["id"] == line["id"]
        assert (shown["active"], shown["confirmed"], shown["roles"]) == (True, True, [])
        assert run(made, "users", "export", PERSON)["user"]["email"] == PERSON
        assert run(made, "sessions", "end", PERSON)["ended"] == 0
        assert run(made, "airlock", "check-emails")["count"] == 0
        assert run(made, "airlock", "purge")["users"] == 0
        assert run(made, "users", "delete", PERSON, "--yes")["deleted"] is True
        assert run(made, "users", "list")["users"] == []


@pytest.mark.parametrize("define", [no_blank_password, integer_key])
def test_who_has_no_password_gets_in_with_none(tmp_path: Any, define: Define) -> None:
    """S-16: an empty text in the column agrees with nothing that could be typed."""
    with opened(f"sqlite:///{tmp_path}/blank.sqlite", define) as made:
        assert run(made, "users", "create", PERSON)["invited"] is True
        assert run(made, "users", "show", PERSON)["has_password"] is False
        assert run(made, "users", "invite", PERSON)["invited"] is True
        passwords = made.app.extensions["security"].passwords
        for stored in ("", None):
            for guess in ("", "None", " "):
                with pytest.raises(WrongCredentials):
                    passwords.verify(stored, guess)


def test_what_the_model_lacks_is_said(tmp_path: Any) -> None:
    with opened(f"sqlite:///{tmp_path}/lacks.sqlite", integer_key) as made:
        run(made, "users", "create", PERSON)
        for arguments, code in (
            (["users", "create", "bob@example.com", "--inactive"], "no_active"),
            (["users", "create", "bob@example.com", "--role", "x"], "no_roles"),
            (["users", "deactivate", PERSON], "no_active"),
            (["users", "confirm", PERSON], "no_confirmed_at"),
            (["users", "list", "--unconfirmed"], "no_confirmed_at"),
            (["users", "list", "--role", "x"], "no_roles"),
            (["roles", "list"], "missing"),
            (["roles", "create", "x"], "missing"),
            (["roles", "add", PERSON, "x"], "no_roles"),
            (["airlock", "adopt-legacy"], "no_legacy_columns"),
        ):
            assert run(made, *arguments, status=1)["error"]["code"] == code, arguments
        assert [user["email"] for user in run(made, "users", "list")["users"]] == [PERSON]
        assert run(made, "users", "list", "--inactive")["users"] == []


def test_a_model_that_needs_more_says_no_and_keeps_nothing(tmp_path: Any) -> None:
    with opened(f"sqlite:///{tmp_path}/more.sqlite", needs_more) as made:
        assert run(made, "users", "create", PERSON, status=1)["error"]["code"] == "user_refused"
        assert run(made, "users", "list")["users"] == []
