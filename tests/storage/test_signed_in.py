"""Who opens a page: the application's own user, whatever its model is like, in one SELECT."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm

from flask_airlock.domain.login_state import Stage
from flask_airlock.storage.instances import instances_of
from tests.applications import Application
from tests.journeys.support import enrolled_person, give_role, signed_in
from tests.storage.models import KINDS, Bare, bare, integer_key
from tests.storage.units import NOW, session_of

DIGEST = b"d" * 32


def remembers(db: SQLAlchemy) -> type[Any]:
    """Something is to be done whenever a user was loaded."""
    model = integer_key(db)
    sa.event.listen(model, "load", lambda user, _: setattr(user, "was_loaded", True))
    return model


def computes(db: SQLAlchemy) -> type[Any]:
    """One attribute is made of another by the database."""
    model = integer_key(db)
    model.shout = orm.column_property(sa.func.upper(model.__table__.c.email))
    return model


def defers(db: SQLAlchemy) -> type[Any]:
    """A column is loaded when somebody looks at it."""
    model = integer_key(db)
    model.portrait = orm.deferred(sa.Column("portrait", sa.LargeBinary))
    return model


def brings_pets(db: SQLAlchemy) -> type[Any]:
    """What belongs to a user comes along with each."""
    model = integer_key(db)
    make: Any = type(db.Model)
    pet = make(
        "Pet",
        (db.Model,),
        {
            "id": sa.Column(sa.Integer, primary_key=True),
            "owner_id": sa.Column(sa.ForeignKey("user.id")),
        },
    )
    model.pets = orm.relationship(pet, lazy="selectin")
    return model


MODELS = {kind: define for kind, (define, _) in KINDS.items()}
MODELS |= {
    "remembers": remembers,
    "computes": computes,
    "defers": defers,
    "brings pets": brings_pets,
}
BY_THE_ORM = {"single table", "joined tables", "remembers", "computes", "brings pets"}


@contextmanager
def somebody_inside(url: str, kind: str) -> Iterator[tuple[Bare, Any]]:
    """An application with one user, signed in; and the user's key."""
    made = bare(url, MODELS[kind])
    with made.app.app_context():
        made.db.create_all()
        key: dict[str, Any] = {"number": 42} if kind == "renamed" else {}
        user = made.datastore.create_user(email="ada@example.com", password="secret", **key)
        made.db.session.commit()
        user_id = getattr(user, made.datastore.users.key.key)
        with made.database.begin() as unit:
            account = unit.accounts.ensure(user_id, NOW)
            unit.sessions.open(DIGEST, session_of(account.id, Stage.SIGNED_IN), account)
        made.db.session.remove()
        yield made, user_id
        made.db.session.remove()
        made.db.engine.dispose()


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    ran: list[str] = []

    def note(*arguments: Any) -> None:
        ran.append(arguments[2])

    sa.event.listen(engine, "before_cursor_execute", note)
    yield ran
    sa.event.remove(engine, "before_cursor_execute", note)


def user_of(made: Bare) -> Any:
    """Whose session it is."""
    found = made.datastore.by_session(DIGEST, NOW)
    assert found is not None
    user: Any = found[0]
    return user


@pytest.mark.parametrize("kind", MODELS)
def test_the_user_of_a_page_is_the_applications_own(database_url: str, kind: str) -> None:
    """Loaded whole by one SELECT, and at home in the application's session."""
    with somebody_inside(database_url, kind) as (made, user_id):
        assert (instances_of(made.model) is None) is (kind in BY_THE_ORM)
        with counted(made.datastore.engine()) as ran:
            found = made.datastore.by_session(DIGEST, NOW)
            assert found is not None
            user: Any = found[0]
            account, session = found[1:]
            assert (user.email, account.user_id, session.account_id) == (
                "ada@example.com", user_id, account.id,
            )  # fmt: skip
            is_at_home = made.db.session.get(made.model, user_id) is user
            assert is_at_home
            assert getattr(user, "shout", "ADA@EXAMPLE.COM") == "ADA@EXAMPLE.COM"
            assert getattr(user, "was_loaded", True)
        assert len(ran) == (2 if kind == "brings pets" else 1)
        user.email = "countess@example.com"
        assert user in made.db.session.dirty
        made.db.session.commit()
        assert made.datastore.find_user(email="countess@example.com") is user


def test_a_deferred_column_waits_for_who_looks_at_it(database_url: str) -> None:
    with somebody_inside(database_url, "defers") as (made, _):
        user = user_of(made)
        assert "portrait" in sa.inspect(user).unloaded
        assert user.portrait is None


def test_a_user_that_is_there_already_stays_the_same(database_url: str) -> None:
    """With what was changed and not written yet."""
    with somebody_inside(database_url, "int") as (made, user_id):
        mine: Any = made.db.session.get(made.model, user_id)
        mine.email = "half@example.com"
        user = user_of(made)
        assert user is mine
        assert user.email == "half@example.com"


@pytest.mark.parametrize("names", [(), ("admin",), ("admin", "staff", "editor")], ids=len)
def test_a_page_for_a_role_reads_user_and_roles_together(
    application: Application, names: tuple[str, ...]
) -> None:
    ada, _ = enrolled_person(application)
    give_role(application, ada, *names)
    browser = signed_in(application, ada)
    with application.app.app_context(), counted(application.db.engine) as ran:
        browser.get("/admin")
    assert browser.status == (200 if names else 403)
    assert len(ran) == 1


def test_roles_that_came_along_are_the_applications_own(application: Application) -> None:
    ada, _ = enrolled_person(application)
    give_role(application, ada, "admin", "staff")
    signed_in(application, ada)
    token = application.rows("sessions")[-1]["digest"]
    with application.app.app_context():
        store = application.datastore
        found = store.by_session(token, application.clock.now, with_roles=True)
        assert found is not None
        user = found[0]
        assert {role.name for role in user.roles} == {"admin", "staff"}
        assert store.find_role("admin") in user.roles
        store.remove_role_from_user(user, "admin")
        application.db.session.commit()
    assert len(memberships(application)) == 1


def test_a_role_that_was_given_twice_is_one(application: Application) -> None:
    """Nothing in the quick start's table forbids it."""
    ada, _ = enrolled_person(application)
    give_role(application, ada, "admin")
    (held,) = memberships(application)
    browser = signed_in(application, ada)
    with application.app.app_context():
        table = application.db.metadata.tables["roles_users"]
        application.db.session.execute(sa.insert(table).values(**held))
        application.db.session.commit()
        token = application.rows("sessions")[-1]["digest"]
        now = application.clock.now
        found = application.datastore.by_session(token, now, with_roles=True)
        assert found is not None
        assert [role.name for role in found[0].roles] == ["admin"]
    assert browser.get("/admin").status == 200


def test_what_the_application_hides_from_its_session_is_no_role_of_a_page(
    application: Application,
) -> None:
    """Roles that were deleted softly, or are another tenant's, open nothing."""
    ada, _ = enrolled_person(application)
    give_role(application, ada, "admin")
    browser = signed_in(application, ada)
    roles = application.datastore.role_model
    assert roles is not None

    def hide(state: Any) -> None:
        hidden = orm.with_loader_criteria(roles, roles.name != "admin", include_aliases=True)
        state.statement = state.statement.options(hidden)

    session = application.db.session.session_factory.class_
    sa.event.listen(session, "do_orm_execute", hide)
    try:
        assert browser.get("/admin").status == 403
    finally:
        sa.event.remove(session, "do_orm_execute", hide)
    assert browser.get("/admin").status == 200


def memberships(application: Application) -> list[dict[str, Any]]:
    """Who has which role."""
    with application.app.app_context():
        table = application.db.metadata.tables["roles_users"]
        found = application.db.session.execute(sa.select(table)).mappings()
        return [dict(row) for row in found]
