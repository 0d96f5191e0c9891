"""An application for a fault, and all that its database holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from tests.applications import Application
from tests.faults.case import SETTINGS, Fault, Site

Rows = dict[str, list[tuple[Any, ...]]]
# What a guess may leave behind that comes to nothing.
COUNTS = {"airlock_throttles", "airlock_windows"}


@contextmanager
def application_for(site: Site, fault: Fault, step: str) -> Iterator[Application]:
    """Where the fault is to happen."""
    if fault.database == "sqlite":
        yield site.make(**SETTINGS, **fault.settings(site))
    elif step == "first request":
        yield site.make(site.fixture("postgres_url"), **SETTINGS)
    else:
        application: Application = site.fixture("on_postgres")
        remove_all(application)
        yield application


def tables_of(application: Application) -> list[sa.Table]:
    """Our tables and the application's own, those that point to others first."""
    with application.app.app_context():
        return list(reversed(application.db.metadata.sorted_tables))


def remove_all(application: Application) -> None:
    """Leave the tables empty."""
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        for table in tables_of(application):
            if table.name != "airlock_key_checks":
                connection.execute(sa.delete(table))


def everything(application: Application) -> Rows:
    """All that is in the database."""
    with application.app.app_context(), application.datastore.engine().connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in tables_of(application)
        }


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that are not as they were, but for the events, which are told by their names."""
    return {name for name in after if after[name] != before[name]} - {"airlock_events"}
