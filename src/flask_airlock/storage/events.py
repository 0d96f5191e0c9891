"""What happened, as rows without secrets."""

import json
from datetime import datetime

from sqlalchemy import insert

from ..domain.accounts import Visitor
from ..domain.events import Event
from .columns import to_db
from .rows import Store


class Events(Store):
    """Rows of `airlock_events`."""

    def add(self, event: Event, visitor: Visitor, now: datetime) -> None:
        """Record one fact, with when and from where."""
        self._connection.execute(
            insert(self._tables.events).values(
                account_id=event.account_id,
                name=event.name,
                detail=json.dumps(event.detail(), sort_keys=True),
                address=visitor.address[:64],
                agent=visitor.agent[:255],
                at=to_db(now),
            )
        )
