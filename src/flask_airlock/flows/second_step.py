"""What the page between the doors shows: the methods of this account, and where codes went."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.accounts import Visitor
from ..domain.one_time_codes import TRIES_PER_CODE, Purpose
from ..domain.records import Record
from ..domain.recovery_codes import CODE_LENGTH, RECOVERY
from ..domain.throttle import FIRST_SETUP, Shut
from ..errors import LoginLapsed, Unsealable
from ..factors.protocol import Case, Factor
from ..storage.credentials import Credential
from ..storage.transaction import Unit
from . import attempts, codes, holds, policy, sessions
from .second_proof import MOVES
from .services import Services
from .sessions import Standing, Tokens


class Offer(Record):
    """A method as one account may be asked for it. Of several phones each is an offer: then
    `credential_id` tells which; `name` is the one that its owner gave it.

    `shut` after wrong answers, for all logins of this side, `exhausted` for this login: its code
    was tried too often; `held_until` after the mailbox has reset the password, `broken` where what
    the database holds of it can't be opened.
    """

    method: str
    credential_id: int | None = None
    name: str | None = None
    digits: int
    lifetime: timedelta
    posts_codes: bool = False
    destination: str | None = None
    sent: bool = False
    failed: bool = False
    shut: Shut | None
    exhausted: bool = False
    held_until: datetime | None = None
    broken: bool = False

    @property
    def is_off(self) -> bool:
        """Whether it can't be asked for now."""
        return self.shut is not None or self.exhausted or self.broken or self.held_until is not None


def offers(services: Services, token: str | None, visitor: Visitor) -> list[Offer]:
    """The methods of a half-open session's account, the preferred one first.

    Empty for an account that has none and is to set one up, and after a rescue. Raises LoginLapsed.
    """
    standing, offers = standing_before(services, token, Purpose.LOGIN, visitor)
    return [] if standing.session.is_rescued else offers


def standing_before(
    services: Services, token: str | None, purpose: Purpose, visitor: Visitor
) -> tuple[Standing, list[Offer]]:
    """Who stands there, half open or signed in as the purpose has it, and his methods."""
    if not token:
        raise LoginLapsed
    with services.look() as unit:
        standing = sessions.found_in(services, unit, token, MOVES[purpose][0])
        return standing, _offers_of(services, unit, standing, purpose, visitor)


def _offers_of(
    services: Services, unit: Unit, standing: Standing, purpose: Purpose, visitor: Visitor
) -> list[Offer]:
    case = codes.case_of(services, standing, purpose, visitor)
    side = attempts.side_for(services, standing.account, visitor)
    shut = attempts.all_shut(services, unit, standing.account, side)
    methods = services.factors.enabled(standing.methods)
    offers = [
        offer
        for method in policy.preferred_first(standing.account, methods)
        for offer in _of_method(services, unit, standing, services.factors[method], case, shut)
    ]
    if offers and purpose is Purpose.LOGIN and standing.has_recovery_codes:
        # Not inside: whoever finds a code and an open browser must not take the account over.
        offers.append(_recovery_offer(shut.get(RECOVERY)))
    return offers


def address_offer(services: Services, tokens: Tokens, visitor: Visitor) -> Offer:
    """The same for the code that proves the address on file before the first set-up."""
    standing = sessions.find_standing(services, tokens)
    case = codes.case_of(services, standing, Purpose.FIRST_SETUP, visitor)
    side = attempts.side_for(services, standing.account, visitor)
    with services.look() as unit:
        shut = attempts.all_shut(services, unit, standing.account, side)
        return _offer(services, unit, services.mailbox, case, shut.get(FIRST_SETUP), None)


def _of_method(
    services: Services, unit: Unit, standing: Standing, factor: Factor, case: Case,
    shut: Mapping[str, Shut],
) -> list[Offer]:  # fmt: skip
    closed = shut.get(factor.name)
    if not factor.posts_codes:
        return [_offer(services, unit, factor, case, closed, None)]
    try:
        found = unit.credentials.opened(standing.factors, factor.name)
    except Unsealable:
        # Looking is no use of it: whoever asks for a code is refused.
        return [replace(_offer(services, unit, factor, case, closed, None), broken=True)]
    offers = [_offer(services, unit, factor, case, closed, one) for one in found]
    return offers if len(offers) > 1 else [replace(it, credential_id=None) for it in offers]


def pick(offers: Sequence[Offer], method: str | None, credential_id: int | None) -> Offer | None:
    """The offer of a method; of several the one that is named, else the one a code went to."""
    named = [
        offer
        for offer in offers
        if offer.method == method and credential_id in (None, offer.credential_id)
    ]
    return next((offer for offer in named if offer.sent), named[0] if named else None)


def _offer(
    services: Services, unit: Unit, factor: Factor, case: Case, shut: Shut | None,
    credential: Credential | None,
) -> Offer:  # fmt: skip
    sent = failed = exhausted = False
    held_until = holds.held_until(
        services, case.account, attempts.side_for(services, case.account, case.visitor)
    )
    destination = None
    if factor.posts_codes:
        state = unit.codes.state(case.binding(factor.name))
        is_there = state is not None and state.credential_id == (credential and credential.id)
        sent = is_there and state is not None and state.is_live(case.now)
        exhausted = state is not None and state.tries >= TRIES_PER_CODE
        if is_there and state and state.letter_id:
            failed = bool(unit.letters.failed([state.letter_id]))
        secret = credential.secret if credential else b""
        if secret or factor is services.mailbox:
            destination = factor.destination(secret, case.person)
    return Offer(
        method=factor.name,
        credential_id=credential.id if credential else None,
        name=credential.name if credential else None,
        digits=factor.shape.digits,
        lifetime=factor.shape.lifetime,
        posts_codes=factor.posts_codes,
        destination=destination,
        sent=sent,
        failed=failed,
        shut=shut,
        exhausted=exhausted,
        held_until=held_until if factor is services.mailbox else None,
    )


def _recovery_offer(shut: Shut | None) -> Offer:
    return Offer(method=RECOVERY, digits=CODE_LENGTH, lifetime=timedelta(0), shut=shut)
