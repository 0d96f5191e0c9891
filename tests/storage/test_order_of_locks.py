"""Counters, then the account, then the user: who takes rows in this order waits for nobody who
waits for him. What an application does in its own session is tried again by nobody."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import pytest
import sqlalchemy as sa

from flask_airlock.domain.throttle import FIRST_DOOR, Guess, Limit, Side, owner_of_user
from flask_airlock.flows import administration, housekeeping
from flask_airlock.flows.services import Services
from flask_airlock.storage.accounts import Accounts
from flask_airlock.storage.transaction import Unit
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER
from tests.people import Person

BY_PASSWORD = WHOLE_LIFE | {"SECURITY_TWO_FACTOR_REQUIRED": False}
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
    return applications(url, **BY_PASSWORD)


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


def number_of(application: Application, person: Person) -> int:
    """The user's key."""
    with application.app.app_context(), committed(application, person) as user:
        return int(user.id)


def remove_at_the_terminal(application: Application, person: Person) -> None:
    """By an administrator."""
    administration.delete(services_of(application), number_of(application, person))


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


@contextmanager
def begun(application: Application) -> Iterator[Unit]:
    """A unit of work of ours."""
    with application.app.app_context(), services_of(application).begin() as work:
        yield work.unit


class Meanwhile:
    """Something that somebody else does in a thread of his own, until the end of the block."""

    def __init__(self, application: Application, person: Person, act: Act) -> None:
        self._application = application
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._do, args=(act, person))

    def begins(self) -> None:
        """Begin, and wait for nothing."""
        self._thread.start()

    def waits(self) -> None:
        """Begin, and come back when it waits for a row."""
        self.begins()
        end = time.monotonic() + PATIENCE
        while not somebody_waits(self._application.datastore.engine()):
            assert time.monotonic() < end, "nobody waits"
            time.sleep(MARIADB_LOOKS_AGAIN_AFTER)

    def __enter__(self) -> Self:
        """Nothing happens yet."""
        return self

    def __exit__(self, *failed: object) -> None:
        """It comes to its end, and well."""
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
        # On PostgreSQL: rows that point to it may be added meanwhile.
        connection.execute(sa.select(row.c.id).with_for_update(nowait=True, key_share=True)).one()


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
    with Meanwhile(application, ada, act) as removal, begun(application) as signing_in:
        assert signing_in.throttles.count(guess, LIMIT, application.clock.now) is not None
        removal.waits()
        is_free(application.datastore.engine(), application.datastore.tables.accounts)
    assert application.rows("accounts") == []
    assert application.rows("throttles") == []


@pytest.mark.parametrize("act", [set_password, deactivate, change_address, remove])
def test_what_an_application_does_to_a_user_takes_the_account_before_the_user(
    application: Application, ada: Person, act: Act
) -> None:
    """Somebody's factors change at this moment, which is noted with the user at the end."""
    (row,) = application.rows("accounts")
    with Meanwhile(application, ada, act) as change, begun(application) as ours:
        ours.accounts.lock(row["id"])
        change.waits()
        is_free(application.datastore.engine(), application.datastore.user_model.__table__)


def test_what_an_application_does_to_a_newcomer_leaves_the_user_to_the_first_login(
    postgres_url: str, applications: Callable[..., Application]
) -> None:
    """Which makes the account at this moment, and may keep a better hash at the end."""
    application = applications(postgres_url, **BY_PASSWORD)
    ada = application.person()
    user_id = number_of(application, ada)
    with Meanwhile(application, ada, set_password) as change, begun(application) as signing_in:
        signing_in.accounts.ensure_evenly(user_id, application.clock.now)
        change.waits()
        is_free(application.datastore.engine(), application.datastore.user_model.__table__)


def sign_in(application: Application, person: Person) -> None:
    """For the first time: an account is made, whether the password is still right or not."""
    assert application.browser().give_password(person).path in {"/", "/login"}


@pytest.fixture
def newcomer(
    mariadb_url: str, applications: Callable[..., Application]
) -> tuple[Application, Person]:
    """Somebody who has no account yet, where a number for one is something to wait for."""
    application = applications(mariadb_url, **BY_PASSWORD)
    return application, application.person()


def test_a_first_login_that_waits_for_the_user_holds_up_nobody(
    newcomer: tuple[Application, Person],
) -> None:
    """An INSERT from a SELECT would keep the right to give numbers while it waits."""
    application, ada = newcomer
    with (
        Meanwhile(application, ada, sign_in) as login,
        application.app.app_context(),
        committed(application, ada) as user,
    ):
        user.nickname = "Countess"
        application.db.session.flush()
        login.waits()
        application.datastore.set_password(user, ANOTHER)
    is_alone_and_out(application)


def test_a_first_login_does_not_wait_for_an_account_with_the_user_in_its_hands(
    newcomer: tuple[Application, Person],
) -> None:
    """The application makes the account, and has still to write the user."""
    application, ada = newcomer
    users = application.datastore.user_model.__table__
    owner = threading.current_thread()

    def just_before(connection: sa.Connection, _: Any, statement: str, *_others: Any) -> None:
        if threading.current_thread() is owner and statement.startswith("UPDATE user"):
            login.waits()
            connection.execute(sa.select(users.c.id).with_for_update(nowait=True)).one()

    with Meanwhile(application, ada, sign_in) as login, application.app.app_context():
        sa.event.listen(application.datastore.engine(), "before_cursor_execute", just_before)
        set_password(application, ada)
    is_alone_and_out(application)


def make_account(application: Application, person: Person) -> None:
    """As a first login does."""
    user_id = number_of(application, person)
    with begun(application) as unit:
        assert unit.accounts.ensure_evenly(user_id, application.clock.now) is not None


def test_who_locks_the_account_of_a_newcomer_keeps_no_neighbour_from_making_one(
    newcomer: tuple[Application, Person],
) -> None:
    """An UPDATE that finds no account would lock the gap where others put theirs."""
    application, ada = newcomer
    grace, dora = application.person("grace@example.com"), application.person("dora@example.com")
    numbers = [number_of(application, person) for person in (ada, dora)]
    with application.app.app_context():
        accounts = Accounts(application.datastore.connection(), application.datastore.tables)
        accounts.lock_of(numbers[0])
        accounts.lock_user(numbers[1], application.clock.now)
        with Meanwhile(application, grace, make_account) as login:
            login.begins()
        application.datastore.commit()
    assert len(application.rows("accounts")) == 2


def is_alone_and_out(application: Application) -> None:
    """There is one account, and no session that was opened before the password was changed."""
    assert len(application.rows("accounts")) == 1
    assert [row for row in application.rows("sessions") if row["ended_at"] is None] == []
