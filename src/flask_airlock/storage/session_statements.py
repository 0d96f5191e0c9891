"""The statements about sessions that every login runs, and what they ask for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, Update, bindparam, insert, select, update

from ..domain.accounts import Account
from ..domain.login_state import Stage
from ..domain.sessions import Session
from .accounts import account_columns
from .columns import to_db
from .prepared import prepared
from .tables import Tables
from .users import Users, is_as_read

COLUMNS = (
    "id", "account_id", "stage", "proofs", "created_at", "last_seen_at", "proved_at", "expires_at",
    "next_url", "remembered", "trust_id",
)  # fmt: skip
WIDTH = len(COLUMNS)


def session_columns(tables: Tables) -> list[Any]:
    """The columns of a session, as `session_of` takes them, labelled to stand beside others."""
    return [tables.sessions.c[name].label(f"session_{name}") for name in COLUMNS]


def live(tables: Tables) -> tuple[Any, ...]:
    """The conditions under which a session counts; `live_at` says of which stage, and when."""
    rows = tables.sessions
    return (
        rows.c.stage == bindparam("of_stage"),
        rows.c.ended_at.is_(None),
        rows.c.expires_at > bindparam("at"),
    )


def live_at(stage: Stage, now: datetime) -> dict[str, Any]:
    """What `live` asks for."""
    return {"of_stage": stage.value, "at": to_db(now)}


def as_read(account: Account) -> dict[str, Any]:
    """What a statement asks for that goes by an account as it was read."""
    return {"of_account": account.id, "as_read": account.revision}


def held(session: Session, digest: bytes, now: datetime) -> dict[str, Any]:
    """What `change_held` asks for: which session, and by which token it is held."""
    return {"of_id": session.id, "of_digest": digest, **live_at(session.stage, now)}


def with_account(tables: Tables, *more: Any) -> Select[Any]:
    """Sessions, each with its account."""
    sessions, accounts = tables.sessions, tables.accounts
    query = select(*session_columns(tables), *account_columns(tables), *more)
    return query.select_from(sessions.join(accounts, accounts.c.id == sessions.c.account_id))


@prepared
def by_digest(tables: Tables) -> Select[Any]:
    """The live session that has this digest."""
    wanted = tables.sessions.c.digest == bindparam("of_digest")
    return with_account(tables).where(wanted, *live(tables))


@prepared
def by_previous_digest(tables: Tables) -> Select[Any]:
    """The live session that had this digest before, and the answer that it changed by."""
    rows = tables.sessions
    wanted = rows.c.previous_digest == bindparam("of_digest")
    return with_account(tables, rows.c.answer_digest).where(wanted, *live(tables))


@prepared
def open_as_read(
    tables: Tables, cells: tuple[str, ...], users: Users | None, *, confirmed: bool, returns: bool
) -> Insert:
    """Add a session to an account that is as it was read, and so is the person, where `users` are
    given; its cells are named `its_...`."""
    rows = tables.sessions
    values = [bindparam(f"its_{name}", type_=rows.c[name].type) for name in cells]
    conditions = _is_as_read(tables)
    if users is not None:
        conditions = (*conditions, is_as_read(users, confirmed=confirmed))
    # Who changes the account waits from now on; rows that point to it may be added meanwhile.
    source = select(*values).where(*conditions).with_for_update(key_share=True)
    opened = insert(rows).from_select(list(cells), source, include_defaults=False)
    return opened.returning(rows.c.id) if returns else opened


@prepared
def change_held(tables: Tables, becomes: tuple[str, ...], *, if_as_read: bool = False) -> Update:
    """Change the session that somebody holds; its new cells are the parameters."""
    rows = tables.sessions
    mine = (rows.c.id == bindparam("of_id"), rows.c.digest == bindparam("of_digest"))
    changed = update(rows).where(*mine, *live(tables))
    if if_as_read:
        changed = changed.where(select(tables.accounts.c.id).where(*_is_as_read(tables)).exists())
    return changed.values({name: bindparam(name) for name in becomes})


def _is_as_read(tables: Tables) -> tuple[Any, ...]:
    rows = tables.accounts
    return rows.c.id == bindparam("of_account"), rows.c.revision == bindparam("as_read")
