"""What a database is told when a store's method is called: the call is made, and written down.

The arguments are made from the types that the method asks for; the database is SQLite in memory,
with our tables, a user and a role. What SQLite need not be told, to hold a row, is added.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cached_property
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Insert,
    Integer,
    Select,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, relationship

from flask_airlock import RoleMixin, UserMixin
from flask_airlock.domain.vault import Vault
from flask_airlock.errors import StoreBusy, Unsealable
from flask_airlock.storage.credentials import place
from flask_airlock.storage.seals import SEALED_COLUMNS, SealedValue
from flask_airlock.storage.tables import make_tables
from flask_airlock.storage.transaction import Unit
from flask_airlock.storage.users import Users

NEWEST, OLDER = b"the newest of two keys of nobody", b"the older one of the two keys ..."
NOW = datetime(2030, 1, 1, tzinfo=UTC)
SAMPLES: dict[Any, Any] = {
    bytes: b"digest",
    bool: True,
    datetime: NOW,
    int: 1,
    str: "text",
    timedelta: timedelta(days=1),
    Unsealable: None,
    Any: 1,
}
# What types do not tell: a box that waits to be sealed anew, a table's name, a user's columns.
HERE = place(1, "authenticator")
SPECIAL = {
    "column": SEALED_COLUMNS[0],
    "value": SealedValue(1, Vault([OLDER]).seal(b"secret", HERE), HERE),
    "subject": "sessions",
    "columns": {"email": "ada@example.com", "password": "hash"},
}
# What has to be so before something can be taken back.
FIRST = {"Roles.take": "give", "Roles.forbid": "permit"}
CHANGE = re.compile(r"(UPDATE|INSERT INTO|DELETE FROM) (\w+)")
HOLD = "FOR UPDATE"
BREAKS = re.compile(r" (?=SET |VALUES |SELECT |FROM |WHERE |AND |ON CONFLICT |FOR UPDATE)")
WIDTH = 100


class Base(DeclarativeBase):
    """An application's models."""


roles_users = Table(
    "roles_users",
    Base.metadata,
    Column("user_id", ForeignKey("user.id")),
    Column("role_id", ForeignKey("role.id")),
)


class Role(Base, RoleMixin):
    """What users have, and what permits something."""

    __tablename__ = "role"
    id = Column(Integer, primary_key=True)
    name = Column(String(80), unique=True)
    permissions = Column(String(255))


class User(Base, UserMixin):
    """Has every column that a promise is about."""

    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    email = Column(String(255), unique=True)
    username = Column(String(64), unique=True)
    password = Column(String(255))
    confirmed_at = Column(DateTime)
    roles = relationship(Role, secondary=roles_users)


def changes_by(name: str) -> list[str]:
    """The statements by which `Store.method` changes something, in order, and each once."""
    store_name, _, method_name = name.partition(".")
    tables, told = make_tables(User), []
    engine = create_engine("sqlite://", paramstyle="named")
    Base.metadata.create_all(engine)

    def write_down(*told_now: Any) -> None:
        _, _, statement, _, context, _ = told_now
        told.append(" ".join(f"{statement} {_hold(context)}".split()))

    with engine.connect() as connection:
        connection.execute(insert(User).values(id=SAMPLES[int]))
        connection.execute(insert(Role).values(name=SAMPLES[str]))
        unit = Unit(connection, tables, Users(User, Role), Vault([NEWEST, OLDER]))
        store = _stores(unit)[store_name]
        method = getattr(store, method_name)
        arguments = dict(_arguments(method))
        if name in FIRST:
            getattr(store, FIRST[name])(**arguments)
        event.listen(connection, "before_cursor_execute", write_down)
        # There is nothing yet to be changed: some methods say so.
        with suppress(StoreBusy):
            method(**arguments)
    changes = [
        _laid_out(statement)
        for statement in told
        if CHANGE.match(statement) or statement.endswith(HOLD)
    ]
    if not changes:
        raise LookupError(f"{name} changed nothing")
    return list(dict.fromkeys(changes))


def _hold(context: Any) -> str:
    """What the other databases are told beside, for a row that is held before it is changed."""
    statement = context.compiled.statement if context.compiled is not None else None
    source = statement.select if isinstance(statement, Insert) else statement
    if not isinstance(source, Select):
        return ""
    theirs = str(source.compile(dialect=postgresql.dialect()))
    return HOLD if theirs.endswith("FOR NO KEY UPDATE") else ""


def _laid_out(statement: str) -> str:
    """A condition a line, an UPDATE's columns without their table's name, and below the keys that
    the database lets nobody have twice."""
    change = CHANGE.match(statement)
    if change is None:
        return BREAKS.sub("\n    ", statement)
    kind, name = change.groups()
    keys = _unique(name) if kind == "INSERT INTO" else _unique(name) & _columns_set(statement)
    if kind == "UPDATE":
        statement = statement.replace(f"{name}.", "")
    lines = [
        textwrap.fill(line, WIDTH, subsequent_indent=" " * 8, break_long_words=False)
        for line in BREAKS.sub("\n    ", statement).splitlines()
    ]
    return "\n".join([*lines, *(f"    -- unique: {key}" for key in sorted(keys))])


def _unique(table: str) -> set[str]:
    found = Base.metadata.tables[table].constraints
    return {", ".join(it.columns.keys()) for it in found if isinstance(it, UniqueConstraint)}


def _columns_set(statement: str) -> set[str]:
    return set(re.findall(r"(\w+)=", statement.partition(" WHERE ")[0]))


def _stores(unit: Unit) -> dict[str, Any]:
    names = [name for name, it in vars(type(unit)).items() if isinstance(it, cached_property)]
    made = [unit.users, *(getattr(unit, name) for name in names)]
    return {type(store).__name__: store for store in made}


def _arguments(method: Any) -> Iterator[tuple[str, Any]]:
    types = get_type_hints(method)
    for name, parameter in signature(method).parameters.items():
        if parameter.default is Parameter.empty:
            yield name, SPECIAL[name] if name in SPECIAL else sample(types[name])


def sample(kind: Any) -> Any:
    """A value of a type."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return sample(next(it for it in inner if it is not NoneType))
    if origin is not None and issubclass(origin, Iterable) and not issubclass(origin, Mapping):
        return (tuple if origin is tuple else list)([sample(inner[0])])
    if issubclass(kind, Enum):
        return next(iter(kind))
    if is_dataclass(kind):
        types = get_type_hints(kind)
        needed = [it for it in fields(kind) if it.default in (MISSING, None)]
        return kind(**{it.name: sample(types[it.name]) for it in needed})
    raise LookupError(f"no sample of {kind}")
