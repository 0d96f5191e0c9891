"""Many people beside the one who signs in: rows of every table that grows, put in by the database.

What they hold means nothing; how many there are, and how they lie in the indexes, does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from bench.peers.ours import Ours

# How many rows of a table a person has; of all others one in ten people has one.
EACH: Mapping[str, float] = {
    "sessions": 5,
    "credentials": 1,
    "recovery_codes": 1,
    "throttles": 1,
    "windows": 1,
    "events": 1,
}
ELSE = 0.1
# Each part is a day older than the one before: times differ.
PARTS = 10
KEPT, GONE = timedelta(days=30), timedelta(days=90)
# Where an empty cell would leave an index empty, or the row nobody's.
FILLED = {"account_id", "previous_digest", "name_key", "email", "password"}
WORDS = {"stage": "signed_in", "state": "sent", "method": "authenticator", "channel": "mail"}
ENDS = {"expires_at", "due_at"}


@dataclass(frozen=True)
class Crowd:
    """So many people. `over`: every second of their rows has expired long ago."""

    users: int
    each: Mapping[str, float]
    now: datetime
    over: bool = False


def fill(peer: Ours, users: int, each: Mapping[str, float] = EACH, *, over: bool = False) -> int:
    """Put people beside those who are there; how many rows that took."""
    crowd = Crowd(users, each, peer.now.replace(tzinfo=None), over)
    with peer.flask.app_context():
        engine: sa.Engine = peer.datastore.engine()
        with engine.connect() as connection:
            _hurry(connection)
            rows = _fill(connection, peer.datastore, crowd)
            connection.commit()
    settle(engine)
    return rows


def settle(engine: sa.Engine) -> None:
    """Let the database do now what it would do in the middle of a bench."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM (ANALYZE)")
            connection.exec_driver_sql("CHECKPOINT")
        else:
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _hurry(connection: sa.Connection) -> None:
    """Nothing here need survive a crash, and every row is right by how it is made."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
    else:
        connection.exec_driver_sql("PRAGMA cache_size = -200000")


def _fill(connection: sa.Connection, datastore: Any, crowd: Crowd) -> int:
    users, tables = datastore.user_model.__table__, datastore.tables
    first_user = _put(connection, users, crowd, crowd.users)
    first = _put(connection, tables.accounts, crowd, crowd.users, first_user)
    rows = 2 * crowd.users
    for subject in sorted(tables.subjects()):
        if subject not in ("accounts", "key_checks"):
            count = int(crowd.users * crowd.each.get(subject, ELSE))
            _put(connection, getattr(tables, subject), crowd, count, first)
            rows += count
    if datastore.role_model is not None:
        link = datastore.user_model.roles.property.secondary
        rows += crowd.users
        _link(connection, link, first_user, crowd.users)
    return rows


def _put(
    connection: sa.Connection, table: sa.Table, crowd: Crowd, count: int, owners: int = 0
) -> int:
    """Add so many rows, whose owners follow one another; the first one's number."""
    newest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
    with _without_indexes(connection, table):
        for part in range(PARTS):
            start, end = count * part // PARTS, count * (part + 1) // PARTS
            if start < end:
                cells = _cells(connection, table, crowd, newest, owners, part)
                columns = [cell.label(name) for name, cell in cells.items()]
                rows = sa.select(*columns).select_from(_numbers(start, end))
                connection.execute(sa.insert(table).from_select(list(cells), rows))
    if connection.dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(
            connection.dialect.identifier_preparer.format_table(table), "id"
        )
        connection.execute(sa.select(sa.func.setval(sequence, newest + max(count, 1))))
    return int(newest) + 1


NUMBER = sa.column("number", sa.BigInteger())


def _numbers(start: int, end: int) -> sa.CTE:
    """From `start` on, below `end`."""
    begin = sa.select(sa.cast(start, sa.BigInteger()).label("number"))
    numbers = begin.cte("numbers", recursive=True)
    step = sa.select(numbers.c.number + 1).where(numbers.c.number < end - 1)
    return numbers.union_all(step)


def _cells(
    connection: sa.Connection, table: sa.Table, crowd: Crowd, newest: int, owners: int, part: int
) -> dict[str, sa.ColumnElement[Any]]:
    """What a row holds, by column; the rest stays empty, or is the database's to fill."""
    cells: dict[str, sa.ColumnElement[Any]] = {"id": NUMBER + (newest + 1)}
    for column in table.columns:
        if column.name == "account_id":
            cells[column.name] = NUMBER % crowd.users + owners
        elif column.name == "user_id":
            cells[column.name] = NUMBER + owners
        elif column.name != "id" and (not column.nullable or column.name in FILLED):
            cells[column.name] = _cell(connection, column, crowd, newest, part)
    return cells


def _cell(
    connection: sa.Connection, column: sa.Column[Any], crowd: Crowd, newest: int, part: int
) -> sa.ColumnElement[Any]:
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return _time(column, crowd, part)
    if isinstance(kind, sa.LargeBinary):
        if connection.dialect.name != "postgresql":
            return sa.func.randomblob(32)
        salted = sa.cast(NUMBER + newest, sa.Text()) + f" {column.table.name} {column.name}"
        return sa.func.sha256(sa.func.convert_to(salted, "UTF8"))
    if isinstance(kind, sa.BigInteger):
        return NUMBER + newest
    if isinstance(kind, sa.Integer):
        return sa.literal(0)
    if column.unique:
        return "person" + sa.cast(NUMBER + newest, sa.Text()) + "@example.com"
    return sa.literal(WORDS.get(column.name, "-"))


def _time(column: sa.Column[Any], crowd: Crowd, part: int) -> sa.ColumnElement[Any]:
    age = timedelta(days=part)
    if column.name not in ENDS:
        return sa.literal(crowd.now - age, column.type)
    lives = sa.literal(crowd.now + KEPT - age, column.type)
    if not crowd.over:
        return lives
    return sa.case((NUMBER % 2 == 0, sa.literal(crowd.now - GONE - age, column.type)), else_=lives)


def _link(connection: sa.Connection, link: Any, first: int, count: int) -> None:
    """Everybody has the first role."""
    rows = sa.select(NUMBER + first, sa.literal(1)).select_from(_numbers(0, count))
    connection.execute(sa.insert(link).from_select(["user_id", "role_id"], rows))


@contextmanager
def _without_indexes(connection: sa.Connection, table: sa.Table) -> Iterator[None]:
    """An index is built once, rather than grown row by row, where the database can."""
    if connection.dialect.name != "postgresql":
        yield
        return
    unique = [
        it
        for it in table.constraints
        if isinstance(it, sa.UniqueConstraint) and it.name is not None
    ]
    for constraint in unique:
        connection.execute(DropConstraint(constraint))
    for index in table.indexes:
        connection.execute(DropIndex(index))
    yield
    for constraint in unique:
        connection.execute(AddConstraint(constraint))
    for index in table.indexes:
        connection.execute(CreateIndex(index))
