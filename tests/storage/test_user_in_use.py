"""A user whom rows of the application's own still need is not removed, and nothing is changed."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import relationship

from flask_airlock import Security, SQLAlchemyUserDatastore, UserMixin
from flask_airlock.errors import UserInUse
from tests.storage.units import NOW


def application(url: str, **orders: Any) -> tuple[Flask, SQLAlchemyUserDatastore]:
    """Users, and orders of theirs that nobody said what to do with."""
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=url, TESTING=True, SECRET_KEY="k" * 32)
    db = SQLAlchemy(app)
    make: Any = type(db.Model)
    order = make("Order", (db.Model,), {"__tablename__": "orders", **orders})
    user = make(
        "User",
        (db.Model, UserMixin),
        {
            "id": sa.Column(sa.Integer, primary_key=True),
            "email": sa.Column(sa.String(255), unique=True),
            "password": sa.Column(sa.String(255)),
            "orders": relationship(order),
        },
    )
    store = SQLAlchemyUserDatastore(db, user)
    Security(app, store)
    with app.app_context():
        db.create_all()
        person = store.create_user(email="ada@example.com")
        person.orders.append(order(number=1))
        db.session.commit()
    return app, store


def column(**options: Any) -> Any:
    """The column by which an order points to its user."""
    return sa.Column(sa.Integer, sa.ForeignKey("user.id"), **options)


KINDS = {
    "needed": lambda: {
        "number": sa.Column(sa.Integer, primary_key=True),
        "user_id": column(nullable=False),
    },
    # The ORM itself refuses to blank out half of a key.
    "part of the key": lambda: {
        "number": sa.Column(sa.Integer, primary_key=True),
        "user_id": column(primary_key=True),
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_need_him_keep_him(database_url: str, kind: str) -> None:
    app, store = application(database_url, **KINDS[kind]())
    database = app.extensions["security"].services.database
    with app.app_context():
        with database.begin() as unit:
            account = unit.accounts.ensure(1, NOW)
        with database.begin() as unit, pytest.raises(UserInUse):
            unit.users.remove(1)
        with database.begin() as unit:
            assert unit.users.by_id(1) is not None
            assert unit.accounts.of_user(1) == account
        store.db.session.remove()
        store.db.engine.dispose()
