"""A watch over the failures of all accounts together: many more than usual raise one event.

Who tries one password on each of thousands of accounts, from thousands of networks, stays below
every limit of either; together it shows.
"""

from datetime import datetime, timedelta

from ..domain.accounts import Visitor
from ..domain.events import FactorRefused, FailuresUnusual, FirstFactorRefused
from ..domain.throttle import EVERYBODY, Side, Window
from .services import Services, Work

LOOKED_AT = timedelta(minutes=10)
USUAL_OVER = timedelta(days=1)
# Of all processes one looks in a minute, and tells once in an hour.
ONE_LOOK = Window(1, timedelta(minutes=1))
ONE_TELLING = Window(1, timedelta(hours=1))
KINDS = (FirstFactorRefused, FactorRefused)
THE_WATCH = Visitor(agent="watch")


def after_a_failure(services: Services) -> None:
    """Look, where nobody did within the minute, and tell where it is unusual."""
    least, now = services.settings.watch_failures, services.clock()
    if least is None or not services.looks.is_due(now):
        return
    services.in_one_go(lambda work: _look(services, work, least, now))


def _look(services: Services, work: Work, least: int, now: datetime) -> None:
    if not _claim(work, "watch", ONE_LOOK, now):
        return
    begin = now - LOOKED_AT
    failures = work.unit.events.count(KINDS, begin, now)
    if failures < least:
        return
    before = work.unit.events.count(KINDS, begin - USUAL_OVER, begin)
    usual = before / (USUAL_OVER / LOOKED_AT)
    if failures < usual * services.settings.watch_times:
        return
    if _claim(work, "watch told", ONE_TELLING, now):
        work.record(FailuresUnusual(failures=failures, usual=round(usual, 1)), THE_WATCH)


def _claim(work: Work, what: str, window: Window, now: datetime) -> bool:
    return work.unit.windows.count(EVERYBODY, None, what, Side.STRANGERS, window, now)
