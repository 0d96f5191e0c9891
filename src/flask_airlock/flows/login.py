"""A login: the password opens the first door, a second factor the second."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ..domain.accounts import Account, Person, Visitor
from ..domain.browsers import first_door_side, password_mark
from ..domain.events import FirstFactorAccepted, FirstFactorRefused
from ..domain.login_state import LoginOutcome, NeedsFactor, NeedsSetup, SignedIn, Step
from ..domain.networks import FAILURES
from ..domain.one_time_codes import Purpose
from ..domain.policy import TRUSTED_BROWSER
from ..domain.throttle import FIRST_DOOR, FIRST_SETUP, Guess, Side, owner_of_user
from ..errors import (
    TooSoon,
    Unsealable,
    WrongCredentials,
)
from ..factors.protocol import Case, Factor
from . import (
    alerts,
    attempts,
    codes,
    grace,
    holds,
    networks,
    people,
    policy,
    second_proof,
    sessions,
    trust,
)
from .address_proof import needs_address_proof
from .services import Services, Work
from .trust import Trusted


@dataclass(frozen=True)
class Arrival:
    """What came to the first door: by which proofs, from where, on the way to where; `remember`
    where the person wants to stay signed in, `better_hash` to keep in the place of an old one."""

    proofs: tuple[str, ...]
    visitor: Visitor
    next_url: str | None
    remember: bool = False
    better_hash: str | None = field(default=None, repr=False)


def enter_password(
    services: Services, address: str, password: str, visitor: Visitor, next_url: str | None,
    *, remember: bool = False,
) -> LoginOutcome:  # fmt: skip
    """The first door. Raises WrongCredentials for an unknown name, a wrong password, an inactive
    account and one that waits for its confirmation alike, after the same one hash; TooSoon or
    PasswordClosed after many of these, alike again and after none."""
    with services.begin() as work:
        person, name = people.named(services, work, address)
        account = work.unit.accounts.of_user(person.user_id if person else None)
    guess = Guess(
        owner=owner_of_user(person.user_id) if person else people.owner_of_name(services, name),
        account_id=account.id if account else None,
        subject=FIRST_DOOR,
        side=_first_door_side(services, account, person, visitor),
    )
    if guess.side is Side.STRANGERS:
        _network_must_not_wait(services, guess, visitor)
    attempts.count(services, guess, visitor)
    try:
        verified = services.passwords.verify(person.password_hash if person else None, password)
    except WrongCredentials:
        _refuse_guess(services, guess, "wrong_password" if person else "unknown_name", visitor)
        raise
    if person is None or (reason := policy.may_not_enter(services, person, account)):
        _refuse_guess(services, guess, reason if person else "unknown_name", visitor)
        raise WrongCredentials
    better_hash = services.passwords.hash(password) if verified.outdated else None
    arrival = Arrival(("password",), visitor, next_url, remember, better_hash)
    return pass_first_door(services, person, arrival, guess)


def _network_must_not_wait(services: Services, guess: Guess, visitor: Visitor) -> None:
    """Asked before anything is counted for the account: one network must not close it."""
    wait = networks.wait_of(services, FAILURES, visitor)
    try:
        networks.must_not_wait(services, wait)
    except TooSoon:
        attempts.refused(services, guess, "network", visitor)
        raise


def _refuse_guess(services: Services, guess: Guess, reason: str, visitor: Visitor) -> None:
    attempts.refused(services, guess, reason, visitor)
    if guess.side is Side.STRANGERS:
        networks.count(services, FAILURES, visitor)


def _first_door_side(
    services: Services, account: Account | None, person: Person | None, visitor: Visitor
) -> Side:
    if account is None or person is None:
        return Side.STRANGERS
    return first_door_side(services.vault, account, person, visitor.marks)


def continue_login(
    services: Services, user_id: Any, proofs: Sequence[str], visitor: Visitor, next_url: str | None
) -> LoginOutcome:
    """The first door, opened by an application's own proof; raises WrongCredentials for a user
    that does not exist, is not active, or waits for its confirmation."""
    with services.begin() as work:
        person = work.unit.users.by_id(user_id)
    if person is None or (reason := policy.may_not_enter(services, person)):
        _refuse(services, person, reason if person else "unknown_name", visitor)
        raise WrongCredentials
    return pass_first_door(services, person, Arrival(tuple(proofs), visitor, next_url))


def pass_first_door(
    services: Services, person: Person, arrival: Arrival, guess: Guess | None = None
) -> LoginOutcome:
    """Between the doors: nobody is inside, unless no second factor is asked of this person, or
    it may come later.

    `guess` was counted for it in advance. Raises WrongCredentials where the password or the
    person was changed since it was checked.
    """

    def pass_door(work: Work) -> LoginOutcome | None:
        outcome = _pass_first_door(services, work, person, arrival)
        if outcome is not None and guess is not None:
            alerts.right_after_failures(services, work, guess, person, arrival.visitor)
            attempts.clear(services, work, guess)
        return outcome

    outcome = services.in_one_go(pass_door)
    if outcome is None:
        _refuse(services, person, "changed_meanwhile", arrival.visitor)
        raise WrongCredentials
    return outcome


def _pass_first_door(
    services: Services, work: Work, person: Person, arrival: Arrival
) -> LoginOutcome | None:
    accounts, user_id = work.unit.accounts, person.user_id
    account = accounts.of_user(user_id) or accounts.ensure_evenly(user_id, services.clock())
    if account is None:
        return None
    # Checking a password takes its time. Whoever sets a new one meanwhile ends all sessions, and
    # this one is not there yet: so it waits for him, and looks again.
    accounts.lock(account.id)
    account = accounts.of_user(user_id)
    if account is None or work.unit.users.by_id(user_id) != person:
        return None
    if "password" in arrival.proofs and policy.password_is_closed(account, person):
        return None
    if arrival.better_hash and person.password_hash:
        work.unit.users.replace_hash(user_id, person.password_hash, arrival.better_hash)
        person = replace(person, password_hash=arrival.better_hash)
    accepted = FirstFactorAccepted(account_id=account.id, proofs=arrival.proofs)
    work.record(accepted, arrival.visitor)
    methods = policy.enrolled_methods(services, work, account.id)
    if not policy.needs_second_door(
        services, account, lambda: work.unit.users.role_names(account.user_id)
    ):
        return _let_in(services, work, account, person, arrival, None)
    due_at = grace.ask(services, work, account, person, arrival.visitor)
    if due_at is not None:
        inside = _let_in(services, work, account, person, arrival, None)
        return replace(inside, factor_due_at=due_at)
    if methods and (trusted := trust.show(services, work, account, person, arrival.visitor)):
        return _let_in(services, work, account, person, arrival, trusted)
    token, session = sessions.open_session(
        services, work, account, Step.FIRST_FACTOR, arrival.proofs, arrival.visitor,
        arrival.next_url, remember=arrival.remember,
    )  # fmt: skip
    _first_code(services, work, account, person, session.id, methods, arrival.visitor)
    return NeedsFactor(token) if methods else NeedsSetup(token)


def _let_in(
    services: Services, work: Work, account: Account, person: Person, arrival: Arrival,
    trusted: Trusted | None,
) -> SignedIn:  # fmt: skip
    """Nothing more is asked: no second factor is needed yet, or the browser stands for it."""
    side = _first_door_side(services, account, person, arrival.visitor)
    alerts.new_browser(services, work, account, person, side, arrival.visitor)
    step, proofs = Step.FIRST_FACTOR_SUFFICES, arrival.proofs
    leaning: dict[str, Any] = {}
    if trusted is not None:
        step, proofs = Step.BROWSER_IS_TRUSTED, (*proofs, TRUSTED_BROWSER)
        leaning = {"trust_id": trusted.id, "ends_at": trusted.ends_at}
    token, session = sessions.open_session(
        services, work, account, step, proofs, arrival.visitor, arrival.next_url,
        remember=arrival.remember, **leaning,
    )  # fmt: skip
    gave_password = person.password_hash if "password" in proofs else None
    return SignedIn(
        token,
        arrival.next_url,
        password_mark(services.vault, account, gave_password) if gave_password else None,
        trust=trusted.mark if trusted is not None else None,
        lifetime=session.cookie_lifetime(services.clock()),
    )


def answer_factor(
    services: Services, token: str | None, method: str, code: str, visitor: Visitor,
    *, trusts: bool = False,
) -> SignedIn:  # fmt: skip
    """The second door. Raises what `second_proof.answer` raises."""
    login = (services, Purpose.LOGIN, token, method, code, visitor)
    return second_proof.answer(*login, trusts=trusts)


def _first_code(
    services: Services,
    work: Work,
    account: Account,
    person: Person,
    session_id: int,
    methods: list[str],
    visitor: Visitor,
) -> None:
    """Send what the next page will ask for, where something has to be sent."""
    purpose = Purpose.LOGIN if methods else Purpose.FIRST_SETUP
    case = Case(
        account=account,
        person=person,
        session_id=session_id,
        purpose=purpose,
        visitor=visitor,
        now=services.clock(),
    )
    side = attempts.side_for(services, account, visitor)
    closed = attempts.all_shut(services, work, account, side)
    held = holds.held_until(services, account, side) is not None
    if not methods:
        due = needs_address_proof(services, account, person, visitor)
        if not (account.needs_setup_link or not due or held or FIRST_SETUP in closed):
            _send_if_possible(services, work, services.mailbox, case, b"")
        return
    factor = services.factors[policy.preferred_first(account, methods)[0]]
    if not factor.posts_codes or factor.name in closed or (held and factor is services.mailbox):
        return
    try:
        first = work.unit.credentials.of_method(account.id, factor.name)[0]
    except Unsealable as broken:
        work.note_broken(broken, visitor)  # the next page offers the other methods
        return
    _send_if_possible(services, work, factor, case, first.secret, first.id)


def _send_if_possible(
    services: Services, work: Work, factor: Factor, case: Case, secret: bytes,
    credential_id: int | None = None,
) -> None:  # fmt: skip
    # Where too many went out the login goes on, and the next page says until when.
    with suppress(TooSoon), work.unit.nested():
        codes.post_code(services, work, factor, case, secret, credential_id)


def _refuse(services: Services, person: Person | None, reason: str, visitor: Visitor) -> None:
    with services.begin() as work:
        # Asked for nobody as well: the same statements, whoever the name belongs to.
        account = work.unit.accounts.of_user(person.user_id if person else None)
        account_id = account.id if account else None
        work.record(FirstFactorRefused(account_id=account_id, reason=reason), visitor)
