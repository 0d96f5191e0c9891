"""Our tables stand beside any user table, on every database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import SQLAlchemyUserDatastore
from flask_airlock.errors import ConfigurationError
from flask_airlock.storage.mixins import UserMixin
from tests.storage.models import KINDS, Bare, bare, composite_key, in_schema, integer_key, on_bind
from tests.storage.units import NOW

SUBJECTS = {
    "accounts", "sessions", "trusted_browsers", "credentials", "setups", "rescue_addresses",
    "rescues", "recovery_codes", "codes", "throttles", "windows", "link_tokens", "letters",
    "events", "key_checks",
}  # fmt: skip
NAMES = {f"airlock_{subject}" for subject in SUBJECTS}


@contextmanager
def created(made: Bare) -> Iterator[Bare]:
    """Its tables exist; everything is closed at the end."""
    with made.app.app_context():
        made.db.create_all()
        yield made
        made.db.session.remove()
        for engine in made.db.engines.values():
            engine.dispose()


def describe(engine: sa.Engine, table: sa.Table) -> dict[str, Any]:
    """What a database really has of a table."""
    inspector = sa.inspect(engine)
    place = (table.name, table.schema)
    uniques = inspector.get_unique_constraints(*place)
    columns = inspector.get_columns(*place)
    links = inspector.get_foreign_keys(*place)
    return {
        "columns": {column["name"]: bool(column["nullable"]) for column in columns},
        "key": inspector.get_pk_constraint(*place)["constrained_columns"],
        "links": {
            (
                *link["constrained_columns"],
                link["referred_table"],
                *link["referred_columns"],
                (link.get("options") or {}).get("ondelete", "").upper(),
            )
            for link in links
        },
        "uniques": {tuple(sorted(unique["column_names"])) for unique in uniques},
    }


def intended(table: sa.Table) -> dict[str, Any]:
    """The same as the metadata says it."""
    uniques = [part for part in table.constraints if isinstance(part, sa.UniqueConstraint)]
    return {
        "columns": {column.name: bool(column.nullable) for column in table.columns},
        "key": [column.name for column in table.primary_key],
        "links": {
            (link.parent.name, link.column.table.name, link.column.name, link.ondelete)
            for link in table.foreign_keys
        },
        "uniques": {tuple(sorted(column.name for column in part.columns)) for part in uniques},
    }


def lives_and_dies(made: Bare, key_type: type) -> None:
    """A user is found by key and address, gets an account, and takes it along when deleted."""
    key: dict[str, Any] = {"number": 42} if made.model.__name__ == "Member" else {}
    user = made.datastore.create_user(email="Ada@Example.com", password="secret", **key)
    made.db.session.commit()
    user_id = getattr(user, made.datastore.users.key.key)
    assert type(user_id) is key_type
    with made.database.begin() as unit:
        account = unit.accounts.ensure(user_id, NOW)
        unit.credentials.add(account.id, "authenticator", b"seed", NOW)
        person = unit.users.by_email("ada@example.com")
        assert person == unit.users.by_id(user_id)
        assert person is not None
        assert person.user_id == account.user_id == user_id
        unit.users.replace_hash(user_id, person.password_hash or "", "upgraded")
        assert unit.users.by_id(user_id).password_hash == "upgraded"  # type: ignore[union-attr]
    made.db.session.expire_all()
    made.datastore.delete_user(user)
    made.db.session.commit()
    with made.database.begin() as unit:
        assert unit.accounts.of_user(user_id) is None
        assert unit.credentials.methods(account.id) == []


@pytest.mark.parametrize("kind", KINDS)
def test_tables_follow_the_key_of_any_user_model(database_url: str, kind: str) -> None:
    define, key_type = KINDS[kind]
    with created(bare(database_url, define)) as made:
        engine = made.datastore.engine()
        assert set(sa.inspect(engine).get_table_names()) >= NAMES
        assert made.database.missing_parts() == []
        for table in made.datastore.tables.all():
            assert describe(engine, table) == intended(table), table.name
        lives_and_dies(made, key_type)


def test_the_tables_follow_the_users_into_their_schema(postgres_url: str) -> None:
    made = bare(postgres_url, in_schema)
    with made.app.app_context(), made.db.engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA people"))
    with created(made):
        inspector = sa.inspect(made.db.engine)
        assert set(inspector.get_table_names(schema="people")) == NAMES | {"user"}
        assert inspector.get_table_names() == []
        assert made.database.missing_parts() == []
        lives_and_dies(made, int)


def test_the_tables_follow_the_users_into_their_own_database(tmp_path: Any) -> None:
    own = f"sqlite:///{tmp_path}/users.sqlite"
    made = bare(f"sqlite:///{tmp_path}/main.sqlite", on_bind, SQLALCHEMY_BINDS={"users": own})
    with created(made):
        assert set(sa.inspect(made.db.engines["users"]).get_table_names()) == NAMES | {"user"}
        assert sa.inspect(made.db.engine).get_table_names() == []
        lives_and_dies(made, int)


def test_a_composite_key_is_refused_by_name(tmp_path: Any) -> None:
    with pytest.raises(ConfigurationError, match="Tenant has a composite primary key"):
        bare(f"sqlite:///{tmp_path}/x.sqlite", composite_key)


@pytest.mark.parametrize("column", ["email", "password"])
def test_a_model_without_what_a_login_needs_is_refused_by_name(column: str) -> None:
    db = SQLAlchemy()
    columns = {
        "id": sa.Column(sa.Integer, primary_key=True),
        "email": sa.Column(sa.String(255)),
        "password": sa.Column(sa.String(255)),
    }
    del columns[column]
    make: Any = type(db.Model)
    model = make("Visitor", (db.Model, UserMixin), columns)
    with pytest.raises(ConfigurationError, match=f"Visitor has no column named {column}"):
        SQLAlchemyUserDatastore(db, model)


def test_a_second_datastore_on_the_same_metadata_uses_the_tables_again(tmp_path: Any) -> None:
    """A factory called twice in one process, with models at module level."""
    made = bare(f"sqlite:///{tmp_path}/x.sqlite", integer_key)
    again = SQLAlchemyUserDatastore(made.db, made.model)
    assert again.tables.all() == made.datastore.tables.all()
    with created(made):
        lives_and_dies(made, int)


def test_two_applications_with_databases_of_their_own_share_no_table(tmp_path: Any) -> None:
    one, other = (bare(f"sqlite:///{tmp_path}/{name}.sqlite", integer_key) for name in "ab")
    assert one.datastore.tables.accounts is not other.datastore.tables.accounts


def test_missing_tables_are_named(database_url: str) -> None:
    made = bare(database_url, integer_key)
    with made.app.app_context():
        assert set(made.database.missing_parts()) == NAMES
    with created(made):
        assert made.database.missing_parts() == []


def test_a_second_creation_changes_nothing(database_url: str) -> None:
    with created(bare(database_url, integer_key)) as made:
        engine = made.datastore.engine()
        before = [describe(engine, table) for table in made.datastore.tables.all()]
        made.db.create_all()
        assert [describe(engine, table) for table in made.datastore.tables.all()] == before


def test_every_constraint_of_ours_has_a_name(tmp_path: Any) -> None:
    """A migration can only drop what has a name."""
    made = bare(f"sqlite:///{tmp_path}/x.sqlite", integer_key)
    for table in made.datastore.tables.all():
        for part in table.constraints:
            if not isinstance(part, sa.PrimaryKeyConstraint):
                assert part.name, (table.name, part)
        for index in table.indexes:
            assert str(index.name).startswith("ix_airlock_")


def test_types_are_plain_ones_that_a_generated_migration_can_write(tmp_path: Any) -> None:
    """A migration script needs no import of ours."""
    made = bare(f"sqlite:///{tmp_path}/x.sqlite", integer_key)
    for table in made.datastore.tables.all():
        for column in table.columns:
            assert type(column.type).__module__.startswith("sqlalchemy."), column
