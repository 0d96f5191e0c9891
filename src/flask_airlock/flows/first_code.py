"""The code that the page after the first door will ask for."""

from contextlib import suppress

from ..domain.accounts import Account, Visitor
from ..domain.one_time_codes import Purpose
from ..domain.throttle import FIRST_SETUP
from ..errors import TooSoon, Unsealable
from ..factors.protocol import Case, Factor
from ..storage.entrants import Entrant
from . import attempts, codes, holds, policy
from .address_proof import needs_address_proof
from .services import Services, Work


def send(
    services: Services, work: Work, entrant: Entrant, account: Account, session_id: int,
    methods: list[str], visitor: Visitor,
) -> None:  # fmt: skip
    """Send what the next page will ask for, where something has to be sent."""
    first = policy.preferred_first(account, methods)[:1]
    factor = services.factors[first[0]] if first else services.mailbox
    if not factor.posts_codes:
        return
    case = Case(
        account=account,
        person=entrant.person,
        session_id=session_id,
        purpose=Purpose.LOGIN if methods else Purpose.FIRST_SETUP,
        visitor=visitor,
        now=services.clock(),
    )
    side = attempts.side_for(services, account, visitor)
    closed = attempts.all_shut(services, work.unit, account, side)
    held = factor is services.mailbox and holds.held_until(services, account, side) is not None
    if held or (factor.name if methods else FIRST_SETUP) in closed:
        return
    if not methods:
        due = needs_address_proof(services, account, entrant.person, visitor)
        if due and not account.needs_setup_link:
            _send_if_possible(services, work, factor, case, b"")
        return
    try:
        chosen = work.unit.credentials.opened(entrant.factors, factor.name)[0]
    except Unsealable as broken:
        work.note_broken(broken, visitor)  # the next page offers the other methods
        return
    _send_if_possible(services, work, factor, case, chosen.secret, chosen.id)


def _send_if_possible(
    services: Services, work: Work, factor: Factor, case: Case, secret: bytes,
    credential_id: int | None = None,
) -> None:  # fmt: skip
    # Where too many went out the login goes on, and the next page says until when.
    with suppress(TooSoon), work.unit.nested():
        codes.post_code(services, work, factor, case, secret, credential_id)
