"""Our tables (`airlock_*`), made on the application's own metadata.

`db.create_all()` and Alembic see them; the user table's key type, schema and bind are followed.
Types are plain ones with variants, so that a generated migration needs no import of ours.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    StaticPool,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from ..errors import ConfigurationError

MYSQL_NAMES = ("mysql", "mariadb")


def _key_type() -> TypeEngine[Any]:
    return BigInteger().with_variant(Integer, "sqlite")


def _moment() -> TypeEngine[Any]:
    return DateTime().with_variant(mysql.DATETIME(fsp=6), *MYSQL_NAMES)


def _bytes(length: int) -> TypeEngine[Any]:
    # MariaDB refuses a blob as a key and compares text regardless of case: fixed binary is exact.
    return LargeBinary(length).with_variant(mysql.BINARY(length), *MYSQL_NAMES)


def _name(length: int) -> TypeEngine[Any]:
    """A word of ours, exact to the letter on MariaDB too."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return String(length).with_variant(exact, *MYSQL_NAMES)


def _box() -> TypeEngine[Any]:
    return LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL_NAMES)


def shares_one_connection(engine: Engine) -> bool:
    """Whether all threads use one connection (SQLite in memory)."""
    return isinstance(engine.pool, StaticPool)


def to_db(moment: datetime) -> datetime:
    """UTC without a zone, as every column of ours holds it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_db(moment: datetime) -> datetime:
    """The same moment with its zone."""
    return moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Tables:
    """Our tables, by subject."""

    accounts: Table
    sessions: Table
    credentials: Table
    setups: Table
    codes: Table
    throttles: Table
    link_tokens: Table
    letters: Table
    events: Table
    key_checks: Table

    def all(self) -> list[Table]:
        """Every table of ours."""
        return [getattr(self, spec.name) for spec in fields(self)]


def user_key(user_model: type[Any]) -> Column[Any]:
    """The one column that identifies a user; a composite key is refused by name."""
    mapper = user_model.__mapper__.base_mapper
    if len(mapper.primary_key) != 1:
        raise ConfigurationError(
            f"{user_model.__name__} has a composite primary key; Flask-Airlock needs one column"
        )
    column: Column[Any] = mapper.primary_key[0]
    return column


def make_tables(user_model: type[Any]) -> Tables:
    """Define our tables beside the user's; those that exist already are used again."""
    key = user_key(user_model)
    return Tables(**{name: make(key) for name, make in MAKERS.items()})


class _Maker:
    """Makes tables beside the user's table: same metadata, same schema."""

    def __init__(self, key: Column[Any]) -> None:
        self.key = key
        self.metadata: MetaData = key.table.metadata
        self.schema: str | None = key.table.schema

    def table(self, subject: str, *parts: Any) -> Table:
        name = f"airlock_{subject}"
        full_name = f"{self.schema}.{name}" if self.schema else name
        if full_name in self.metadata.tables:
            return self.metadata.tables[full_name]
        identity = Column("id", _key_type(), primary_key=True, autoincrement=True)
        return Table(
            name, self.metadata, identity, *parts, schema=self.schema, sqlite_autoincrement=True
        )

    def account(self, subject: str, *, outlived: bool = False, index: bool = True) -> Column[Any]:
        """The owner's column; rows that outlive the account (`outlived`) lose their owner."""
        target = f"{self.schema}.airlock_accounts.id" if self.schema else "airlock_accounts.id"
        fate = "SET NULL" if outlived else "CASCADE"
        link = ForeignKey(target, ondelete=fate, name=f"fk_airlock_{subject}_account")
        return Column("account_id", _key_type(), link, nullable=outlived, index=index)


def _accounts(key: Column[Any]) -> Table:
    make = _Maker(key)
    owner = ForeignKey(key, ondelete="CASCADE", name="fk_airlock_accounts_user")
    return make.table(
        "accounts",
        Column("user_id", key.type, owner, nullable=False),
        Column("handle", _bytes(64), nullable=False),
        Column("preferred_method", _name(32)),
        Column("address_proved_at", _moment()),
        Column("needs_setup_link", Integer, nullable=False, default=0),
        Column("rescue_asked_at", _moment()),
        Column("created_at", _moment(), nullable=False),
        UniqueConstraint("user_id", name="uq_airlock_accounts_user"),
        UniqueConstraint("handle", name="uq_airlock_accounts_handle"),
    )


def _sessions(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "sessions",
        make.account("sessions"),
        Column("digest", _bytes(32), nullable=False),
        Column("previous_digest", _bytes(32)),
        Column("answer_digest", _bytes(32)),
        Column("stage", _name(16), nullable=False),
        Column("proofs", _name(255), nullable=False),
        Column("next_url", Text),
        Column("address", _name(64), nullable=False),
        Column("agent", _name(255), nullable=False),
        Column("created_at", _moment(), nullable=False),
        Column("last_seen_at", _moment(), nullable=False),
        Column("proved_at", _moment(), nullable=False),
        Column("expires_at", _moment(), nullable=False, index=True),
        Column("ended_at", _moment()),
        UniqueConstraint("digest", name="uq_airlock_sessions_digest"),
        Index("ix_airlock_sessions_previous_digest", "previous_digest"),
    )


def _credentials(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "credentials",
        make.account("credentials"),
        Column("method", _name(32), nullable=False),
        Column("secret", _box()),
        Column("last_step", BigInteger, nullable=False, default=-1),
        Column("created_at", _moment(), nullable=False),
        Column("last_used_at", _moment()),
        Column("revoked_at", _moment()),
    )


def _setups(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "setups",
        make.account("setups"),
        Column("session_id", _key_type(), nullable=False),
        Column("method", _name(32), nullable=False),
        Column("secret", _box(), nullable=False),
        Column("created_at", _moment(), nullable=False),
        Column("expires_at", _moment(), nullable=False),
        Column("closed_at", _moment()),
        Index("ix_airlock_setups_session", "session_id", "method"),
    )


def _codes(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "codes",
        make.account("codes"),
        Column("session_id", _key_type(), nullable=False),
        Column("method", _name(32), nullable=False),
        Column("purpose", _name(32), nullable=False),
        Column("digest", _bytes(32), nullable=False),
        Column("tries", Integer, nullable=False, default=0),
        Column("letter_id", _key_type()),
        Column("expires_at", _moment(), nullable=False, index=True),
        Column("used_at", _moment()),
        UniqueConstraint("session_id", "method", "purpose", name="uq_airlock_codes_use"),
    )


def _throttles(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "throttles",
        make.account("throttles", index=False),
        Column("subject", _name(32), nullable=False),
        Column("side", _name(16), nullable=False),
        Column("failures", Integer, nullable=False, default=0),
        Column("shut_at", _moment()),
        UniqueConstraint("account_id", "subject", "side", name="uq_airlock_throttles_subject"),
    )


def _link_tokens(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "link_tokens",
        make.account("link_tokens"),
        Column("digest", _bytes(32), nullable=False),
        Column("purpose", _name(32), nullable=False),
        Column("expires_at", _moment(), nullable=False, index=True),
        Column("used_at", _moment()),
        UniqueConstraint("digest", name="uq_airlock_link_tokens_digest"),
    )


def _letters(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "letters",
        make.account("letters", outlived=True),
        Column("channel", _name(16), nullable=False),
        Column("template", _name(64), nullable=False),
        Column("reference", _name(32), nullable=False),
        Column("message", _box()),
        Column("state", _name(16), nullable=False),
        Column("attempts", Integer, nullable=False, default=0),
        Column("due_at", _moment(), nullable=False),
        Column("expires_at", _moment(), nullable=False),
        Column("created_at", _moment(), nullable=False),
        Index("ix_airlock_letters_state_due_at", "state", "due_at"),
    )


def _events(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "events",
        make.account("events", outlived=True),
        Column("name", _name(64), nullable=False),
        Column("detail", Text, nullable=False),
        Column("address", _name(64), nullable=False),
        Column("agent", _name(255), nullable=False),
        Column("at", _moment(), nullable=False, index=True),
    )


def _key_checks(key: Column[Any]) -> Table:
    make = _Maker(key)
    return make.table(
        "key_checks",
        Column("box", _box(), nullable=False),
        Column("created_at", _moment(), nullable=False),
    )


MAKERS = {
    "accounts": _accounts,
    "sessions": _sessions,
    "credentials": _credentials,
    "setups": _setups,
    "codes": _codes,
    "throttles": _throttles,
    "link_tokens": _link_tokens,
    "letters": _letters,
    "events": _events,
    "key_checks": _key_checks,
}
