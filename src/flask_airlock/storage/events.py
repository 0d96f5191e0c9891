"""What happened, as rows without secrets."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from ..domain.accounts import Visitor, describe_agent
from ..domain.directory import EventLine, LoginLine
from ..domain.events import Event, LoginCompleted
from .columns import from_db, to_db
from .rows import Store, insertion
from .tables import Tables


class Events(Store):
    """Rows of `airlock_events`. They are written together at the end of the transaction, and read
    by later ones."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        super().__init__(connection, tables)
        self._waiting: list[dict[str, Any]] = []

    def add(self, event: Event, visitor: Visitor, now: datetime) -> None:
        """Record one fact, with when and from where."""
        self._waiting.append(
            {
                "account_id": event.account_id,
                "name": event.name,
                "detail": json.dumps(event.detail(), sort_keys=True),
                "address": visitor.address[:64],
                "agent": visitor.agent[:255],
                "at": to_db(now),
            }
        )

    def flush(self) -> None:
        """Write what waits: before a part may be undone, or an account goes."""
        if self._waiting:
            self._connection.execute(insertion(self._tables, "events"), self._waiting)
            self._waiting = []

    def forget(self) -> None:
        """What waits did not happen: it is undone."""
        self._waiting = []

    def logins(self, account_id: int, limit: int) -> list[LoginLine]:
        """The last times that somebody came in, newest first."""
        newest = self._newest(account_id, LoginCompleted).limit(limit)
        return [
            LoginLine(
                at=from_db(row["at"]),
                proofs=tuple(json.loads(row["detail"])["proofs"]),
                address=row["address"],
                browser=describe_agent(row["agent"]),
            )
            for row in self._connection.execute(newest).mappings()
        ]

    def lines(
        self, account_id: int, limit: int, *, before: int | None = None,
        since: datetime | None = None, names: Collection[str] | None = None,
    ) -> list[EventLine]:  # fmt: skip
        """What happened to an account, newest first: before the event of that number, since that
        time, with one of these names."""
        rows = self._tables.events
        query = select(rows).where(rows.c.account_id == account_id)
        if before is not None:
            query = query.where(rows.c.id < before)
        if since is not None:
            query = query.where(rows.c.at >= to_db(since))
        if names is not None:
            query = query.where(rows.c.name.in_(names))
        newest = query.order_by(rows.c.id.desc()).limit(limit)
        return [_line(row) for row in self._connection.execute(newest).mappings()]

    def last_time(self, account_id: int, kind: type[Event]) -> datetime | None:
        """When such an event last happened to an account."""
        row = self._connection.execute(self._newest(account_id, kind).limit(1)).mappings().first()
        return from_db(row["at"]) if row else None

    def count(self, kinds: Iterable[type[Event]], after: datetime, until: datetime) -> int:
        """How many such events happened in a while, to whomever."""
        rows = self._tables.events
        query = select(func.count()).where(
            rows.c.at > to_db(after),
            rows.c.at <= to_db(until),
            rows.c.name.in_([kind.name for kind in kinds]),
        )
        return int(self._connection.execute(query).scalar_one())

    def _newest(self, account_id: int, kind: type[Event]) -> Select[Any]:
        rows = self._tables.events
        mine = (rows.c.account_id == account_id, rows.c.name == kind.name)
        return select(rows).where(*mine).order_by(rows.c.id.desc())


def _line(row: RowMapping) -> EventLine:
    return EventLine(
        id=row["id"],
        at=from_db(row["at"]),
        name=row["name"],
        account_id=row["account_id"],
        detail=json.loads(row["detail"]),
        address=row["address"],
        browser=describe_agent(row["agent"]),
        agent=row["agent"],
    )
