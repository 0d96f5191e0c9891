"""Setting up a factor: the address is proved first, then one good answer confirms it."""

from dataclasses import field

from ..domain.accounts import Visitor
from ..domain.events import FactorAdded, SetupBegun
from ..domain.login_state import SignedIn, Stage, Step
from ..domain.one_time_codes import Purpose
from ..domain.policy import MOST_OF_A_KIND, proved_second_factor
from ..domain.records import Record
from ..domain.throttle import SETUP, Side, owner_of_user
from ..domain.trust import Ending
from ..errors import (
    AddressUnproved,
    IllegalMove,
    LoginLapsed,
    ProofTooOld,
    SetupLapsed,
    SetupLinkNeeded,
    TooManyFactors,
    WrongAnswer,
)
from ..factors.protocol import Case, Factor
from ..storage.setups import Setup
from . import (
    adoption,
    attempts,
    codes,
    distrust,
    factor_notices,
    factor_removal,
    holds,
    policy,
    rescued,
    second_proof,
    sessions,
    setup_links,
)
from .address_proof import address_is_proved, needs_address_proof
from .services import Services, Work
from .sessions import Standing, Tokens


class Pending(Record):
    """A set-up as its page shows it."""

    method: str
    secret: bytes = field(repr=False)
    destination: str | None
    address: str
    failed: bool


def standing_to_enrol(services: Services, tokens: Tokens, visitor: Visitor) -> Standing:
    """Who may set up a factor now.

    Somebody who has a factor must be signed in by one, lately: else IllegalMove between the
    doors, ProofTooOld inside. Somebody who has none proves the address on file first, wherever
    he stands, since the password may be a thief's: else SetupLinkNeeded or AddressUnproved, or
    MailboxHeld where that mailbox has just reset the password. Who has come back by a rescue
    address may at once: those factors go then. Raises LoginLapsed for a stranger.
    """
    standing = sessions.find_standing(services, tokens)
    account = standing.account
    if standing.session.is_rescued:
        return standing
    with services.begin() as work:
        has_factor = bool(policy.enrolled_methods(services, work, account.id))
        link_is_good = account.needs_setup_link and setup_links.is_good(
            services, work, account, standing.person, tokens.link
        )
    if has_factor:
        _must_be_proved(services, standing)
    elif account.needs_setup_link:
        if not link_is_good:  # first, since who has none may ask for help at once
            raise SetupLinkNeeded
        holds.must_not_be_held(services, account, visitor)
    elif needs_address_proof(services, account, standing.person, visitor):
        holds.must_not_be_held(services, account, visitor)
        raise AddressUnproved
    return standing


def _must_be_proved(services: Services, standing: Standing) -> None:
    if standing.is_half_open:
        raise IllegalMove
    session = standing.session
    if not (proved_second_factor(session.proofs) and session.is_fresh(services.clock())):
        raise ProofTooOld


def enrolled(services: Services, tokens: Tokens, visitor: Visitor) -> list[str] | None:
    """The methods that somebody who may set one up has already, None for one who comes back and
    keeps none; raises like the standing."""
    standing = standing_to_enrol(services, tokens, visitor)
    if standing.session.is_rescued:
        return None
    with services.begin() as work:
        return policy.enrolled_methods(services, work, standing.account.id)


def suggested_number(services: Services, tokens: Tokens, visitor: Visitor) -> str | None:
    """A phone number of an older program, to be proved now; raises like the standing."""
    standing = standing_to_enrol(services, tokens, visitor)
    with services.begin() as work:
        return adoption.unproved_number(services, work, standing.account.id)


def begin(
    services: Services, tokens: Tokens, method: str, detail: str, visitor: Visitor
) -> SignedIn | None:
    """Begin a set-up, in place of an unfinished one. A mailbox that was proved just now needs
    no second code: then the set-up is done at once, and the session moves on.

    Raises what `standing_to_enrol` raises, MethodNotOffered, InvalidPhoneNumber, or TooManyFactors.
    """
    standing = standing_to_enrol(services, tokens, visitor)
    factor = services.factors[method]
    secret = factor.new_secret(detail, standing.person)
    case = codes.case_of(services, standing, Purpose.SETUP, visitor)
    proved = _needs_no_code(services, standing, method, visitor)

    def start(work: Work) -> None:
        work.unit.throttles.hold(standing.account.user_id)
        codes.must_be_open(services, work, standing, f"{SETUP}{method}", visitor)
        _must_have_room(work, standing, method)
        session_id, account_id = standing.session.id, standing.account.id
        work.unit.setups.begin(account_id, session_id, method, secret, case.now)
        work.record(SetupBegun(account_id=account_id, method=method), visitor)
        if factor.posts_codes and not proved:
            codes.post_again(services, work, factor, case, secret)

    services.in_one_go(start)
    return _finish(services, tokens, standing, case, factor, None) if proved else None


def _must_have_room(work: Work, standing: Standing, method: str) -> None:
    there = work.unit.credentials.counts(standing.account.id).get(method, 0)
    if there >= MOST_OF_A_KIND and not standing.session.is_rescued:
        raise TooManyFactors


def _needs_no_code(services: Services, standing: Standing, method: str, visitor: Visitor) -> bool:
    """A mailbox that was proved just now is asked no second time, as somebody's first factor."""
    if method != services.mailbox.name or standing.account.preferred_method is not None:
        return False
    return address_is_proved(services, standing.account, standing.person, visitor)


def pending(services: Services, tokens: Tokens, method: str, visitor: Visitor) -> Pending:
    """The set-up that waits in this session; raises SetupLapsed, and what `begin` raises."""
    standing = standing_to_enrol(services, tokens, visitor)
    factor = services.factors[method]
    case = codes.case_of(services, standing, Purpose.SETUP, visitor)
    with services.begin() as work:
        setup = _waiting(work, case, method)
        state = work.unit.codes.state(case.binding(method))
        letter_ids = [state.letter_id] if state and state.letter_id else []
        failed = bool(work.unit.letters.failed(letter_ids)) if letter_ids else False
    return Pending(
        method=method,
        secret=setup.secret,
        destination=factor.destination(setup.secret, standing.person),
        address=standing.person.email,
        failed=failed,
    )


def resend(services: Services, tokens: Tokens, method: str, visitor: Visitor) -> None:
    """Send the code of a pending set-up again."""
    standing = standing_to_enrol(services, tokens, visitor)
    factor = services.factors[method]
    case = codes.case_of(services, standing, Purpose.SETUP, visitor)

    def send(work: Work) -> None:
        codes.must_be_open(services, work, standing, f"{SETUP}{method}", visitor)
        setup = _waiting(work, case, method)
        codes.post_again(services, work, factor, case, setup.secret)

    services.in_one_go(send)


def abandon(services: Services, tokens: Tokens, method: str, visitor: Visitor) -> None:
    """Drop a pending set-up, to begin with another number."""
    standing = standing_to_enrol(services, tokens, visitor)
    with services.begin() as work:
        work.unit.setups.abandon(standing.session.id, method, services.clock())


def confirm(
    services: Services, tokens: Tokens, method: str, code: str, visitor: Visitor
) -> SignedIn:
    """One good answer makes the factor real and the session a full one.

    Raises what `standing_to_enrol` raises, SetupLapsed, TooManyTries, or WrongAnswer.
    """
    try:
        standing = standing_to_enrol(services, tokens, visitor)
    except LoginLapsed:
        stage = Stage.HALF_OPEN if tokens.half_open else Stage.SIGNED_IN
        before, move = tokens.half_open or tokens.signed_in, (stage, Step.FACTOR_SET_UP)
        return second_proof.repeat(services, before, move, method, code, visitor)
    factor = services.factors[method]
    case = codes.case_of(services, standing, Purpose.SETUP, visitor)
    guess = attempts.guess_at(services, standing.account, f"{SETUP}{method}", visitor)
    if factor.posts_codes:
        attempts.count(services, guess, visitor, case.binding(method))
    try:
        return _finish(services, tokens, standing, case, factor, code)
    except WrongAnswer:
        attempts.refused(services, guess, WrongAnswer.code, visitor)
        raise


def _finish(
    services: Services, tokens: Tokens, standing: Standing, case: Case, factor: Factor,
    code: str | None,
) -> SignedIn:  # fmt: skip
    """Spend all that a set-up spends, at once; no `code` where the mailbox was proved already."""
    account = standing.account

    def finish(work: Work) -> SignedIn:
        work.unit.lock(account)
        setup = _waiting(work, case, factor.name)
        step = -1 if code is None else factor.confirm(work.unit, case, setup.secret, code)
        _must_have_room(work, standing, factor.name)
        here = _at_the_end(services, work, standing, setup, case.visitor)
        if account.needs_setup_link:
            setup_links.spend(services, work, account, standing.person, tokens.link)
        _add_factor(services, work, here, factor, setup, step, case)
        return sessions.promote(
            services, work, here, Step.FACTOR_SET_UP, factor.name, code or "", case.visitor
        )

    return services.in_one_go(finish)


def _at_the_end(
    services: Services, work: Work, standing: Standing, setup: Setup, visitor: Visitor
) -> Standing:
    """Close a set-up that was answered well; where its owner stands, who may have been rescued."""
    if not work.unit.setups.finish(setup, services.clock()):
        raise SetupLapsed
    if standing.session.is_rescued:
        return rescued.begin_anew(services, work, standing, visitor)
    first = not proved_second_factor(standing.session.proofs)
    if first and policy.enrolled_methods(services, work, standing.account.id):
        raise SetupLapsed
    return standing


def _add_factor(
    services: Services, work: Work, standing: Standing, factor: Factor, setup: Setup, step: int,
    case: Case,
) -> None:  # fmt: skip
    now, account = case.now, standing.account
    had = policy.enrolled_methods(services, work, account.id)
    work.unit.setups.void_others(account.id, now)
    distrust.end_all(services, work, account.id, Ending.FACTORS, case.visitor)
    if factor.name not in had or factor.name != services.mailbox.name:
        is_phone = factor.name == factor_notices.TEXTS
        before = factor_notices.phones(work, account.id) if is_phone else []
        number = work.unit.credentials.add(account.id, factor.name, setup.secret, now, step)
        _tell_of_it(services, work, standing, case, factor, setup, number, before)
    if not had:
        work.unit.accounts.prefer(account.id, factor.name)
        work.unit.users.mirror(account.user_id, "two_factor_primary_method", factor.mirror_name)
    if factor.name == factor_notices.TEXTS:
        adoption.drop_unproved_number(services, work, account.id)
        if factor_removal.NUMBER_COLUMN in services.settings.mirror_columns:
            number_now = setup.secret.decode()
            work.unit.users.mirror(account.user_id, factor_removal.NUMBER_COLUMN, number_now)
    for subject in (factor.name, f"{SETUP}{factor.name}"):
        work.unit.throttles.clear(owner_of_user(account.user_id), tuple(Side), subject)
    work.record(FactorAdded(account_id=account.id, method=factor.name), case.visitor)


def _tell_of_it(
    services: Services, work: Work, standing: Standing, case: Case, factor: Factor, setup: Setup,
    number: int, phones: list[bytes],
) -> None:  # fmt: skip
    """By letter, and on the phones that were there before (S-86, S-87)."""
    account_id, told = case.account.id, "factor_added"
    there = factor.destination(setup.secret, case.person) if setup.secret else None
    if standing.session.is_rescued:
        rescued.tell(services, work, standing, factor.name, there, number, case.visitor)
        return
    factor_notices.tell(
        services, work, account_id, case.person, told, case.visitor, method=factor.name, name=None,
        destination=there, credential_id=number,
    )  # fmt: skip
    for phone in phones:
        factor_notices.text(services, work, account_id, told, phone)


def _waiting(work: Work, case: Case, method: str) -> Setup:
    setup = work.unit.setups.pending(case.account.id, case.session_id, method, case.now)
    if setup is None:
        raise SetupLapsed
    return setup
