"""When every factor is out of reach: a request to the administrator."""

from datetime import timedelta
from math import ceil

from ..domain.accounts import Visitor
from ..domain.events import RescueRequested
from ..domain.letters import Channel, Letter
from ..domain.records import Record
from ..errors import MethodNotOffered, RescueTooSoon
from . import letters, notices, sessions
from .services import Services, Work
from .sessions import Standing

RESCUE_WAIT = timedelta(days=1)


class RescueDoor(Record):
    """Whether an administrator can be asked, and whether that was done within the day."""

    available: bool
    asked: bool


def door(services: Services, token: str | None) -> RescueDoor:
    """What the rescue page offers to a half-open session; raises LoginLapsed."""
    standing = sessions.find_half_open(services, token)
    with services.begin() as work:
        asked = work.unit.accounts.rescue_asked_at(standing.account.id)
    recent = asked is not None and services.clock() - asked < RESCUE_WAIT
    return RescueDoor(available=bool(services.settings.two_factor_rescue_mail), asked=recent)


def ask(services: Services, token: str | None, visitor: Visitor) -> None:
    """Ask the administrator for help: once a day, from a half-open session only.

    The letter to the administrator says who, when and from where, and holds no code. Raises
    LoginLapsed, IllegalMove after a rescue, RescueTooSoon, or MethodNotOffered where no
    administrator is named.
    """
    standing = sessions.find_half_open(services, token)
    sessions.must_not_be_rescued(standing)
    mailbox = services.settings.two_factor_rescue_mail
    if not mailbox:
        raise MethodNotOffered("rescue")
    account_id, now = standing.account.id, services.clock()

    def claim(work: Work) -> None:
        if not work.unit.accounts.claim_rescue(account_id, now, RESCUE_WAIT):
            asked = work.unit.accounts.rescue_asked_at(account_id) or now
            raise RescueTooSoon(asked + RESCUE_WAIT)
        work.unit.rescues.ask(account_id, now)
        on_file = standing.person.email
        letters.write(services, work, _request(services, standing, mailbox, visitor))
        notices.tell(services, work, account_id, on_file, "rescue_heard", visitor)
        work.record(RescueRequested(account_id=account_id), visitor)

    services.in_one_go(claim)


def _request(services: Services, standing: Standing, mailbox: str, visitor: Visitor) -> Letter:
    minutes = ceil(services.settings.rescue_delay / timedelta(minutes=1))
    facts = {
        **notices.circumstances(services, visitor),
        "email": standing.person.email,
        "minutes": minutes,
        "hours": minutes // 60,
        "approvers": services.settings.rescue_approvers,
    }
    return Letter(
        to=mailbox,
        channel=Channel.MAIL,
        template="rescue_request",
        facts=facts,
        account_id=standing.account.id,
    )
