"""Proving the address on file before the first set-up, so that a thief can't be the first."""

from ..domain.accounts import Account, Person, Visitor
from ..domain.browsers import known_mark
from ..domain.events import AddressProved
from ..domain.login_state import BrowserMark
from ..domain.one_time_codes import Purpose
from ..domain.sessions import ADDRESS_PROOF_LIFETIME
from ..domain.throttle import FIRST_SETUP
from ..errors import IllegalMove, WrongAnswer
from . import attempts, codes, holds, policy, sessions
from .services import Services, Work
from .sessions import Tokens

PROVED_ADDRESS = "proved address"


def needs_address_proof(
    services: Services,
    account: Account,
    person: Person,
    visitor: Visitor,
) -> bool:
    """Whether the first set-up still waits for the code mailed to the address on file.

    Who had a factor before (its method was switched off since) is always asked.
    """
    by_mail = services.settings.two_factor_first_setup_by_mail
    if not by_mail and account.preferred_method is None:
        return False
    return not address_is_proved(services, account, person, visitor)


def address_is_proved(
    services: Services,
    account: Account,
    person: Person,
    visitor: Visitor,
) -> bool:
    """Whether the address that is on file now was proved within the hour, in this browser.

    Only the browser that typed the code back has that mark: neither a thief with the password
    nor a copied half-open cookie walks in behind the owner, nor does a browser known of old.
    """
    proved_at, proved = account.address_proved_at, account.proved_address
    if proved_at is None or proved is None:
        return False
    if services.clock() - proved_at > ADDRESS_PROOF_LIFETIME:
        return False
    mark = known_mark(services.vault, account, visitor.marks)
    if mark is None:
        return False
    return services.vault.verify_mac(PROVED_ADDRESS, _proof(person.email, mark), proved)


def prove_address(services: Services, tokens: Tokens, code: str, visitor: Visitor) -> BrowserMark:
    """The code mailed to the address on file came back. Raises what an answer raises."""
    standing = sessions.find_standing(services, tokens)
    account, method = standing.account, services.mailbox.name
    holds.must_not_be_held(services, account, visitor)
    case = codes.case_of(services, standing, Purpose.FIRST_SETUP, visitor)
    guess = attempts.guess_at(services, account, FIRST_SETUP, visitor)
    with services.begin() as work:
        if policy.enrolled_methods(services, work, account.id):
            raise IllegalMove
    attempts.count(services, guess, visitor, case.binding(method))

    mark = sessions.mark_of(services, account, standing.session)

    def prove(work: Work) -> None:
        attempts.clear(services, work, guess)
        services.mailbox.confirm(work.unit, case, b"", code)
        note_proved(services, work, account, standing.person.email, mark)
        work.record(AddressProved(account_id=account.id), visitor)

    try:
        services.in_one_go(prove)
    except WrongAnswer:
        if not codes.was_right_just_now(services, services.mailbox, case, code):
            attempts.refused(services, guess, WrongAnswer.code, visitor)
            raise
        services.in_one_go(lambda work: attempts.clear(services, work, guess))
    return mark


def note_proved(
    services: Services, work: Work, account: Account, address: str, mark: BrowserMark
) -> None:
    """Something that was mailed to this address has come back just now, in the browser that gets
    this mark."""
    digest = services.vault.mac(PROVED_ADDRESS, _proof(address, mark.value))
    work.unit.accounts.note_address_proved(account.id, digest, services.clock())


def _proof(address: str, mark: str) -> str:
    return f"{address} {mark}"
