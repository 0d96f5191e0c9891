"""Administrators' help, as they list it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..domain.records import Record
from ..domain.rescue import Rescue
from .services import Services, Work


class RescueLine(Record):
    """A rescue in an administrator's list."""

    id: int
    email: str
    state: str
    asked_at: datetime | None
    approved_by: tuple[str, ...]
    reason: str | None
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None


def listed(services: Services, batch: int, *, with_ended: bool) -> Iterator[RescueLine]:
    """What is under way, oldest first, and what is over if that is wanted."""
    last = 0
    while True:
        with services.begin() as work:
            found = work.unit.rescues.listed(last, batch, with_ended=with_ended)
            lines = [_line(work, rescue, user_id) for rescue, user_id in found]
        yield from lines
        if len(found) < batch:
            return
        last = found[-1][0].id


def _line(work: Work, rescue: Rescue, user_id: Any) -> RescueLine:
    person = work.unit.users.by_id(user_id)
    return RescueLine(
        id=rescue.id,
        email=person.email if person else "",
        state=rescue.state.value,
        asked_at=rescue.asked_at,
        approved_by=tuple(filter(None, (rescue.first_by, rescue.second_by))),
        reason=rescue.reason,
        due_at=rescue.due_at,
        closed_at=rescue.closed_at,
        closed_by=rescue.closed_by,
    )
