"""Messages on their way: rows with a sealed text that is wiped once sent or expired."""

import secrets
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, insert, or_, select, update

from ..domain.letters import MAX_ATTEMPTS, STUCK_AFTER, LetterState, next_try
from ..domain.records import Record
from ..domain.vault import Place
from ..errors import Unsealable
from .columns import from_db, to_db
from .prepared import prepared
from .promises import promise
from .rows import SealingStore
from .tables import Tables

SWEEP_LIMIT = 20
WIPE_LIMIT = 500
OPEN_STATES = (LetterState.WAITING.value, LetterState.SENDING.value)


class Claimed(Record):
    """A letter that one worker has taken, for the so many-th time; `broken` where its text can't be
    opened."""

    channel: str
    template: str
    account_id: int | None
    attempts: int
    expires_at: datetime
    text: bytes = field(default=b"", repr=False)
    broken: Unsealable | None = None


class Letters(SealingStore):
    """Rows of `airlock_letters`."""

    def add(
        self,
        message: bytes,
        *,
        channel: str,
        template: str,
        account_id: int | None,
        now: datetime,
        expires_at: datetime,
    ) -> int:
        """Write a letter in the flow's own transaction; its id."""
        reference = secrets.token_hex(16)
        return self._inserted_id(
            insert(self._tables.letters).values(
                account_id=account_id,
                channel=channel,
                template=template,
                reference=reference,
                message=self._vault.seal(message, place(reference)),
                state=LetterState.WAITING.value,
                attempts=0,
                due_at=to_db(now),
                created_at=to_db(now),
                expires_at=to_db(expires_at),
            )
        )

    @promise("A letter is taken by one worker.")
    def claim(self, letter_id: int, now: datetime) -> Claimed | None:
        """Take a letter to send it, for one worker alone; the attempt is counted."""
        rows = self._tables.letters
        claim = update(rows).where(
            rows.c.id == letter_id,
            *_is_overdue(self._tables, to_db(now)),
        )
        # An attempt is counted before it begins, so that a letter that kills its worker
        # is not tried for ever; `due_at` moves on, so that a second claim finds nothing.
        taken = claim.values(
            state=LetterState.SENDING.value,
            attempts=rows.c.attempts + 1,
            due_at=to_db(now + STUCK_AFTER),
        )
        if not self._changed(taken):
            return None
        row = self._connection.execute(select(rows).where(rows.c.id == letter_id)).mappings().one()
        about = {name: row[name] for name in ("channel", "template", "account_id", "attempts")}
        about["expires_at"] = from_db(row["expires_at"])
        try:
            text = self._opened(row["message"], place(row["reference"]), row["account_id"])
        except Unsealable as broken:
            # Not raised: it would undo the count, and the letter would be taken for ever.
            return Claimed(broken=broken, **about)
        return Claimed(text=text, **about)

    def settle(self, letter_id: int, now: datetime) -> None:
        """The letter was handed over: its text is wiped, whoever took it meanwhile."""
        rows = self._tables.letters
        sent = update(rows).where(rows.c.id == letter_id, rows.c.state.in_(OPEN_STATES))
        values = {"state": LetterState.SENT.value, "message": None, "due_at": to_db(now)}
        self._connection.execute(sent.values(**values))

    @promise("A letter that was sent, or that another worker has taken since, is not taken back.")
    def give_back(self, letter_id: int, claimed: Claimed, now: datetime) -> bool:
        """This try failed: the letter is tried again later or, when no try or no time is left,
        given up and wiped. False where it is not with this worker any more."""
        until = next_try(claimed.attempts, now, claimed.expires_at)
        rows = self._tables.letters
        failed = update(rows).where(
            rows.c.id == letter_id,
            rows.c.state == LetterState.SENDING.value,
            rows.c.attempts == claimed.attempts,
        )
        if until is None:
            values = {"state": LetterState.FAILED.value, "message": None, "due_at": to_db(now)}
        else:
            values = {"state": LetterState.WAITING.value, "due_at": to_db(until)}
        return self._changed(failed.values(**values)) == 1

    def overdue(self, now: datetime) -> list[int]:
        """Letters that nobody has taken, or that a worker took and never settled."""
        found = self._connection.execute(_overdue(self._tables), {"of_now": to_db(now)})
        return list(found.scalars())

    def lost(self, now: datetime) -> list[int]:
        """Letters whose time has passed, or whose last attempt never ended; at most 500."""
        found = self._connection.execute(_lost(self._tables), {"of_now": to_db(now)})
        return list(found.scalars())

    def wipe_lost(self, now: datetime) -> int:
        """What is lost has failed, and its text goes; how many letters that were."""
        # Looked for first: an UPDATE over a range would lock what others are about to claim.
        found, rows = self.lost(now), self._tables.letters
        if found:
            gone = update(rows).where(rows.c.id.in_(found), *_is_lost(self._tables, to_db(now)))
            self._connection.execute(gone.values(state=LetterState.FAILED.value, message=None))
        return len(found)

    def failed(self, letter_ids: Iterable[int]) -> set[int]:
        """Which of these could not be sent at their last attempt."""
        rows = self._tables.letters
        query = select(rows.c.id).where(
            rows.c.id.in_(list(letter_ids)),
            or_(
                rows.c.state == LetterState.FAILED.value,
                (rows.c.state == LetterState.WAITING.value) & (rows.c.attempts > 0),
            ),
        )
        return set(self._connection.execute(query).scalars())


@prepared
def _overdue(tables: Tables) -> Select[Any]:
    wanted = _is_overdue(tables, bindparam("of_now"))
    return select(tables.letters.c.id).where(*wanted).limit(SWEEP_LIMIT)


@prepared
def _lost(tables: Tables) -> Select[Any]:
    wanted = _is_lost(tables, bindparam("of_now"))
    return select(tables.letters.c.id).where(*wanted).limit(WIPE_LIMIT)


def _is_overdue(tables: Tables, now: Any) -> tuple[ColumnElement[bool], ...]:
    rows = tables.letters
    in_time = (rows.c.expires_at > now, rows.c.attempts < MAX_ATTEMPTS)
    return (rows.c.state.in_(OPEN_STATES), rows.c.due_at <= now, *in_time)


def _is_lost(tables: Tables, now: Any) -> tuple[ColumnElement[bool], ...]:
    rows = tables.letters
    too_late = or_(rows.c.expires_at <= now, rows.c.attempts >= MAX_ATTEMPTS)
    return (rows.c.state.in_(OPEN_STATES), rows.c.due_at <= now, too_late)


def place(reference: str) -> Place:
    """Where the text of a letter lies."""
    return Place("airlock_letters", "message", reference)
