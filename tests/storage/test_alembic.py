"""Alembic's autogenerate sees our tables, and finds nothing to change afterwards."""

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations

from tests.applications import Application, make_application

DATABASES = ["sqlite", "postgres", "mariadb"]


@pytest.fixture
def uri(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/alembic.sqlite"
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


def _context(made: Application, connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"compare_type": True, "target_metadata": made.db.metadata}
    )


@pytest.mark.parametrize("uri", DATABASES, indirect=True)
def test_a_generated_migration_makes_our_tables_and_a_second_run_finds_nothing(uri: str) -> None:
    with make_application(uri) as made:
        metadata = made.db.metadata
        with made.app.app_context(), made.db.engine.connect() as connection:
            metadata.drop_all(connection)
            connection.commit()
            context = _context(made, connection)
            script = produce_migrations(context, metadata)
            assert script.upgrade_ops is not None
            code = render_python_code(script.upgrade_ops, migration_context=context)
            assert code.count("create_table('airlock_") == len(made.datastore.tables.all())
            assert "flask_airlock" not in code, "a migration must need no import of ours"
            operations = Operations(context)
            for step in script.upgrade_ops.ops:
                for part in getattr(step, "ops", [step]):
                    operations.invoke(part)
            connection.commit()
        with made.app.app_context(), made.db.engine.connect() as connection:
            assert compare_metadata(_context(made, connection), metadata) == []
