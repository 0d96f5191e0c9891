"""What a database's errors mean: do it again, start again, or nothing can be done now."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from ..errors import AirlockError, LoginLapsed, StoreBusy, StoreFailed

# MariaDB's numbers, PostgreSQL's SQLSTATE and SQLite's name for a deadlock and a lost snapshot. A
# deadlock within a savepoint takes the savepoint away as well: that is 1305, when it is let go.
GIVING_WAY = {1213, 1020, 1305, "40P01", "40001", "SQLITE_BUSY_SNAPSHOT"}
# A row of ours that points to nobody: the account was removed while its owner was on the way in.
OWNER_GONE = {1452, "23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}
# MariaDB's number for a cell that must not be empty: not every driver calls it a broken rule.
EMPTY = 1048


@contextmanager
def told_apart() -> Iterator[None]:
    """Tell a deadlock, which doing it again cures, and an owner who has just been removed from
    all other troubles of a database.

    A pool with no connection to spare is a failure too: waiting for one took long enough.
    Neither parameters nor the server's own words go on: they hold numbers and hashes, and would
    end in the application's error log.
    """
    failure: AirlockError
    try:
        yield
    except exc.TimeoutError:
        failure = StoreFailed("TimeoutError: no connection of the pool was free")
    except exc.DBAPIError as trouble:
        state = _state(trouble)
        failure = _kind({state, _number(trouble)})(_name(trouble, state))
    else:
        return
    raise failure from None


def is_refusal(trouble: exc.DBAPIError) -> bool:
    """Whether a row breaks a rule of its table."""
    return isinstance(trouble, exc.IntegrityError) or _number(trouble) == EMPTY


def _number(trouble: exc.DBAPIError) -> object:
    cause = trouble.orig
    if (named := getattr(cause, "errno", None)) is not None:
        return named
    return cause.args[0] if cause is not None and cause.args else None


def _state(trouble: exc.DBAPIError) -> object:
    cause, number = trouble.orig, _number(trouble)
    named = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return named or (number if isinstance(number, int) else "")


def _kind(told: set[object]) -> type[AirlockError]:
    if told & OWNER_GONE:
        return LoginLapsed
    return StoreBusy if told & GIVING_WAY else StoreFailed


def _name(trouble: exc.DBAPIError, state: object) -> str:
    kind = f"{type(trouble).__name__} {type(trouble.orig).__name__} {state}".rstrip()
    return f"{kind} at: {trouble.statement}"
