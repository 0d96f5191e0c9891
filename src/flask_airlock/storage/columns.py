"""What our columns are made of: plain types with variants, and times as they are stored."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

MYSQL_NAMES = ("mysql", "mariadb")


def key_type() -> TypeEngine[Any]:
    """A row's own number."""
    return BigInteger().with_variant(Integer, "sqlite")


def moment() -> TypeEngine[Any]:
    """A time in UTC, with microseconds."""
    return DateTime().with_variant(mysql.DATETIME(fsp=6), *MYSQL_NAMES)


def fixed_bytes(length: int) -> TypeEngine[Any]:
    """A digest or a handle."""
    # MariaDB refuses a blob as a key and compares text regardless of case: fixed binary is exact.
    return LargeBinary(length).with_variant(mysql.BINARY(length), *MYSQL_NAMES)


def word(length: int) -> TypeEngine[Any]:
    """A word of ours, exact to the letter on MariaDB too."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return String(length).with_variant(exact, *MYSQL_NAMES)


def box() -> TypeEngine[Any]:
    """A sealed value."""
    return LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL_NAMES)


def to_db(time: datetime) -> datetime:
    """UTC without a zone, as every column of ours holds it."""
    return time.astimezone(UTC).replace(tzinfo=None)


def from_db(time: datetime) -> datetime:
    """The same moment with its zone."""
    return time.replace(tzinfo=UTC)
