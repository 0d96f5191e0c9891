"""How the database goes about a statement: by an index, or through all rows of a table."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
SCANNED = re.compile(r'^SCAN "?(\w+)"?')
PLACE = re.compile(r"%\((\w+)\)s")
# There is one row for each key that the settings name.
NEVER_MANY = {"airlock_key_checks"}
# What the server reckons for planning a join of three tables, in its own unit of cost.
PLANNING = 10.0

# What was asked, with the values of the first time.
Statements = dict[str, Any]


@contextmanager
def caught() -> Iterator[Statements]:
    """Every statement that is run on any engine meanwhile."""
    found: Statements = {}

    def note(_: Any, __: Any, statement: str, values: Any, ___: Any, many: bool) -> None:
        if statement.startswith(KINDS):
            found.setdefault(statement, values[0] if many else values)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def growing(datastore: Any) -> set[str]:
    """The tables that have more rows the more people there are."""
    ours = {table.name for table in datastore.tables.all()} - NEVER_MANY
    return ours | {datastore.user_model.__table__.name}


def scans(engine: sa.Engine, statements: Statements, tables: Iterable[str]) -> dict[str, str]:
    """Statements that go through all rows of one of the tables, and what the database says."""
    look, names = LOOKS[engine.dialect.name], set(tables)
    found = {}
    with engine.connect() as connection:
        for statement, values in statements.items():
            for table, step in look(connection, statement, values):
                if table in names:
                    found[statement] = step
    return found


def _sqlite(connection: sa.Connection, statement: str, values: Any) -> Iterator[tuple[str, str]]:
    """A walk through a whole index is a scan as well, and told as one."""
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
        if place := SCANNED.match(row.detail):
            yield place[1], row.detail


def _postgres(connection: sa.Connection, statement: str, values: Any) -> Iterator[tuple[str, str]]:
    """With these values; and with any, where the server would keep that plan for a statement that
    comes often: as soon as it costs less than one made for the values, and making it."""
    own = _plan(connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values))
    yield from _steps(own)
    numbers = {name: place for place, name in enumerate(values, 1)}
    said = PLACE.sub(lambda found: f"${numbers[found[1]]}", statement)
    general = _plan(connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {said}"))
    if general["Total Cost"] < own["Total Cost"] + PLANNING:
        yield from _steps(general)


def _plan(answer: sa.CursorResult[Any]) -> Mapping[str, Any]:
    plan: Mapping[str, Any] = answer.scalar_one()[0]["Plan"]
    return plan


def _steps(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind, table = node["Node Type"], node.get("Relation Name", "")
    if kind == "Seq Scan" or (kind in WALKS and "Index Cond" not in node):
        yield table, f"{kind} on {table}: {node.get('Filter', 'all rows')}"
    for below in node.get("Plans", ()):
        yield from _steps(below)


# Without a condition these go through all of an index.
WALKS = {"Index Scan", "Index Only Scan"}
LOOKS = {"sqlite": _sqlite, "postgresql": _postgres}
