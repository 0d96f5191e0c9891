"""What is made once for all the applications of a test run: each would come to the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from jinja2.bccache import Bucket, BytecodeCache

from flask_airlock import RoleMixin, SQLAlchemyUserDatastore, UserMixin

# No test minds that its clock is so far behind the real one.
A_WHILE = timedelta(minutes=4)


class SharedTemplates(BytecodeCache):
    """Templates are compiled once for all the applications of a test run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What another application compiled, if the source is the same."""
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next one."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = SharedTemplates()


def define_models(db: SQLAlchemy) -> tuple[type[Any], type[Any]]:
    """The models of the quick start, and the columns that some settings ask for."""
    roles_users = db.Table(
        "roles_users",
        db.Column("user_id", db.Integer(), db.ForeignKey("user.id")),
        db.Column("role_id", db.Integer(), db.ForeignKey("role.id")),
    )

    class Role(db.Model, RoleMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer(), primary_key=True)
        name = db.Column(db.String(80), unique=True)
        description = db.Column(db.String(255))
        permissions = db.Column(db.Text)

    class User(db.Model, UserMixin):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255), unique=True)
        password = db.Column(db.String(255))
        active = db.Column(db.Boolean())
        confirmed_at = db.Column(db.DateTime())
        roles = db.relationship("Role", secondary=roles_users, backref="users")
        phone_number = db.Column(db.String(15))
        two_factor_primary_method = db.Column(db.String(140))
        totp_secret = db.Column(db.String(32))
        username = db.Column(db.String(64), unique=True)
        nickname = db.Column(db.String(64))

    return User, Role


_moments: list[datetime] = []


def about_now() -> datetime:
    """When applications that are alike begin: one moment for a while, so that scenes fit them."""
    now = datetime.now(UTC)
    if not _moments or now - _moments[-1] > A_WHILE:
        _moments.append(now)
    return _moments[-1]


@dataclass
class _Models:
    """The models of one process: the database is that of the application that is current."""

    db: SQLAlchemy
    datastore: SQLAlchemyUserDatastore
    shape: list[tuple[str, int, int]]
    file: bytes = b""


_models: list[_Models] = []


def _shape(db: SQLAlchemy) -> list[tuple[str, int, int]]:
    return [(it.name, len(it.columns), len(it.indexes)) for it in db.metadata.tables.values()]


def shared_models() -> tuple[SQLAlchemy, SQLAlchemyUserDatastore]:
    """The same as before, unless a test has added or removed a table or column."""
    if not _models or _models[-1].shape != _shape(_models[-1].db):
        db = SQLAlchemy()
        datastore = SQLAlchemyUserDatastore(db, *define_models(db))
        _models.append(_Models(db, datastore, _shape(db)))
    return _models[-1].db, _models[-1].datastore


class _Compiled(dict[Any, Any]):
    """SQL by what it says and the kind of the database: a test run has one server of each."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """What a statement was compiled to, for whatever engine."""
        return super().get(_by_kind(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(_by_kind(key), compiled)


def _by_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (type(dialect), *statement)


_COMPILED = _Compiled()


def compile_once(engine: sa.Engine) -> None:
    """Let an engine on shared models take the SQL that was compiled for another one."""
    engine.update_execution_options(compiled_cache=_COMPILED)


def make_tables(db: SQLAlchemy) -> None:
    """Every table; a new file of SQLite is a copy of the first one."""
    file, models = Path(db.engine.url.database or ""), _models[-1]
    is_new_file = file.suffix == ".sqlite" and not file.exists()
    if is_new_file and models.file:
        file.write_bytes(models.file)
        return
    db.create_all()
    if is_new_file:
        models.file = file.read_bytes()
