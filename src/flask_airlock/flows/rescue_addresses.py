"""A person names other mailboxes of his, by which he comes back when his factors are lost."""

from datetime import datetime

from ..domain.accounts import Visitor
from ..domain.addresses import masked_address, normal_address, same_address
from ..domain.events import RescueAddressAdded
from ..domain.one_time_codes import Purpose
from ..domain.policy import RESCUE, proved_second_factor
from ..domain.records import Record
from ..domain.rescue import MOST_ADDRESSES, RescueAddress
from ..domain.throttle import SETUP, Side, owner_of_user
from ..errors import (
    AddressRefused,
    MethodNotOffered,
    WrongAnswer,
)
from ..factors.protocol import Case
from . import attempts, codes, foreign, notices, rescue_notices, rescue_removal, sessions
from .services import Services, Work
from .sessions import Standing

KIND = "rescue_address"
BY_OWNER = "owner"


class AddressLine(Record):
    """A rescue address as its owner sees it: masked, or None where it can't be read. `sent`: a code
    is on its way there for this session."""

    id: int
    address: str | None
    is_proved: bool
    usable_from: datetime | None
    is_usable: bool
    sent: bool


class RescueAddresses(Record):
    """What the page shows; `may_add` only for who has a second factor, which adding asks for."""

    lines: tuple[AddressLine, ...]
    may_add: bool
    has_room: bool


def listed(services: Services, token: str | None, visitor: Visitor) -> RescueAddresses:
    """The rescue addresses of who is signed in. Raises LoginLapsed, or MethodNotOffered where there
    is no second step to be rescued from."""
    standing = _standing(services, token)
    now = services.clock()
    with services.begin() as work:
        state = work.unit.codes.state(_case(services, standing, visitor).binding(KIND))
        sent_to = state.credential_id if state and state.is_live(now) else None
        found = work.unit.rescue_addresses.live(standing.account.id)
    lines = [
        AddressLine(
            id=it.id,
            address=masked_address(it.address) if it.address else None,
            is_proved=it.proved_at is not None,
            usable_from=it.usable_from,
            is_usable=it.is_usable(now, standing.person.email),
            sent=it.id == sent_to,
        )
        for it in found
    ]
    return RescueAddresses(
        lines=tuple(lines),
        may_add=standing.account.preferred_method is not None,
        has_room=len(lines) < MOST_ADDRESSES,
    )


def add(services: Services, token: str | None, text: str, visitor: Visitor) -> None:
    """Keep an address, and send the code that proves it.

    Raises LoginLapsed, InvalidAddress, AddressRefused, TooSoon, FactorClosed, TooManyTries, or
    MethodNotOffered for who was let in by a password alone: else a thief could have his mailbox
    there before the first factor is.
    """
    standing = _standing(services, token)
    if not proved_second_factor(standing.session.proofs):
        raise MethodNotOffered(KIND)
    wanted = normal_address(text)
    if same_address(standing.person.email, wanted):
        raise AddressRefused("address_on_file")

    def keep(work: Work) -> None:
        work.unit.throttles.hold(standing.account.user_id)
        sessions.must_still_be(services, work, standing)
        _keep(services, work, standing, wanted)
        (new,) = [it for it in _live(work, standing) if it.address == wanted]
        _post(services, work, standing, new, visitor)

    services.in_one_go(keep)


def _keep(services: Services, work: Work, standing: Standing, wanted: str) -> None:
    """Whoever calls holds the account."""
    there = _live(work, standing)
    if wanted in [it.address for it in there]:
        raise AddressRefused("address_listed")
    if len(there) >= MOST_ADDRESSES:
        raise AddressRefused("too_many_addresses")
    if not work.unit.rescue_addresses.add(standing.account.id, wanted, services.clock()):
        raise AddressRefused("address_listed")


def send(services: Services, token: str | None, number: int, visitor: Visitor) -> None:
    """Send the code that proves an address again. Raises LoginLapsed, NoSuchRow, TooSoon,
    TooManyTries, or Unsealable."""
    standing = _standing(services, token)
    _mine(services, standing, number, visitor)

    def post(work: Work) -> None:
        work.unit.throttles.hold(standing.account.user_id)
        sessions.must_still_be(services, work, standing)
        address = work.unit.rescue_addresses.one(standing.account.id, number)
        if address is not None:
            _post(services, work, standing, address, visitor)

    services.in_one_go(post)


def _post(
    services: Services, work: Work, standing: Standing, address: RescueAddress, visitor: Visitor
) -> None:
    codes.must_be_open(services, work, standing, f"{SETUP}{KIND}", visitor)
    case, secret = _case(services, standing, visitor), (address.address or "").encode()
    codes.post_again(services, work, services.rescue_proof, case, secret, address.id)


def prove(services: Services, token: str | None, number: int, code: str, visitor: Visitor) -> None:
    """The code came back: from a day later on the address leads back, and all others are told.

    Raises LoginLapsed, NoSuchRow, TooManyTries, TooSoon, or WrongAnswer.
    """
    standing = _standing(services, token)
    _mine(services, standing, number, visitor)
    case = _case(services, standing, visitor)
    guess = attempts.guess_at(services, standing.account, f"{SETUP}{KIND}", visitor)
    attempts.count(services, guess, visitor, case.binding(KIND))

    def keep(work: Work) -> None:
        attempts.clear(services, work, guess)
        # Who typed wrong ones before did so where this address was no way in.
        owner = owner_of_user(standing.account.user_id)
        work.unit.throttles.clear(owner, tuple(Side), RESCUE)
        sessions.must_still_be(services, work, standing)
        _spend(services, work, standing, case, number, code)
        work.record(RescueAddressAdded(account_id=standing.account.id), visitor)
        _tell_of_new(services, work, standing, number, visitor)

    try:
        services.in_one_go(keep)
    except WrongAnswer:
        if not codes.was_right_just_now(services, services.rescue_proof, case, code):
            attempts.refused(services, guess, WrongAnswer.code, visitor)
            raise
        services.in_one_go(lambda work: attempts.clear(services, work, guess))


def _spend(
    services: Services, work: Work, standing: Standing, case: Case, number: int, code: str
) -> None:
    state = work.unit.codes.state(case.binding(KIND))
    if state is None or state.credential_id != number:
        raise WrongAnswer
    services.rescue_proof.confirm(work.unit, case, b"", code)
    if not work.unit.rescue_addresses.prove(standing.account.id, number, case.now):
        raise WrongAnswer


def _tell_of_new(
    services: Services, work: Work, standing: Standing, number: int, visitor: Visitor
) -> None:
    account_id, on_file = standing.account.id, standing.person.email
    (new,) = [it for it in _live(work, standing) if it.id == number]
    rescue_notices.tell_all(
        services, work, account_id, on_file, "rescue_address_added", visitor, but_for=number,
        rescue_address_id=number, destination=masked_address(new.address or ""),
        on=notices.in_words(new.usable_from or services.clock()),
    )  # fmt: skip


def remove(services: Services, token: str | None, number: int, visitor: Visitor) -> None:
    """Take an address away, if it is there still; it is told itself as well. Raises LoginLapsed, or
    NoSuchRow."""
    standing = _standing(services, token)
    account_id = standing.account.id
    foreign.unless_over(
        services,
        account_id,
        KIND,
        visitor,
        lambda unit: unit.rescue_addresses.is_of(number, account_id),
    )

    def take(work: Work) -> None:
        sessions.must_still_be(services, work, standing)
        rescue_removal.take(
            services, work, account_id, standing.person.email, number, BY_OWNER, visitor
        )

    services.in_one_go(take)


def _standing(services: Services, token: str | None) -> Standing:
    if not services.policy.enabled:
        raise MethodNotOffered(KIND)
    return sessions.find_signed_in(services, token)


def _case(services: Services, standing: Standing, visitor: Visitor) -> Case:
    return codes.case_of(services, standing, Purpose.RESCUE_ADDRESS, visitor)


def _live(work: Work, standing: Standing) -> list[RescueAddress]:
    return work.unit.rescue_addresses.live(standing.account.id)


def _mine(services: Services, standing: Standing, number: int, visitor: Visitor) -> RescueAddress:
    with services.begin() as work:
        found = [it for it in _live(work, standing) if it.id == number]
    if not found:
        foreign.refuse(services, standing.account.id, KIND, visitor)
    return found[0]
