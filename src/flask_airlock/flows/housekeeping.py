"""Removing what has done its work: expired rows in batches, and users who wanted to go."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from ..domain.accounts import Account, Visitor
from ..domain.directory import Purged
from ..domain.events import DeletionFailed, DeletionRequested, UserDeleted
from ..errors import StoreFailed, UserInUse
from ..storage.purge import SUBJECTS
from . import notices, rescues
from .services import Services, Work

SESSION_HISTORY = timedelta(days=7)
LETTER_HISTORY = timedelta(days=7)
CODE_HISTORY = timedelta(days=1)
# Longer than any session: while the form lives that made a set, its row tells that it was made.
SET_HISTORY = timedelta(days=30)
RESCUE_HISTORY = timedelta(days=365)
NAME_HISTORY = timedelta(days=30)
KEPT = {
    "sessions": SESSION_HISTORY,
    "trusted_browsers": SESSION_HISTORY,
    "codes": CODE_HISTORY,
    "setups": CODE_HISTORY,
    "rescue_addresses": CODE_HISTORY,
    "recovery_codes": SET_HISTORY,
    "rescues": RESCUE_HISTORY,
    "link_tokens": CODE_HISTORY,
    "letters": LETTER_HISTORY,
    "windows": CODE_HISTORY,
    "throttles": NAME_HISTORY,
}
HOUSEKEEPER = Visitor(agent="housekeeping")

log = logging.getLogger("flask_airlock")


def purge(services: Services, batch: int) -> Purged:
    """Carry out rescues and remove users whose time has come, each in a transaction of his own,
    then remove expired rows.

    Can be stopped at any time and run again; two at once do no harm.
    """
    now = services.clock()
    rescues.sweep(services)
    users, stuck = _remove_due_users(services, now, batch)
    while services.in_one_go(lambda work: work.unit.letters.wipe_lost(now)):
        pass
    over = _over(services, now)
    rows = {
        subject: _remove_rows(services, subject, over[subject], batch) if subject in over else 0
        for subject in SUBJECTS
    }
    return Purged(rows=rows, users=users, stuck=stuck)


def preview(services: Services, batch: int) -> Purged:
    """What `purge` would remove now; changes nothing."""
    now = services.clock()
    over = _over(services, now)
    with services.begin() as work:
        rows = {
            subject: work.unit.purge.count(subject, over[subject]) if subject in over else 0
            for subject in SUBJECTS
        }
    users = sum(1 for _ in _due(services, now, batch))
    return Purged(rows=rows, users=users, stuck=0)


def _over(services: Services, now: datetime) -> dict[str, datetime]:
    """By table: what was over before that time has been kept long enough."""
    kept = dict(KEPT)
    if services.settings.keep_events is not None:
        kept["events"] = services.settings.keep_events
    return {subject: now - length for subject, length in kept.items()}


def _remove_rows(services: Services, subject: str, before: datetime, batch: int) -> int:
    removed, last = 0, 0
    while True:
        count, found, last = services.in_one_go(partial(_remove_some, subject, before, last, batch))
        removed += count
        if found < batch:
            return removed


def _remove_some(
    subject: str, before: datetime, after: int, batch: int, work: Work
) -> tuple[int, int, int]:
    """How many rows went, how many were found, and the id of the last one."""
    ids = work.unit.purge.some(subject, before, after, batch)
    removed = work.unit.purge.remove(subject, before, ids) if ids else 0
    return removed, len(ids), ids[-1] if ids else after


def _due(services: Services, now: datetime, batch: int) -> Iterator[Account]:
    last = 0
    while True:
        with services.begin() as work:
            accounts = work.unit.accounts.due_for_deletion(now, last, batch)
        yield from accounts
        if len(accounts) < batch:
            return
        last = accounts[-1].id


def _remove_due_users(services: Services, now: datetime, batch: int) -> tuple[int, int]:
    removed = stuck = 0
    for account in _due(services, now, batch):
        try:
            removed += services.in_one_go(partial(_remove_user, services, account, now))
        except (UserInUse, StoreFailed):
            stuck += 1
            log.error("account %s is due, but rows of the application's still need it", account.id)
            with services.begin() as work:
                work.record(DeletionFailed(account_id=account.id), HOUSEKEEPER)
    return removed, stuck


def _remove_user(services: Services, account: Account, now: datetime, work: Work) -> bool:
    """True for exactly one caller, unless the owner has signed in meanwhile."""
    # Before the account, as at every door: or a login and this would wait for each other.
    work.unit.throttles.hold(account.user_id)
    if not work.unit.accounts.claim_deletion(account.id, now):
        return False
    person = work.unit.users.by_id(account.user_id)
    asked = work.unit.events.last_time(account.id, DeletionRequested)
    if person is None:
        return False
    # Before the user goes: who listens to the event learns whose account that was.
    work.record(UserDeleted(account_id=account.id, by="owner"), HOUSEKEEPER)
    work.unit.remove_user(account.user_id)
    on = f"{asked:%d %B %Y}" if asked else ""
    notices.tell(services, work, None, person.email, "account_gone", HOUSEKEEPER, asked=on)
    return True
