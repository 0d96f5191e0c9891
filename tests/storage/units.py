"""Units of work on an application's database, and rows to work on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask_airlock.domain.login_state import Stage
from flask_airlock.domain.sessions import Session
from flask_airlock.domain.vault import digest
from flask_airlock.storage.transaction import Database, Unit
from tests.applications import Application

NOW = datetime(2030, 1, 1, 12, 0, 0, 123_456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
_numbers = count(1)


def database_of(application: Application) -> Database:
    """What opens units of work on an application's database."""
    database: Database = application.app.extensions["security"].services.database
    return database


class Bench:
    """One database, and people in it who do not know each other."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.database = database_of(application)

    def begin(self) -> AbstractContextManager[Unit]:
        """A unit of work."""
        return self.database.begin()

    def account(self) -> int:
        """The account of a new person."""
        application = self.application
        user = application.datastore.create_user(email=f"p{next(_numbers)}@example.com")
        application.db.session.commit()
        with self.begin() as unit:
            return unit.accounts.ensure(user.id, NOW).id

    def session(self, account_id: int, stage: Stage = Stage.HALF_OPEN) -> tuple[Session, bytes]:
        """A session of an account as it lies in the table, and its digest."""
        mark = digest(f"session {next(_numbers)}")
        with self.begin() as unit:
            account = unit.accounts.of_id(account_id)
            assert account is not None
            unit.sessions.open(mark, session_of(account_id, stage), account)
        with self.begin() as unit:
            found = unit.sessions.find(mark, stage, NOW)
        assert found is not None
        return found[0], mark

    def wins(self, attempt: Callable[[Unit], Any], tries: int = 3) -> list[bool]:
        """Whether each of several attempts, each in a transaction of its own, succeeded."""
        return [bool(self._one(attempt)) for _ in range(tries)]

    def _one(self, attempt: Callable[[Unit], Any]) -> Any:
        with self.begin() as unit:
            return attempt(unit)


def session_of(account_id: int, stage: Stage, moment: datetime = NOW) -> Session:
    """A session that begins now and lasts ten minutes."""
    return Session(
        id=0,
        account_id=account_id,
        stage=stage,
        proofs=("password",),
        created_at=moment,
        last_seen_at=moment,
        proved_at=moment,
        expires_at=moment + timedelta(minutes=10),
        next_url="/inside?a=é",
    )


class ChangedMyMind(Exception):
    """Ends a unit of work without its commit."""


@contextmanager
def undone(bench: AbstractContextManager[Unit]) -> Iterator[Unit]:
    """A unit of work that fails at its end."""
    try:
        with bench as unit:
            yield unit
            raise ChangedMyMind
    except ChangedMyMind:
        return
