"""Where sessions lie: rows that hold the digest of a token, never the token."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, update

from ..domain.accounts import Account, describe_agent
from ..domain.directory import SessionLine
from ..domain.login_state import Stage
from ..domain.sessions import SEEN_INTERVAL, Session, proof_names
from .accounts import Accounts, account_of
from .columns import from_db, to_db
from .promises import promise
from .rows import Store
from .tables import Tables


class Sessions(Store):
    """Rows of `airlock_sessions`."""

    def open(self, digest: bytes, session: Session, *, address: str = "", agent: str = "") -> int:
        """Begin a session (its `id` is not used) and return the row's id."""
        return self._inserted_id(
            insert(self._tables.sessions).values(
                account_id=session.account_id,
                digest=digest,
                stage=session.stage.value,
                proofs=proof_names(session.proofs),
                next_url=session.next_url,
                address=address[:64],
                agent=agent[:255],
                created_at=to_db(session.created_at),
                last_seen_at=to_db(session.last_seen_at),
                proved_at=to_db(session.proved_at),
                expires_at=to_db(session.expires_at),
                remembered=int(session.remembered),
                trust_id=session.trust_id,
            )
        )

    def find(self, digest: bytes, stage: Stage, now: datetime) -> tuple[Session, Account] | None:
        """The live session of that stage with this digest, and its account."""
        query = self._with_account().where(
            self._tables.sessions.c.digest == digest, *live(self._tables, stage, now)
        )
        row = self._connection.execute(query).first()
        return (session_of(row), account_of(row)) if row else None

    @promise("A session goes through a door once.")
    def promote(
        self, held: Session, old_digest: bytes, new_digest: bytes, answer: bytes | None,
        promoted: Session,
    ) -> bool:  # fmt: skip
        """Turn one session into the next stage under a new digest; True for exactly one caller."""
        rows = self._tables.sessions
        claim = update(rows).where(
            rows.c.id == held.id,
            rows.c.digest == old_digest,
            *live(self._tables, held.stage, promoted.proved_at),
        )
        return (
            self._changed(
                claim.values(
                    digest=new_digest,
                    previous_digest=old_digest,
                    answer_digest=answer,
                    stage=promoted.stage.value,
                    proofs=proof_names(promoted.proofs),
                    last_seen_at=to_db(promoted.last_seen_at),
                    proved_at=to_db(promoted.proved_at),
                    expires_at=to_db(promoted.expires_at),
                    trust_id=promoted.trust_id,
                )
            )
            == 1
        )

    def promoted_from(
        self, old_digest: bytes, now: datetime, stage: Stage = Stage.SIGNED_IN
    ) -> tuple[Session, Account, bytes] | None:
        """The session of that stage that had this digest before, and the answer by which it was
        opened with the present one, or the proof that it was renewed."""
        rows = self._tables.sessions
        query = self._with_account(rows.c.answer_digest).where(
            rows.c.previous_digest == old_digest, *live(self._tables, stage, now)
        )
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return session_of(row), account_of(row), row._mapping["answer_digest"] or b""

    def _with_account(self, *more: Any) -> Select[Any]:
        sessions, accounts = self._tables.sessions, self._tables.accounts
        query = select(*accounts.c, *session_columns(self._tables), *more)
        joined = sessions.join(accounts, accounts.c.id == sessions.c.account_id)
        return query.select_from(joined)

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
        row = self._connection.execute(self._with_account().where(*ended)).first()
        return account_of(row) if row else None

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
        rows = self._tables.sessions
        held = update(rows).where(
            rows.c.id == session.id,
            rows.c.digest == old_digest,
            *live(self._tables, session.stage, now),
        )
        renewed = {"digest": new_digest, "previous_digest": old_digest, "answer_digest": proof}
        return self._changed(held.values(last_seen_at=to_db(now), **renewed)) == 1

    def prolong(self, session: Session, until: datetime, now: datetime) -> None:
        """Let a live session last until then, if it would not."""
        rows = self._tables.sessions
        mine = update(rows).where(
            rows.c.id == session.id,
            *live(self._tables, session.stage, now),
            rows.c.expires_at < to_db(until),
        )
        self._connection.execute(mine.values(expires_at=to_db(until)))

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


COLUMNS = (
    "id", "account_id", "stage", "proofs", "created_at", "last_seen_at", "proved_at", "expires_at",
    "next_url", "remembered", "trust_id",
)  # fmt: skip


def session_columns(tables: Tables) -> list[Any]:
    """The columns of a session, labelled so that they can stand beside others."""
    return [tables.sessions.c[name].label(f"session_{name}") for name in COLUMNS]


def live(tables: Tables, stage: Stage, now: datetime) -> tuple[Any, ...]:
    """The conditions under which a session of that stage counts."""
    rows = tables.sessions
    return (
        rows.c.stage == stage.value,
        rows.c.ended_at.is_(None),
        rows.c.expires_at > to_db(now),
    )


def session_of(row: Row[Any]) -> Session:
    """The session in a row that holds `session_columns`."""
    cells = {name: row._mapping[f"session_{name}"] for name in COLUMNS}
    for name in ("created_at", "last_seen_at", "proved_at", "expires_at"):
        cells[name] = from_db(cells[name])
    cells["stage"] = Stage(cells["stage"])
    cells["remembered"] = bool(cells["remembered"])
    cells["proofs"] = tuple(cells["proofs"].split())
    return Session(**cells)


def end_sessions(connection: Connection, tables: Tables, user_id: Any, now: datetime) -> None:
    """End every session of a user, also one that is being opened: its login holds the account."""
    rows, accounts = tables.sessions, tables.accounts
    Accounts(connection, tables).lock_user(user_id, now)
    mine = select(accounts.c.id).where(accounts.c.user_id == user_id).scalar_subquery()
    alive = update(rows).where(rows.c.account_id == mine, rows.c.ended_at.is_(None))
    connection.execute(alive.values(ended_at=to_db(now)))
