"""Counters, then the account, then the user: all take rows in this order, or two would wait for
each other. What an application does in its own session is tried again by nobody."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.domain.throttle import FIRST_DOOR, Guess, Limit, Side, owner_of_user
from flask_airlock.flows import administration, housekeeping
from flask_airlock.flows.services import Services
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER
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

Act = Callable[[Application, Person], object]


@pytest.fixture(params=["postgres_url", "mariadb_url"])
def application(
    request: pytest.FixtureRequest, applications: Callable[..., Application]
) -> Application:
    """Where a transaction locks rows: SQLite locks all of them at once."""
    url = request.getfixturevalue(request.param)
    return applications(url, **WHOLE_LIFE, SECURITY_TWO_FACTOR_REQUIRED=False)


@pytest.fixture
def ada(application: Application) -> Person:
    """Somebody who was wrong once, signed in, and wants to go."""
    person = application.person()
    browser = application.browser().give_password(person, "wrong").give_password(person)
    browser.get("/delete-account").post("/delete-account", current=person.password)
    application.clock.advance(days=8)
    return person


@contextmanager
def committed(application: Application, person: Person) -> Iterator[Any]:
    """The application's own user, whose changes it commits at the end."""
    yield application.datastore.get_user(person.email)
    application.datastore.commit()
    application.db.session.remove()


def remove_at_the_terminal(application: Application, person: Person) -> None:
    """By an administrator."""
    with committed(application, person) as user:
        user_id = user.id
    administration.delete(services_of(application), user_id)


def remove(application: Application, person: Person) -> None:
    """By the application itself."""
    with committed(application, person) as user:
        application.datastore.delete_user(user)


def purge(application: Application, _: Person) -> None:
    """Since the owner asked for it a while ago."""
    assert housekeeping.purge(services_of(application), batch=10).users == 1


def set_password(application: Application, person: Person) -> None:
    """Every session ends with it."""
    with committed(application, person) as user:
        application.datastore.set_password(user, ANOTHER)


def deactivate(application: Application, person: Person) -> None:
    """So it does with this."""
    with committed(application, person) as user:
        application.datastore.deactivate_user(user)


def change_address(application: Application, person: Person) -> None:
    """Links that went to the old one are void."""
    with committed(application, person) as user:
        user.email = "countess@example.com"


def services_of(application: Application) -> Services:
    """What the flows work with."""
    services: Services = application.app.extensions["security"].services
    return services


class Meanwhile:
    """Something that somebody else does in a thread of his own, and that has to wait."""

    def __init__(self, application: Application, person: Person, act: Act) -> None:
        self._application = application
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._do, args=(act, person))

    def waits(self) -> None:
        """Begin, and come back when it waits for a row."""
        self._thread.start()
        end = time.monotonic() + PATIENCE
        while not somebody_waits(self._application.datastore.engine()):
            assert time.monotonic() < end, "nobody waits"
            time.sleep(MARIADB_LOOKS_AGAIN_AFTER)

    def ends_well(self) -> None:
        """Wait for its end."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        assert self._failed == []

    def _do(self, act: Act, person: Person) -> None:
        try:
            with self._application.app.app_context():
                act(self._application, person)
        except BaseException as failed:  # noqa: BLE001 (for the test to tell)
            self._failed.append(failed)


def somebody_waits(engine: sa.Engine) -> bool:
    """Whether a transaction waits for another one."""
    with engine.connect() as connection:
        return bool(connection.execute(sa.text(WAITING[engine.dialect.name])).scalar_one())


def is_free(engine: sa.Engine, row: sa.Table) -> None:
    """Whoever asks for the only row of a table need not wait for it."""
    with engine.connect() as connection:
        connection.execute(sa.select(row.c.id).with_for_update(nowait=True)).one()


@pytest.mark.parametrize("act", [remove_at_the_terminal, remove, purge])
def test_who_removes_a_user_takes_the_counters_before_the_account(
    application: Application, ada: Person, act: Act
) -> None:
    (row,) = application.rows("accounts")
    guess = Guess(
        owner=owner_of_user(row["user_id"]),
        account_id=row["id"],
        subject=FIRST_DOOR,
        side=Side.STRANGERS,
    )
    removal = Meanwhile(application, ada, act)
    with application.app.app_context(), services_of(application).begin() as signing_in:
        assert signing_in.unit.throttles.count(guess, LIMIT, application.clock.now) is not None
        removal.waits()
        is_free(application.datastore.engine(), application.datastore.tables.accounts)
    removal.ends_well()
    assert application.rows("accounts") == []
    assert application.rows("throttles") == []


@pytest.mark.parametrize("act", [set_password, deactivate, change_address, remove])
def test_what_an_application_does_to_a_user_takes_the_account_before_the_user(
    application: Application, ada: Person, act: Act
) -> None:
    """Somebody's factors change at this moment, which is noted with the user at the end."""
    (row,) = application.rows("accounts")
    change = Meanwhile(application, ada, act)
    with application.app.app_context(), services_of(application).begin() as ours:
        ours.unit.accounts.lock(row["id"])
        change.waits()
        is_free(application.datastore.engine(), application.datastore.user_model.__table__)
    change.ends_well()


def sign_in(application: Application, person: Person) -> None:
    """For the first time: an account is made, whether the password is still right or not."""
    assert application.browser().give_password(person).status < 500


@pytest.fixture
def newcomer(
    mariadb_url: str, applications: Callable[..., Application]
) -> tuple[Application, Person]:
    """Somebody who has no account yet, where a number for one is something to wait for."""
    settings = {**WHOLE_LIFE, "SECURITY_TWO_FACTOR_REQUIRED": False}
    application = applications(mariadb_url, **settings)
    return application, application.person()


def test_a_first_login_that_waits_for_the_user_holds_up_nobody(
    newcomer: tuple[Application, Person],
) -> None:
    """An INSERT from a SELECT would keep the right to give numbers while it waits."""
    application, ada = newcomer
    login = Meanwhile(application, ada, sign_in)
    with application.app.app_context(), committed(application, ada) as user:
        user.nickname = "Countess"
        application.db.session.flush()
        login.waits()
        application.datastore.set_password(user, ANOTHER)
    login.ends_well()
    assert len(application.rows("accounts")) == 1


def test_a_first_login_does_not_wait_for_an_account_with_the_user_in_its_hands(
    newcomer: tuple[Application, Person],
) -> None:
    """The application makes the account, and has still to write the user."""
    application, ada = newcomer
    login, owner = Meanwhile(application, ada, sign_in), threading.current_thread()
    users = application.datastore.user_model.__table__

    def just_before(connection: sa.Connection, _: Any, statement: str, *_others: Any) -> None:
        if threading.current_thread() is owner and statement.startswith("UPDATE user"):
            login.waits()
            connection.execute(sa.select(users.c.id).with_for_update(nowait=True)).one()

    with application.app.app_context():
        sa.event.listen(application.datastore.engine(), "before_cursor_execute", just_before)
        set_password(application, ada)
    login.ends_well()
    assert len(application.rows("accounts")) == 1
