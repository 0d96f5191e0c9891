"""What peers have in common that are made of Flask, SQLAlchemy and argon2-cffi."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from bench.peers.common import PASSWORD, SECRET_KEY, Chore, Peer


class FlaskPeer(Peer):
    """A Flask application with Flask-SQLAlchemy."""

    flask: Flask
    db: SQLAlchemy

    def make(self, database: str) -> Flask:
        """The application, by `build`."""
        self.flask = Flask(__name__)
        self.flask.config.update(SECRET_KEY=SECRET_KEY, SQLALCHEMY_DATABASE_URI=database)
        self.build(self.flask)
        return self.flask

    @abstractmethod
    def build(self, app: Flask) -> None:
        """Extensions, models, pages."""

    @abstractmethod
    def people(self) -> None:
        """Add the person; the tables are there."""

    def fill(self) -> None:
        """What is not there is added."""
        with self.flask.app_context():
            self.db.create_all()
            self.people()
            self.db.session.commit()

    @contextmanager
    def counted(self, counts: Counter[str]) -> Iterator[None]:
        """Those of all engines; nothing is listened to where nobody counts."""

        def statement(*_: Any) -> None:
            counts["statements"] += 1

        def commit(_: Any) -> None:
            counts["commits"] += 1

        sa.event.listen(sa.Engine, "before_cursor_execute", statement)
        sa.event.listen(sa.Engine, "commit", commit)
        try:
            yield
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", statement)
            sa.event.remove(sa.Engine, "commit", commit)

    def chores(self) -> dict[str, Chore]:
        """Also the hash alone, as argon2-cffi has it by default."""
        hasher = PasswordHasher()
        verify = partial(hasher.verify, hasher.hash(PASSWORD), PASSWORD)
        return super().chores() | {"raw verify": verify}
