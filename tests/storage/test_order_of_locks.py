"""Whoever removes a user waits for who signs in as he does: for the counters, not yet for the
account. The other way round each would wait for the other."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.domain.throttle import FIRST_DOOR, Guess, Limit, Side, owner_of_user
from flask_airlock.flows import administration, housekeeping
from tests.applications import WHOLE_LIFE, Application
from tests.people import Person

LIMIT = Limit(free=100, stop=100)
WAITING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()",
    "mysql": "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}
PATIENCE = 20.0
# Asked more often, it tells what it has told before.
MARIADB_LOOKS_AGAIN_AFTER = 0.15


@pytest.fixture(params=["postgres_url", "mariadb_url"])
def application(
    request: pytest.FixtureRequest, applications: Callable[..., Application]
) -> Application:
    """Where a transaction locks rows: SQLite locks all of them at once."""
    url = request.getfixturevalue(request.param)
    return applications(url, **WHOLE_LIFE, SECURITY_TWO_FACTOR_REQUIRED=False)


def by_administrator(application: Application, person: Person) -> None:
    """At the terminal."""
    services = application.app.extensions["security"].services
    user_id = application.datastore.get_user(person.email).id
    application.db.session.remove()
    administration.delete(services, user_id)


def by_the_application(application: Application, person: Person) -> None:
    """In its own session."""
    application.datastore.delete_user(application.datastore.get_user(person.email))
    application.datastore.commit()


def by_the_purge(application: Application, person: Person) -> None:
    """Since the owner asked for it a while ago."""
    services = application.app.extensions["security"].services
    assert housekeeping.purge(services, batch=10).users == 1


def somebody_waits(engine: sa.Engine) -> bool:
    """Whether a transaction waits for another one."""
    with engine.connect() as connection:
        return bool(connection.execute(sa.text(WAITING[engine.dialect.name])).scalar_one())


@pytest.mark.parametrize("remove", [by_administrator, by_the_application, by_the_purge])
def test_who_removes_a_user_takes_the_counters_before_the_account(
    application: Application, remove: Callable[[Application, Person], None]
) -> None:
    ada = application.person()
    browser = application.browser().give_password(ada, "wrong").give_password(ada)
    browser.get("/delete-account").post("/delete-account", current=ada.password)
    application.clock.advance(days=8)
    accounts, (row,) = application.datastore.tables.accounts, application.rows("accounts")
    services = application.app.extensions["security"].services
    guess = Guess(
        owner=owner_of_user(row["user_id"]),
        account_id=row["id"],
        subject=FIRST_DOOR,
        side=Side.STRANGERS,
    )

    def in_a_context() -> None:
        with application.app.app_context():
            remove(application, ada)

    removing = threading.Thread(target=in_a_context)
    with application.app.app_context(), services.begin() as signing_in:
        engine = application.datastore.engine()
        assert signing_in.unit.throttles.count(guess, LIMIT, application.clock.now) is not None
        removing.start()
        _wait_until(lambda: somebody_waits(engine))
        mine = sa.select(accounts.c.id).where(accounts.c.id == row["id"])
        with engine.connect() as connection:
            connection.execute(mine.with_for_update(nowait=True)).one()
    removing.join(PATIENCE)
    assert application.rows("accounts") == []
    assert application.rows("throttles") == []


def _wait_until(happened: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "nobody waits"
        time.sleep(MARIADB_LOOKS_AGAIN_AFTER)
