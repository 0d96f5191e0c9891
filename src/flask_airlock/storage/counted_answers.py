"""The statement that counts an answer as wrong in advance, or is refused."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, Update, bindparam, case, null, or_, update

from ..domain.throttle import Guess, Limit
from .columns import to_db
from .prepared import insert_into, prepared
from .tables import Tables

# Where one statement adds a row or changes it, and says what came of it.
AT_ONCE = ("postgresql", "sqlite")
KEY = ("owner", "subject", "side")
GIVEN = ("last_at", "failures", "free_at")


def cells_of(guess: Guess, limit: Limit, now: datetime) -> dict[str, Any]:
    """The row of who guesses for the first time."""
    return {
        "owner": guess.owner,
        "subject": guess.subject,
        "side": guess.side.value,
        "account_id": guess.account_id,
        "failures": guess.tries,
        "last_at": to_db(now),
        "free_at": _end(limit.wait_after(guess.tries), now),
    }


def limits_of(guess: Guess, limit: Limit, now: datetime) -> dict[str, Any]:
    """When the waits end that may come of it, and since when what was closed is open again."""
    reopens = limit.reopens_after
    return {
        **{f"end_{least}": _end(wait, now) for least, wait in limit.waits(guess.tries)},
        **({"closed_since": to_db(now - reopens)} if reopens is not None else {}),
    }


@prepared
def begin_or_count(tables: Tables, dialect: str, limit: Limit, tries: int) -> Executable:
    """Count it, also where nobody was wrong before; it gives the number of wrong ones in a row."""
    rows = tables.throttles
    cells = (*KEY, "account_id", "failures", "last_at", "free_at")
    new = insert_into(rows, dialect).values(
        {name: bindparam(name) for name in cells} | {"forgiven": 0}
    )
    given = new.excluded
    may, becomes = _rule(tables, limit, tries, given.last_at, given.failures, given.free_at)
    counted = new.on_conflict_do_update(index_elements=KEY, set_=becomes, where=may)
    statement: Executable = counted.returning(rows.c.failures)
    return statement


@prepared
def count(tables: Tables, limit: Limit, tries: int) -> Update:
    """Count it where somebody was wrong before; the cells are named `its_...` there."""
    rows = tables.throttles
    given = [bindparam(f"its_{name}", type_=rows.c[name].type) for name in GIVEN]
    may, becomes = _rule(tables, limit, tries, *given)
    mine = [rows.c[name] == bindparam(f"its_{name}") for name in KEY]
    # MariaDB reads a column that was set before in the same statement as it is by then.
    cells = [(rows.c[name], value) for name, value in becomes.items()]
    return update(rows).where(*mine, may).ordered_values(*cells)


def _rule(
    tables: Tables, limit: Limit, tries: int, now: Any, more: Any, first_end: Any
) -> tuple[ColumnElement[bool], dict[str, Any]]:
    """Whether it is listened to, and what becomes of the row then."""
    rows = tables.throttles.c
    may_try: ColumnElement[bool] = rows.failures < limit.stop
    listened_to = may_try
    if limit.reopens_after is not None:
        listened_to = or_(may_try, rows.last_at <= bindparam("closed_since"))
    no_wait = or_(rows.free_at.is_(None), rows.free_at <= now)
    waits = [
        (rows.failures >= least, bindparam(f"end_{least}", type_=rows.free_at.type))
        for least, _ in reversed(limit.waits(tries))
    ]
    # What opens again begins from zero.
    ends = case((rows.failures >= limit.stop, first_end), *waits, else_=null())
    return listened_to & no_wait, {
        "free_at": ends,
        "shut_at": null(),
        "last_at": now,
        "failures": case((may_try, rows.failures + more), else_=more),
    }


def _end(wait: timedelta, now: datetime) -> datetime | None:
    return to_db(now + wait) if wait else None
