"""Rows that are chosen by a number in a form: whoever names one that is not his learns nothing."""

from collections.abc import Callable
from typing import NoReturn

from ..domain.accounts import Visitor
from ..domain.events import ForeignRow
from ..errors import NoSuchRow
from ..storage.transaction import Unit
from .services import Services

FACTOR = "factor"


def refuse(services: Services, account_id: int, kind: str, visitor: Visitor) -> NoReturn:
    """Record that an account asked for a row of that kind that it does not have, and raise
    NoSuchRow: somebody else's and none at all are answered alike (S-106)."""
    with services.begin() as work:
        work.record(ForeignRow(account_id=account_id, kind=kind), visitor)
    raise NoSuchRow


def unless_over(
    services: Services,
    account_id: int,
    kind: str,
    visitor: Visitor,
    was_his: Callable[[Unit], bool],
) -> None:
    """The same, but for a row that was the account's and is over: a second click takes nothing
    away."""
    with services.begin() as work:
        is_his = was_his(work.unit)
    if not is_his:
        refuse(services, account_id, kind, visitor)
