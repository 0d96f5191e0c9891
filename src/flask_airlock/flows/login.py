"""A login: the password opens the first door, a second factor the second."""

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from ..domain.accounts import Account, Person, Visitor
from ..domain.browsers import first_door_side, password_mark
from ..domain.events import FirstFactorAccepted, FirstFactorRefused
from ..domain.login_state import LoginOutcome, NeedsFactor, NeedsSetup, SignedIn, Step
from ..domain.networks import FAILURES
from ..domain.one_time_codes import Purpose
from ..domain.policy import TRUSTED_BROWSER
from ..domain.records import Record
from ..domain.throttle import FIRST_DOOR, Guess, Side, owner_of_user
from ..errors import TooSoon, WrongCredentials
from ..storage.entrants import Entrant
from . import (
    alerts,
    attempts,
    first_code,
    grace,
    networks,
    people,
    policy,
    second_proof,
    sessions,
    trust,
)
from .services import Services, Work
from .trust import Trusted

NOBODY = "unknown_name"


class Arrival(Record, kw_only=False):
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
    wait = networks.wait_of(services, FAILURES, visitor)

    def knock(work: Work) -> tuple[Entrant | None, Guess]:
        entrant, name = people.at_the_door(services, work.unit, address)
        guess = _guess(services, entrant, name, visitor)
        if guess.side is Side.STRANGERS and wait:
            # Asked before anything is counted for the account: one network must not close it.
            raise attempts.NotListenedTo(guess, TooSoon(services.clock() + wait), "network")
        return entrant, attempts.counted(services, work, guess)

    with attempts.heard_or_refused(services, visitor):
        entrant, guess = services.in_one_go(knock)
    person = entrant.person if entrant else None
    try:
        verified = services.passwords.verify(person.password_hash if person else None, password)
    except WrongCredentials:
        _refuse_guess(services, guess, "wrong_password" if person else NOBODY, visitor)
        raise
    reason = policy.may_not_enter(services, entrant.person, entrant.account) if entrant else NOBODY
    if entrant is None or reason:
        _refuse_guess(services, guess, reason, visitor)
        raise WrongCredentials
    better_hash = services.passwords.hash(password) if verified.outdated else None
    arrival = Arrival(("password",), visitor, next_url, remember, better_hash)
    return pass_first_door(services, entrant, arrival, guess)


def _guess(services: Services, entrant: Entrant | None, name: str, visitor: Visitor) -> Guess:
    """What is guessed at the first door, of a person or of a name that nobody has."""
    account = entrant.account if entrant else None
    if entrant is None:
        owner, side = people.owner_of_name(services, name), Side.STRANGERS
    else:
        owner = owner_of_user(entrant.person.user_id)
        side = _first_door_side(services, account, entrant.person, visitor)
    account_id = account.id if account else None
    return Guess(owner=owner, account_id=account_id, subject=FIRST_DOOR, side=side)


def _refuse_guess(services: Services, guess: Guess, reason: str, visitor: Visitor) -> None:
    attempts.refused(services, guess, reason, visitor)
    if guess.side is Side.STRANGERS:
        networks.count(services, FAILURES, visitor)


def _first_door_side(
    services: Services, account: Account | None, person: Person, visitor: Visitor
) -> Side:
    if account is None:
        return Side.STRANGERS
    return first_door_side(services.vault, account, person, visitor.marks)


def continue_login(
    services: Services, user_id: Any, proofs: Sequence[str], visitor: Visitor, next_url: str | None
) -> LoginOutcome:
    """The first door, opened by an application's own proof; raises WrongCredentials for a user
    that does not exist, is not active, or waits for its confirmation."""
    with services.look() as unit:
        entrant = unit.entrants.by_id(user_id)
    reason = policy.may_not_enter(services, entrant.person) if entrant else NOBODY
    if entrant is None or reason:
        _refuse(services, entrant, reason, visitor)
        raise WrongCredentials
    return pass_first_door(services, entrant, Arrival(tuple(proofs), visitor, next_url))


class _ChangedMeanwhile(Exception):
    """The password or the person is not what was let in any more."""


def pass_first_door(
    services: Services, entrant: Entrant, arrival: Arrival, guess: Guess | None = None
) -> LoginOutcome:
    """Between the doors: nobody is inside, unless no second factor is asked of this person, or
    it may come later.

    `guess` was counted for it in advance. Raises WrongCredentials where the password or the
    person was changed since it was checked.
    """

    as_read = [entrant]

    def pass_door(work: Work) -> LoginOutcome:
        # Checking a password takes its time. Whoever changes the account or sets a new password
        # meanwhile ends all sessions, and this one is not there yet: so it is opened only while
        # all is as it was read, or is read anew.
        there = as_read.pop() if as_read else work.unit.entrants.by_id(entrant.person.user_id)
        # Before the account is taken or made, as at every door: or two who take both would
        # deadlock. Who is refused undoes it.
        if guess is not None:
            attempts.clear(services, work, guess)
        else:
            work.unit.throttles.hold(entrant.person.user_id)
        found = _as_before(services, work, entrant.person, there, arrival)
        if found is None:
            raise _ChangedMeanwhile
        outcome = _pass_first_door(services, work, *found, arrival)
        if arrival.better_hash:
            outcome = _keep_better_hash(work, entrant.person, arrival.better_hash, outcome)
        if guess is not None:
            alerts.right_after_failures(services, work, guess, entrant.person, arrival.visitor)
        return outcome

    try:
        return services.in_one_go(pass_door)
    except _ChangedMeanwhile:
        _refuse(services, entrant, "changed_meanwhile", arrival.visitor)
        raise WrongCredentials from None


def _as_before(
    services: Services, work: Work, person: Person, there: Entrant | None, arrival: Arrival
) -> tuple[Entrant, Account] | None:
    """Who is there, and the account, where nothing was changed since the person was let in."""
    users = work.unit.users
    # Of what is written past the application's models the account knows nothing.
    if not users.can_be_compared and users.by_id(person.user_id) != person:
        return None
    if there is not None and there.account is None:
        there = _with_account(services, work, person.user_id)
    if there is None or there.account is None or there.person != person:
        return None
    if "password" in arrival.proofs and policy.password_is_closed(there.account, person):
        return None
    return there, there.account


def _keep_better_hash(
    work: Work, person: Person, better: str, outcome: LoginOutcome
) -> LoginOutcome:
    """After the account was taken, as by all who change a password."""
    was = person.password_hash
    if was and work.unit.users.replace_hash(person.user_id, was, better):
        return outcome
    # Somebody else was quicker: a mark that is made of this hash would say nothing.
    return replace(outcome, mark=None) if isinstance(outcome, SignedIn) else outcome


def _with_account(services: Services, work: Work, user_id: Any) -> Entrant | None:
    """The same with an account, made now. It says nothing of what was changed before there was
    one: so it is held, and all is read anew."""
    account = work.unit.accounts.ensure_evenly(user_id, services.clock())
    if account is None:
        return None
    work.unit.accounts.must_be_as(account)
    return work.unit.entrants.by_id(user_id)


def _pass_first_door(
    services: Services, work: Work, entrant: Entrant, account: Account, arrival: Arrival
) -> LoginOutcome:
    person = entrant.person
    accepted = FirstFactorAccepted(account_id=account.id, proofs=arrival.proofs)
    work.record(accepted, arrival.visitor)
    methods = services.factors.enabled(entrant.methods)
    needs_second = policy.needs_second_door(
        services, account, lambda: work.unit.users.role_names(account.user_id)
    )
    if not (needs_second and methods) or trust.is_shown(services, account, arrival.visitor):
        # More is changed than a session opened: in the order in which all others take the rows.
        work.unit.accounts.must_be_as(account)
    if not needs_second:
        return _let_in(services, work, account, person, arrival, None)
    due_at = grace.ask(services, work, account, person, arrival.visitor)
    if due_at is not None:
        inside = _let_in(services, work, account, person, arrival, None)
        return replace(inside, factor_due_at=due_at)
    if methods and (trusted := trust.show(services, work, account, person, arrival.visitor)):
        return _let_in(services, work, account, person, arrival, trusted)
    token, session = sessions.open_session(
        services, work, account, Step.FIRST_FACTOR, arrival.proofs, arrival.visitor,
        arrival.next_url, person=entrant.person, remember=arrival.remember,
    )  # fmt: skip
    first_code.send(services, work, entrant, account, session.id, methods, arrival.visitor)
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
        person=person, remember=arrival.remember, **leaning,
    )  # fmt: skip
    kept_hash = arrival.better_hash or person.password_hash
    gave_password = kept_hash if "password" in proofs else None
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


def _refuse(services: Services, entrant: Entrant | None, reason: str, visitor: Visitor) -> None:
    user_id = entrant.person.user_id if entrant else None
    with services.begin() as work:
        # Looked for anew: it may be gone. And for nobody as well: the same statements, whoever the
        # name belongs to.
        account = work.unit.accounts.of_user(user_id)
        account_id = account.id if account else None
        work.record(FirstFactorRefused(account_id=account_id, reason=reason), visitor)
