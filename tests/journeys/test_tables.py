"""Our tables stand beside the application's, and follow its user's table."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import (
    ConfigurationError,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    login_required,
)
from flask_airlock.testing import cheap_hashing, movable_clock
from tests.applications import SETTINGS, Application
from tests.journeys.support import enrolled_person
from tests.people import Browser, Person
from tests.ready_made import define_models

SUBJECTS = [
    "accounts", "codes", "credentials", "events", "key_checks", "letters", "link_tokens",
    "recovery_codes", "rescue_addresses", "rescues", "sessions", "setups", "throttles",
    "trusted_browsers", "windows",
]  # fmt: skip


@contextmanager
def application_with(
    path: object, key: Any, default: Any = None, **options: Any
) -> Iterator[Application]:
    """An application whose users have another key, table name, schema or bind."""
    app = Flask("tests.applications")
    app.config.update(SETTINGS)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}/first.sqlite"
    app.config["SQLALCHEMY_BINDS"] = {"people": f"sqlite:///{path}/people.sqlite"}
    db = SQLAlchemy(app)

    class Member(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        __tablename__ = options.pop("table", "members")
        __bind_key__ = options.pop("bind", None)
        number = db.Column("member_no", key, primary_key=True, default=default)
        email = db.Column("mail_address", db.String(255), unique=True)
        password = db.Column(db.String(255))

    datastore = SQLAlchemyUserDatastore(db, Member)
    security = Security(app, datastore)
    Mail(app)
    cheap_hashing(app)
    clock = movable_clock(app)

    @app.get("/inside")
    @login_required  # type: ignore[untyped-decorator]
    def inside() -> str:
        return "Inside"

    with app.app_context():
        db.create_all()
    yield Application(app, db, datastore, security, clock)
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.mark.parametrize(
    "key, default",
    [(sa.Integer(), None), (sa.Uuid(), uuid.uuid4), (sa.String(36), lambda: str(uuid.uuid4()))],
    ids=["int", "uuid", "string"],
)
def test_every_kind_of_key_is_followed(tmp_path: object, key: Any, default: Any) -> None:
    """Also another table name, other column names, and a model without `active` and `roles`."""
    with application_with(tmp_path, key, default) as application:
        column = application.datastore.tables.accounts.c.user_id
        assert type(column.type) is type(key)
        ada, browser = enrolled_person(application)
        browser.log_in(ada, "authenticator")
        assert browser.is_signed_in
        (link,) = column.foreign_keys
        assert link.target_fullname == "members.member_no"
        assert link.ondelete == "CASCADE"


def test_the_bind_of_the_users_is_followed(tmp_path: object) -> None:
    with application_with(tmp_path, sa.Integer(), bind="people") as application:
        ada, browser = enrolled_person(application)
        browser.log_in(ada, "authenticator")
        assert browser.is_signed_in
        with application.app.app_context():
            engines = application.db.engines
            ours = set(sa.inspect(engines["people"]).get_table_names())
            elsewhere = set(sa.inspect(engines[None]).get_table_names())
        assert {f"airlock_{subject}" for subject in SUBJECTS} <= ours
        assert not any(name.startswith("airlock_") for name in elsewhere)


def test_the_schema_of_the_users_is_followed() -> None:
    db = SQLAlchemy()

    class Person(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        __table_args__: ClassVar[dict[str, str]] = {"schema": "staff"}
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255))
        password = db.Column(db.String(255))

    tables = SQLAlchemyUserDatastore(db, Person).tables
    assert {table.schema for table in tables.all()} == {"staff"}
    assert "staff.airlock_accounts" in db.metadata.tables


def test_create_all_makes_one_table_for_each_subject(application: Application) -> None:
    with application.app.app_context():
        names = sa.inspect(application.db.engine).get_table_names()
    assert [name for name in names if name.startswith("airlock_")] == [
        f"airlock_{subject}" for subject in SUBJECTS
    ]


def test_a_second_datastore_on_the_same_model_uses_the_same_tables() -> None:
    """A second `create_app` in one process."""
    db = SQLAlchemy()
    models = define_models(db)
    store, again = (SQLAlchemyUserDatastore(db, *models) for _ in range(2))
    assert again.tables.accounts is store.tables.accounts


def test_a_composite_key_is_refused_by_name() -> None:
    db = SQLAlchemy()

    class Pair(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        left = db.Column(db.Integer, primary_key=True)
        right = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255))
        password = db.Column(db.String(255))

    with pytest.raises(ConfigurationError, match="Pair has a composite primary key"):
        SQLAlchemyUserDatastore(db, Pair)


@pytest.mark.parametrize("missing", ["email", "password"])
def test_a_model_without_a_needed_column_is_refused_by_name(missing: str) -> None:
    db = SQLAlchemy()
    columns = {"email": db.Column(db.String(255)), "password": db.Column(db.String(255))}
    del columns[missing]
    columns["id"] = db.Column(db.Integer, primary_key=True)
    model = type("Bare", (db.Model, UserMixin), columns)
    with pytest.raises(ConfigurationError, match=f"Bare has no column named {missing}"):
        SQLAlchemyUserDatastore(db, model)


def test_an_account_has_a_random_handle_of_64_bytes(application: Application) -> None:
    """X-09: neither the key nor the address."""
    for name in ("ada", "bob"):
        application.browser().give_password(application.person(f"{name}@example.com"))
    handles = [row["handle"] for row in application.rows("accounts")]
    assert [len(handle) for handle in handles] == [64, 64]
    assert handles[0] != handles[1]


def new_user_with_the_same_key(application: Application, old: Person) -> Person:
    """Delete a user through the application's session and give his key to somebody new."""
    with application.app.app_context():
        store, session = application.datastore, application.db.session
        user = store.get_user(old.email)
        key = user.id
        session.delete(user)
        session.commit()
        store.create_user(id=key, email="new@example.com", password=old.password)
        session.commit()
    return Person(application, "new@example.com", old.password)


def test_a_new_user_with_a_deleted_ones_id_inherits_nothing(application: Application) -> None:
    """Neither factors, nor sessions, nor the browsers that were known."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    handle = application.rows("accounts")[0]["handle"]
    new = new_user_with_the_same_key(application, ada)
    assert not browser.is_signed_in
    fresh: Browser = application.browser()
    fresh.give_password(new)
    assert fresh.path == "/login/set-up"
    (account,) = application.rows("accounts")
    assert account["handle"] != handle
    assert application.rows("credentials") == []


def test_a_user_deleted_behind_our_back_leaves_nothing_to_inherit(
    application: Application,
) -> None:
    """Raw SQL, on a SQLite without foreign keys: no listener saw it, and nothing cascaded."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    with application.app.app_context():
        session = application.db.session
        session.execute(sa.text('DELETE FROM "user"'))
        session.commit()
        application.datastore.create_user(id=1, email="new@example.com", password=ada.password)
        session.commit()
    assert not browser.is_signed_in
    fresh = application.browser()
    fresh.give_password(Person(application, "new@example.com", ada.password))
    assert fresh.path == "/login/set-up"


def test_the_record_outlives_the_account(application: Application) -> None:
    ada, _ = enrolled_person(application)
    before = len(application.rows("events"))
    with application.app.app_context():
        application.datastore.delete_user(application.datastore.get_user(ada.email))
        application.db.session.commit()
    rows = application.rows("events")
    assert len(rows) == before
    assert all(row["account_id"] is None for row in rows)


def test_times_are_utc_with_microseconds(application: Application) -> None:
    application.browser().give_password(application.person())
    now = application.clock.now
    (row,) = application.rows("sessions")
    assert row["created_at"] == now.replace(tzinfo=None)
    assert row["created_at"].microsecond == now.microsecond


def test_the_applications_uncommitted_work_is_left_alone(application: Application) -> None:
    """A flow inside the application's own transaction neither commits nor undoes it."""
    ada = application.person()

    @application.app.get("/sso")
    def sso() -> Any:
        user = application.datastore.get_user(ada.email)
        user.active = None
        answer = application.security.continue_login(user, proofs=["sso"])
        assert user in application.db.session.dirty
        application.db.session.rollback()
        return answer

    with application.app.app_context(), application.db.session.no_autoflush:
        response = application.app.test_client().get("/sso")
    assert response.status_code == 303
    with application.app.app_context():
        assert application.datastore.get_user(ada.email).active is True
