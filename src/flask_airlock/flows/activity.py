"""What happened to an account, newest first: for its owner in pages, for administrators in full."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator
from datetime import datetime

from ..domain.accounts import Person, Visitor
from ..domain.directory import EventLine
from ..domain.records import Record
from ..domain.vault import Place
from ..errors import Unsealable
from . import foreign, sessions
from .administration import find
from .services import Services

PAGE = 50
BATCH = 200
KIND = "event"


class Activity(Record):
    """A page of it; `older` leads to the next one, if there is more."""

    lines: list[EventLine]
    older: str | None


def page(
    services: Services, token: str | None, names: Collection[str], before: str | None,
    visitor: Visitor,
) -> Activity:  # fmt: skip
    """What happened to the account of who is signed in, as far as it has one of these names.

    `before` is the `older` of the page before. Raises LoginLapsed, and NoSuchRow for a `before`
    that was not given to this account.
    """
    standing = sessions.find_signed_in(services, token)
    account_id = standing.account.id
    start = None
    if before is not None:
        start = _opened(services, account_id, before)
        if start is None:
            foreign.refuse(services, account_id, KIND, visitor)
    with services.begin() as work:
        lines = work.unit.events.lines(account_id, PAGE + 1, before=start, names=names)
    shown = lines[:PAGE]
    more = len(lines) > PAGE
    return Activity(
        lines=shown, older=_sealed(services, account_id, shown[-1].id) if more else None
    )


def recorded(
    services: Services, name: str, limit: int, since: datetime | None
) -> tuple[Person, Iterator[EventLine]]:
    """A user, and the last events of his account, read page by page; raises NotDone."""
    with services.begin() as work:
        person = find(services, work, name)
        account = work.unit.accounts.of_user(person.user_id)
    return person, _read(services, account.id, limit, since) if account else iter(())


def _read(
    services: Services, account_id: int, limit: int, since: datetime | None
) -> Iterator[EventLine]:
    left, last = limit, None
    while left > 0:
        size = min(BATCH, left)
        with services.begin() as work:
            lines = work.unit.events.lines(account_id, size, before=last, since=since)
        yield from lines
        if len(lines) < size:
            return
        last = lines[-1].id
        left -= size


# The number of an event tells how many there are of everybody's: it is sealed for its reader.
def _place(account_id: int) -> Place:
    return Place("events", "id", account_id)


def _sealed(services: Services, account_id: int, event_id: int) -> str:
    box = services.vault.seal(str(event_id).encode(), _place(account_id))
    return urlsafe_b64encode(box).decode()


def _opened(services: Services, account_id: int, mark: str) -> int | None:
    try:
        box = urlsafe_b64decode(mark.encode("ascii", "replace"))
        return int(services.vault.open(box, _place(account_id)))
    except (ValueError, Unsealable):
        return None
