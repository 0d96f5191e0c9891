"""Applications with user models of every kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import Security, SQLAlchemyUserDatastore, UserMixin
from flask_airlock.storage.transaction import Database
from flask_airlock.testing import cheap_hashing

Define = Callable[[SQLAlchemy], type[Any]]


@dataclass
class Bare:
    """An application that is nothing but its users."""

    app: Flask
    db: SQLAlchemy
    model: type[Any]
    datastore: SQLAlchemyUserDatastore

    @property
    def database(self) -> Database:
        """What opens units of work on it."""
        database: Database = self.app.extensions["security"].services.database
        return database


def bare(url: str, define: Define, **config: Any) -> Bare:
    """An application's database with a user model of its own; nothing is created yet."""
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=url, TESTING=True, SECRET_KEY="k" * 32, **config)
    db = SQLAlchemy(app)
    model = define(db)
    datastore = SQLAlchemyUserDatastore(db, model)
    Security(app, datastore)
    cheap_hashing(app)
    return Bare(app, db, model, datastore)


def _columns() -> dict[str, Any]:
    return {"email": sa.Column(sa.String(255), unique=True), "password": sa.Column(sa.String(255))}


def _model(db: SQLAlchemy, name: str, **attributes: Any) -> type[Any]:
    make: Any = type(db.Model)
    model: type[Any] = make(name, (db.Model, UserMixin), attributes)
    return model


def _kind_of(parent: type[Any], **attributes: Any) -> type[Any]:
    make: Any = type(parent)
    model: type[Any] = make("Staff", (parent,), attributes)
    return model


def integer_key(db: SQLAlchemy) -> type[Any]:
    """The quick start's kind."""
    return _model(db, "User", id=sa.Column(sa.Integer, primary_key=True), **_columns())


def uuid_key(db: SQLAlchemy) -> type[Any]:
    """Keys that the application makes."""
    key = sa.Column(sa.Uuid, primary_key=True, default=uuid4)
    return _model(db, "User", id=key, **_columns())


def string_key(db: SQLAlchemy) -> type[Any]:
    """Keys that are text."""
    key = sa.Column(sa.String(36), primary_key=True, default=lambda: str(uuid4()))
    return _model(db, "User", id=key, **_columns())


def renamed_key(db: SQLAlchemy) -> type[Any]:
    """A key, an address and a password that are called otherwise in the table."""
    return _model(
        db,
        "Member",
        __tablename__="members",
        number=sa.Column("member_no", sa.BigInteger, primary_key=True, autoincrement=False),
        email=sa.Column("mail_address", sa.String(255), unique=True),
        password=sa.Column("pass_hash", sa.String(255)),
    )


def single_table(db: SQLAlchemy) -> type[Any]:
    """Users are one kind of people in one table."""
    people = _model(
        db,
        "Human",
        id=sa.Column(sa.Integer, primary_key=True),
        kind=sa.Column(sa.String(20)),
        **_columns(),
        __mapper_args__={"polymorphic_on": "kind", "polymorphic_identity": "human"},
    )
    return _kind_of(people, __mapper_args__={"polymorphic_identity": "staff"})


def joined_tables(db: SQLAlchemy) -> type[Any]:
    """What makes a person a user lies in a table of its own."""
    people = _model(
        db,
        "Human",
        id=sa.Column("human_id", sa.Integer, primary_key=True),
        kind=sa.Column(sa.String(20)),
        email=sa.Column(sa.String(255), unique=True),
        __mapper_args__={"polymorphic_on": "kind", "polymorphic_identity": "human"},
    )
    return _kind_of(
        people,
        id=sa.Column("staff_id", sa.ForeignKey("human.human_id"), primary_key=True),
        password=sa.Column(sa.String(255)),
        __mapper_args__={"polymorphic_identity": "staff"},
    )


def in_schema(db: SQLAlchemy) -> type[Any]:
    """Users in a schema of their own."""
    key = sa.Column(sa.Integer, primary_key=True)
    return _model(db, "User", __table_args__={"schema": "people"}, id=key, **_columns())


def on_bind(db: SQLAlchemy) -> type[Any]:
    """Users in a database of their own."""
    key = sa.Column(sa.Integer, primary_key=True)
    return _model(db, "User", __bind_key__="users", id=key, **_columns())


def composite_key(db: SQLAlchemy) -> type[Any]:
    """Two columns make the key."""
    return _model(
        db,
        "Tenant",
        company=sa.Column(sa.Integer, primary_key=True),
        number=sa.Column(sa.Integer, primary_key=True),
        **_columns(),
    )


KINDS: dict[str, tuple[Define, Any]] = {
    "int": (integer_key, int),
    "uuid": (uuid_key, UUID),
    "string": (string_key, str),
    "renamed": (renamed_key, int),
    "single table": (single_table, int),
    "joined tables": (joined_tables, int),
}
