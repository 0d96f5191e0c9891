"""Where sessions lie: rows that hold the digest of a token, never the token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from ..domain.accounts import Account, Person, describe_agent
from ..domain.directory import SessionLine
from ..domain.login_state import Stage
from ..domain.sessions import SEEN_INTERVAL, Session, proof_names
from ..errors import StoreBusy
from . import session_statements
from .accounts import account_of
from .columns import from_db, to_db
from .promises import promise
from .rows import Store
from .session_statements import WIDTH, as_read, held, live, live_at
from .tables import Tables
from .users import Users, person_as_read


class Sessions(Store):
    """Rows of `airlock_sessions`."""

    def __init__(self, connection: Connection, tables: Tables, users: Users) -> None:
        super().__init__(connection, tables)
        self._users = users

    @promise("A session is opened only while its account is as it was read.")
    def open(
        self, digest: bytes, session: Session, account: Account, person: Person | None = None, *,
        address: str = "", agent: str = "",
    ) -> int:  # fmt: skip
        """Begin a session (its `id` is not used) and return the row's id.

        Raises StoreBusy if the account was changed since it was read; else changes wait until this
        transaction ends, and find the session. So it does with a `person` who was changed past the
        application's models, where the database can tell.
        """
        cells = {
            "account_id": account.id,
            "digest": digest,
            "stage": session.stage.value,
            "proofs": proof_names(session.proofs),
            "next_url": session.next_url,
            "address": address[:64],
            "agent": agent[:255],
            "created_at": to_db(session.created_at),
            "last_seen_at": to_db(session.last_seen_at),
            "proved_at": to_db(session.proved_at),
            "expires_at": to_db(session.expires_at),
            "remembered": int(session.remembered),
            "trust_id": session.trust_id,
        }
        returns = self._connection.dialect.insert_returning
        compared = person if self._users.can_be_compared(self._connection.dialect) else None
        statement = session_statements.open_as_read(
            self._tables, tuple(cells), self._users if compared else None,
            confirmed=bool(compared and compared.confirmed), returns=returns,
        )  # fmt: skip
        values = {f"its_{name}": value for name, value in cells.items()} | as_read(account)
        values |= person_as_read(compared) if compared else {}
        opened = self._connection.execute(statement, values)
        number = opened.scalar() if returns else opened.rowcount and opened.lastrowid
        if not number:
            raise StoreBusy
        return int(number)

    def find(self, digest: bytes, stage: Stage, now: datetime) -> tuple[Session, Account] | None:
        """The live session of that stage with this digest, and its account."""
        wanted = {"of_digest": digest, **live_at(stage, now)}
        found = self._connection.execute(session_statements.by_digest(self._tables), wanted)
        row = found.first()
        return _session_and_account(row) if row else None

    @promise("A session goes through a door once.")
    def promote(
        self, before: Session, old_digest: bytes, new_digest: bytes, answer: bytes | None,
        promoted: Session, unchanged: Account | None = None,
    ) -> bool:  # fmt: skip
        """Turn one session into the next stage under a new digest; True for exactly one caller.

        With `unchanged` only if the account is as it was read.
        """
        becomes = {
            "digest": new_digest,
            "previous_digest": old_digest,
            "answer_digest": answer,
            "stage": promoted.stage.value,
            "proofs": proof_names(promoted.proofs),
            "last_seen_at": to_db(promoted.last_seen_at),
            "proved_at": to_db(promoted.proved_at),
            "expires_at": to_db(promoted.expires_at),
            "trust_id": promoted.trust_id,
        }
        claim = session_statements.change_held(
            self._tables, tuple(becomes), if_as_read=unchanged is not None
        )
        values = becomes | held(before, old_digest, promoted.proved_at)
        return self._changed(claim, values | (as_read(unchanged) if unchanged else {})) == 1

    def promoted_from(
        self, old_digest: bytes, now: datetime, stage: Stage = Stage.SIGNED_IN
    ) -> tuple[Session, Account, bytes] | None:
        """The session of that stage that had this digest before, and the answer by which it was
        opened with the present one, or the proof that it was renewed."""
        found = self._connection.execute(
            session_statements.by_previous_digest(self._tables),
            {"of_digest": old_digest, **live_at(stage, now)},
        )
        row = found.first()
        return (*_session_and_account(row), row[-1] or b"") if row else None

    @promise("A session is signed out once.")
    def end(self, digest: bytes, now: datetime) -> int | None:
        """End the session with this digest; the id of its account, if it was alive."""
        rows = self._tables.sessions
        query = select(rows.c.account_id).where(rows.c.digest == digest)
        account_id = self._connection.execute(query).scalar()
        ended = update(rows).where(rows.c.digest == digest, rows.c.ended_at.is_(None))
        changed = self._changed(ended.values(ended_at=to_db(now)))
        return account_id if changed else None

    def end_all(self, account_id: int, now: datetime) -> int:
        """End every session of an account; how many were alive."""
        rows = self._tables.sessions
        alive = update(rows).where(rows.c.account_id == account_id, rows.c.ended_at.is_(None))
        return self._changed(alive.values(ended_at=to_db(now)))

    def lines(
        self, account_id: int, now: datetime, seen_after: datetime, *, remembering: bool
    ) -> list[SessionLine]:
        """The sessions that are alive and were seen since then, newest first; `remembering` adds
        those that are to be remembered, however long they rested."""
        rows = self._tables.sessions
        in_use = rows.c.last_seen_at >= to_db(seen_after)
        query = select(rows).where(
            rows.c.account_id == account_id,
            rows.c.ended_at.is_(None),
            rows.c.expires_at > to_db(now),
            or_(in_use, rows.c.remembered == 1) if remembering else in_use,
        )
        return [
            SessionLine(
                id=row["id"],
                stage=row["stage"],
                proofs=tuple(row["proofs"].split()),
                address=row["address"],
                browser=describe_agent(row["agent"]),
                created_at=from_db(row["created_at"]),
                last_seen_at=from_db(row["last_seen_at"]),
                expires_at=from_db(row["expires_at"]),
            )
            for row in self._connection.execute(query.order_by(rows.c.id.desc())).mappings()
        ]

    @promise("A session that is chosen from a list is ended once.")
    def end_one(self, account_id: int, session_id: int, now: datetime) -> bool:
        """End one session of an account; False if it has none of this number that is alive."""
        rows = self._tables.sessions
        mine = update(rows).where(
            rows.c.id == session_id,
            rows.c.account_id == account_id,
            rows.c.ended_at.is_(None),
            rows.c.expires_at > to_db(now),
        )
        return self._changed(mine.values(ended_at=to_db(now))) == 1

    def is_of(self, session_id: int, account_id: int) -> bool:
        """Whether the account has, or had, a session of this number."""
        return self._has(self._tables.sessions, session_id, account_id)

    def trust_of(self, session_id: int) -> int | None:
        """Which trusted browser stands for the second factor in it."""
        rows = self._tables.sessions
        query = select(rows.c.trust_id).where(rows.c.id == session_id)
        found: int | None = self._connection.execute(query).scalar()
        return found

    def account_of_ended(self, digest: bytes, since: datetime) -> Account | None:
        """Whose session had this digest and ended since then."""
        rows = self._tables.sessions
        ended = (rows.c.digest == digest, rows.c.ended_at >= to_db(since))
        row = self._connection.execute(
            session_statements.with_account(self._tables).where(*ended)
        ).first()
        return account_of(row[WIDTH:]) if row else None

    def id_of(self, digest: bytes, account_id: int) -> int | None:
        """The row of a session, if it is this account's."""
        rows = self._tables.sessions
        mine = (rows.c.digest == digest, rows.c.account_id == account_id)
        found: int | None = self._connection.execute(select(rows.c.id).where(*mine)).scalar()
        return found

    def end_trusted(self, account_id: int, now: datetime, trust_id: int | None = None) -> int:
        """End the sessions in which a trusted browser, or this one, stands for the second factor;
        how many were alive."""
        rows = self._tables.sessions
        which = rows.c.trust_id.is_not(None) if trust_id is None else rows.c.trust_id == trust_id
        alive = update(rows).where(rows.c.account_id == account_id, rows.c.ended_at.is_(None))
        return self._changed(alive.where(which).values(ended_at=to_db(now)))

    def end_others(self, account_id: int, kept_id: int, now: datetime) -> int:
        """End every session of an account but one; how many were alive."""
        rows = self._tables.sessions
        others = update(rows).where(
            rows.c.account_id == account_id, rows.c.id != kept_id, rows.c.ended_at.is_(None)
        )
        return self._changed(others.values(ended_at=to_db(now)))

    def end_half_open(self, account_id: int, now: datetime) -> None:
        """End every login of an account that is not through both doors."""
        rows = self._tables.sessions
        half_open = (rows.c.account_id == account_id, rows.c.stage == Stage.HALF_OPEN.value)
        alive = update(rows).where(*half_open, rows.c.ended_at.is_(None))
        self._connection.execute(alive.values(ended_at=to_db(now)))

    @promise("A session's token is renewed once.")
    def renew(
        self, session: Session, old_digest: bytes, new_digest: bytes, proof: bytes, now: datetime
    ) -> bool:
        """Give a live session another token; the old one opens nothing. True for exactly one
        caller."""
        becomes = {
            "digest": new_digest,
            "previous_digest": old_digest,
            "answer_digest": proof,
            "last_seen_at": to_db(now),
        }
        claim = session_statements.change_held(self._tables, tuple(becomes))
        return self._changed(claim, becomes | held(session, old_digest, now)) == 1

    def prolong(self, session: Session, until: datetime, now: datetime) -> None:
        """Let a live session last until then, if it would not."""
        rows = self._tables.sessions
        mine = update(rows).where(
            rows.c.id == session.id,
            *live(self._tables),
            rows.c.expires_at < to_db(until),
        )
        changed = mine.values(expires_at=to_db(until))
        self._connection.execute(changed, live_at(session.stage, now))

    def note_proved(self, session_id: int, now: datetime) -> None:
        """Remember when the session's owner last proved that it is he."""
        rows = self._tables.sessions
        mine = update(rows).where(rows.c.id == session_id)
        self._connection.execute(mine.values(proved_at=to_db(now)))

    def note_seen(self, session_id: int, now: datetime) -> None:
        """Remember that the session was used; at most one writer in five minutes."""
        rows = self._tables.sessions
        due = rows.c.last_seen_at <= to_db(now - SEEN_INTERVAL)
        seen = update(rows).where(rows.c.id == session_id, due)
        # By the time a renewal may be repeated is reckoned from when the session was last seen.
        self._connection.execute(seen.values(last_seen_at=to_db(now), previous_digest=None))


def session_of(cells: Sequence[Any]) -> Session:
    """The session in a row that begins with `session_columns`."""
    its_id, account_id, stage, proofs, *times, next_url, remembered, trust_id = cells[:WIDTH]
    created_at, last_seen_at, proved_at, expires_at = map(from_db, times)
    return Session(
        id=its_id,
        account_id=account_id,
        stage=Stage(stage),
        proofs=tuple(proofs.split()),
        created_at=created_at,
        last_seen_at=last_seen_at,
        proved_at=proved_at,
        expires_at=expires_at,
        next_url=next_url,
        remembered=bool(remembered),
        trust_id=trust_id,
    )


def _session_and_account(cells: Sequence[Any]) -> tuple[Session, Account]:
    return session_of(cells), account_of(cells[WIDTH:])


def end_sessions(connection: Connection, tables: Tables, user_id: Any, now: datetime) -> None:
    """End every session of a user whose account is held: none is being opened then."""
    rows, accounts = tables.sessions, tables.accounts
    mine = select(accounts.c.id).where(accounts.c.user_id == user_id).scalar_subquery()
    alive = update(rows).where(rows.c.account_id == mine, rows.c.ended_at.is_(None))
    connection.execute(alive.values(ended_at=to_db(now)))
