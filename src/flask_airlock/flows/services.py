"""What every flow is handed: settings, stores, post, factors, events, clock."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from ..delivery.outbox import Outbox
from ..delivery.post import InPlace, InThreads, Post
from ..delivery.rendering import Renderer
from ..domain.accounts import Visitor
from ..domain.events import Event, SealBroken
from ..domain.link_tokens import LinkPurpose
from ..domain.password_policy import PasswordPolicy
from ..domain.passwords import Passwords
from ..domain.policy import SecondFactorPolicy
from ..domain.records import Record
from ..domain.sessions import is_within
from ..domain.vault import Vault
from ..errors import StoreBusy, Unsealable
from ..factors.email import EmailFactor
from ..factors.registry import FactorRegistry
from ..factors.rescue_mail import RescueAddressProof, RescueMail
from ..settings import Settings
from ..storage.datastore import SQLAlchemyUserDatastore
from ..storage.transaction import Database, Unit

if TYPE_CHECKING:
    from ..delivery.networks import NetworkCounts

T = TypeVar("T")
log = logging.getLogger("flask_airlock")
NOBODY = Visitor()
# Seconds to wait before each further try, so that many do not meet again at once.
PAUSES = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16)


class Services(Record):
    """Built once per application, in assembly.py."""

    settings: Settings
    policy: SecondFactorPolicy
    clock: Callable[[], datetime]
    vault: Vault = field(repr=False)
    networks: Callable[[], "NetworkCounts"]
    passwords: Passwords
    datastore: SQLAlchemyUserDatastore
    database: Database
    factors: FactorRegistry
    mailbox: EmailFactor
    rescue_proof: RescueAddressProof
    rescue_mail: RescueMail
    renderer: Renderer
    post: Post
    delivery: Callable[[], InPlace | InThreads]
    outbox: Outbox
    looks: "Interval"
    announce: Callable[[Event], None]
    in_application: Callable[[], AbstractContextManager[object]]
    service_name: str
    link: Callable[[LinkPurpose, str], str]
    carry: Callable[..., None]
    password_policy: PasswordPolicy
    breached: Callable[[str], bool] | None

    @contextmanager
    def begin(self) -> Iterator["Work"]:
        """A unit of work; once it is committed its events are announced, its letters carried.

        What can't be opened undoes it, like any error, but that is recorded.
        """
        try:
            with self.database.begin() as unit:
                work = Work(self, unit)
                yield work
        except Unsealable as broken:
            # Undone with all the rest, so that it is told in a transaction of its own.
            with self.begin() as work:
                work.note_broken(broken, NOBODY)
            raise
        for event in work.recorded:
            self.announce(event)
        if work.letters:
            self.carry(self, *work.letters)

    @contextmanager
    def look(self) -> Iterator[Unit]:
        """The stores, to read only: what is changed there is lost."""
        with self.database.look() as unit:
            yield unit

    def in_one_go(self, do: Callable[["Work"], T]) -> T:
        """Run `do` in a unit of work, again where the database gave way to somebody else's.

        For work that many may do at once to the same rows; raises StoreBusy in the end.
        """
        for pause in (*PAUSES, None):
            try:
                with self.begin() as work:
                    return do(work)
            except StoreBusy:
                if pause is None:
                    raise
                time.sleep(pause * (1 + secrets.randbelow(100) / 100))
        raise StoreBusy


class Interval:
    """Something that a process does no more often than that."""

    def __init__(self, length: timedelta) -> None:
        self._length = length
        self._last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time again; then it is as good as done."""
        if self._last is not None and is_within(self._length, self._last, now):
            return False
        self._last = now
        return True


class Work:
    """One transaction, with what has to happen when it was committed."""

    def __init__(self, services: Services, unit: Unit) -> None:
        self.unit = unit
        self.recorded: list[Event] = []
        self.letters: list[int] = []
        self._clock = services.clock

    def record(self, event: Event, visitor: Visitor) -> None:
        """Keep a fact, and announce it after the commit."""
        self.unit.events.add(event, visitor, self._clock())
        self.recorded.append(event)

    def note_broken(self, broken: Unsealable, visitor: Visitor) -> None:
        """Keep that a sealed value did not open; it is an error of the data, so it is logged."""
        log.error("a sealed value of account %s can't be opened: %s", broken.account_id, broken)
        sealed = {"place": broken.place, "reason": broken.reason}
        self.record(SealBroken(account_id=broken.account_id, **sealed), visitor)
