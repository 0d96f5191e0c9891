"""A session is opened for a person as he was read, whatever his model is like."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import UserMixin
from flask_airlock.domain.accounts import Account, Person
from flask_airlock.domain.login_state import Stage
from flask_airlock.errors import StoreBusy
from tests.storage.models import KINDS, Bare, bare, integer_key
from tests.storage.units import NOW, session_of


class Backwards(sa.TypeDecorator[str]):
    """A column that an application keeps in its own way."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """As it lies in the table."""
        return value and value[::-1]

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """As it was written."""
        return value and value[::-1]


def with_all_columns(db: SQLAlchemy) -> type[Any]:
    """What a login looks at is all there."""
    model = integer_key(db)
    model.active = sa.Column("active", sa.Boolean)
    model.confirmed_at = sa.Column("confirmed_at", sa.DateTime)
    model.username = sa.Column("username", sa.String(64))
    return model


def kept_backwards(db: SQLAlchemy) -> type[Any]:
    """A password in a column of the application's own kind."""
    model = integer_key(db)
    model.secret = sa.Column("secret", Backwards(255))
    model.password = model.secret
    return model


def kept_backwards_here(db: SQLAlchemy) -> type[Any]:
    """The same in some databases alone."""
    model = integer_key(db)
    plain = sa.String(255)
    for dialect in ("sqlite", "postgresql", "mysql"):
        plain = plain.with_variant(Backwards(255), dialect)
    model.secret = sa.Column("secret", plain)
    model.password = model.secret
    return model


def another_name(db: SQLAlchemy) -> type[Any]:
    """Two tables, whose keys are called otherwise."""
    make: Any = type(db.Model)
    people = make(
        "Human",
        (db.Model, UserMixin),
        {
            "number": sa.Column(sa.Integer, primary_key=True),
            "kind": sa.Column(sa.String(20)),
            "__mapper_args__": {"polymorphic_on": "kind", "polymorphic_identity": "human"},
        },
    )
    staff: type[Any] = make(
        "Staff",
        (people,),
        {
            "staff_number": sa.Column(sa.ForeignKey("human.number"), primary_key=True),
            "email": sa.Column(sa.String(255), unique=True),
            "password": sa.Column(sa.String(255)),
            "__mapper_args__": {"polymorphic_identity": "staff"},
        },
    )
    return staff


def active_by_number(db: SQLAlchemy) -> type[Any]:
    """Active, in a column that is no boolean."""
    model = integer_key(db)
    model.active = sa.Column("active", sa.Integer, default=7)
    return model


MODELS = {kind: define for kind, (define, _) in KINDS.items()} | {
    "whole": with_all_columns,
    "another name": another_name,
}


@contextmanager
def somebody(url: str, define: Any, **columns: Any) -> Iterator[tuple[Bare, Person, Account]]:
    """An application with one user, as he is read at the first door."""
    made = bare(url, define)
    with made.app.app_context():
        made.db.create_all()
        user = made.datastore.create_user(email="ada@example.com", password="secret", **columns)
        made.db.session.commit()
        with made.database.begin() as unit:
            unit.accounts.ensure(getattr(user, made.datastore.users.key.key), NOW)
        with made.database.look() as unit:
            found = unit.entrants.by_email("ada@example.com")
        assert found is not None
        assert found.account is not None
        yield made, found.person, found.account
        made.db.session.remove()
        made.db.engine.dispose()


def open_session(made: Bare, person: Person, account: Account) -> int:
    """A session, only if all is as it was read."""
    session = session_of(account.id, Stage.HALF_OPEN)
    with made.database.begin() as unit:
        return unit.sessions.open(b"d" * 32, session, account, person)


def is_compared(made: Bare) -> bool:
    """Whether statements tell of changes there."""
    with made.database.look() as unit:
        return unit.users.can_be_compared


def write(made: Bare, column: str, value: object) -> None:
    """Change the one user past the application's models."""
    target = getattr(made.model, column).property.columns[0]
    with made.datastore.engine().begin() as connection:
        connection.execute(sa.update(target.table).values({target: value}))


@pytest.mark.parametrize("kind", MODELS)
def test_a_session_is_opened_for_who_is_as_he_was_read(database_url: str, kind: str) -> None:
    """And for nobody whose address is another by then."""
    key: dict[str, Any] = {"number": 42} if kind == "renamed" else {}
    with somebody(database_url, MODELS[kind], **key) as (made, person, account):
        assert is_compared(made)
        assert open_session(made, person, account) > 0
        write(made, "email", "countess@example.com")
        with pytest.raises(StoreBusy):
            open_session(made, person, account)


@pytest.mark.parametrize(
    "column, value",
    [
        ("password", "another"),
        ("password", None),
        ("active", False),
        ("active", None),
        ("confirmed_at", None),
        ("username", "ada"),
    ],
)
def test_no_session_is_opened_for_who_was_changed(
    database_url: str, column: str, value: object
) -> None:
    with somebody(database_url, with_all_columns) as (made, person, account):
        write(made, column, value)
        with pytest.raises(StoreBusy):
            open_session(made, person, account)


def test_who_is_confirmed_meanwhile_comes_in(database_url: str) -> None:
    """What gets better since it was read keeps nobody out; nor does a password that never was."""
    with somebody(database_url, with_all_columns, confirmed_at=None) as (made, person, account):
        write(made, "confirmed_at", NOW.replace(tzinfo=None))
        assert open_session(made, person, account) > 0


@pytest.mark.parametrize("define", [kept_backwards, kept_backwards_here, active_by_number])
def test_what_an_application_keeps_in_its_own_way_is_not_compared(
    database_url: str, define: Any
) -> None:
    """No statement of ours can tell there: whoever asks reads the user anew."""
    with somebody(database_url, define) as (made, person, account):
        assert not is_compared(made)
        assert open_session(made, person, account) > 0


def test_what_was_written_past_the_models_and_counts_as_true_lets_in(tmp_path: Path) -> None:
    """SQLite keeps a two in a column of booleans."""
    with somebody(f"sqlite:///{tmp_path}/odd.sqlite", with_all_columns) as (made, _, account):
        with made.datastore.engine().begin() as connection:
            connection.execute(sa.text('UPDATE "user" SET active = 2'))
        with made.database.look() as unit:
            found = unit.entrants.by_email("ada@example.com")
        assert found is not None
        assert found.person.active
        assert open_session(made, found.person, account) > 0
