"""Bare Flask: a signed session, and one SELECT of the user by the ORM, or by Core."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, session
from flask_sqlalchemy import SQLAlchemy

from bench.peers.common import EMAIL
from bench.peers.flask_peer import FlaskPeer
from bench.visitor import Visitor


class Floor(FlaskPeer):
    """By the ORM, as Flask-SQLAlchemy is used."""

    by_core = False
    user_model: Any

    def build(self, app: Flask) -> None:
        """A page for who is signed in, and a way to be."""
        db = SQLAlchemy(app)

        class User(db.Model):  # type: ignore[name-defined,misc]
            id = db.Column(db.Integer, primary_key=True)
            email = db.Column(db.String(255), unique=True)

        self.db, self.user_model = db, User
        self._add_pages(app, db, User)

    def people(self) -> None:
        """Somebody without a password."""
        self.db.session.add(self.user_model(email=EMAIL))

    def _add_pages(self, app: Flask, db: SQLAlchemy, user_model: Any) -> None:
        table = user_model.__table__
        by_key = sa.select(table).where(table.c.id == sa.bindparam("key"))

        @app.post("/login")
        def login() -> str:
            session["user"] = 1
            return "in"

        @app.get("/inside")
        def inside() -> str:
            key = session.get("user")
            if key is None:
                abort(403)
            if self.by_core:
                user: Any = db.session.connection().execute(by_key, {"key": key}).one()
            else:
                user = db.session.get(user_model, key)
            return f"Inside: {user.email}"

    def sign_in(self, visitor: Visitor) -> Visitor:
        """There is nothing to prove."""
        visitor.post(self.login)
        return visitor


class CoreFloor(Floor):
    """By one SELECT of Core."""

    by_core = True
