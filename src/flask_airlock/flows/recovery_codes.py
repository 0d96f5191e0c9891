"""Recovery codes: the way in on the day on which the phone is gone (S-69 to S-75)."""

from collections.abc import Callable
from datetime import timedelta

from ..domain.accounts import Account, Visitor
from ..domain.events import (
    FactorAccepted,
    RecoveryCodesKept,
    RecoveryCodesMade,
    RecoveryCodeUsed,
)
from ..domain.login_state import SignedIn
from ..domain.one_time_codes import Purpose
from ..domain.records import Record
from ..domain.recovery_codes import RECOVERY, RecoveryState, batch_of, bound, codes_from
from ..domain.sessions import DOUBLE_CLICK, is_within
from ..domain.throttle import SETUP, Guess, Side, Window, owner_of_user
from ..domain.trust import Ending
from ..errors import CodesShown, LoginLapsed, MethodNotOffered, TooSoon, WrongAnswer
from ..storage.recovery_codes import KeptCode
from . import alerts, attempts, distrust, notices, policy, second_proof, sessions
from .services import Services, Work
from .sessions import Standing

USE = "recovery codes"
TYPED_BACK = f"{SETUP}{RECOVERY}"
# Each set costs ten hashes and a letter.
SETS = "sets of recovery codes"
SETS_AN_HOUR = Window(10, timedelta(hours=1))


class Found(Record):
    """What an account has of recovery codes: `state` is None without a set that is good now;
    `may_be_made` where it has a factor beside mail."""

    state: RecoveryState | None
    may_be_made: bool


class Shown(Found):
    """The same for who is signed in; `came_by_one` of this very set in this session."""

    came_by_one: bool


def found(services: Services, work: Work, account_id: int) -> Found:
    """What an account has of recovery codes."""
    methods = policy.enrolled_methods(services, work, account_id)
    return Found(
        state=work.unit.recovery_codes.state(account_id),
        may_be_made=any(method != services.mailbox.name for method in methods),
    )


def look(services: Services, token: str | None) -> Shown:
    """The same of who is signed in; raises LoginLapsed."""
    standing = sessions.find_signed_in(services, token)
    session = standing.session
    with services.begin() as work:
        his = found(services, work, standing.account.id)
    came_by_one = (
        RECOVERY in session.proofs
        and his.state is not None
        and his.state.made_at < session.created_at
    )
    return Shown(state=his.state, may_be_made=his.may_be_made, came_by_one=came_by_one)


def are_due(services: Services, token: str | None) -> bool:
    """Whether who has just set up a factor is to be led to his first set."""
    his = look(services, token)
    return his.may_be_made and his.state is None


def make(services: Services, token: str | None, seed: str, visitor: Visitor) -> list[str]:
    """A new set in place of the older one: its codes, which can't be had a second time.

    They come of the seed, which the form brings, and of a key of ours; neither is kept beside
    them. So both halves of a double click show the same codes, whichever is answered first, while
    a form that is sent again later makes nothing and shows nothing: it raises CodesShown. Raises
    LoginLapsed, MethodNotOffered where mail is all there is, or TooSoon.
    """
    standing = sessions.find_signed_in(services, token)
    account, session = standing.account, standing.session
    codes = codes_from(services.vault.mac(USE, bound(session.id, seed)))
    batch = batch_of(session.id, seed)
    if services.in_one_go(lambda work: _is_new(services, work, account, batch)):
        hashes = services.passwords.hash_alike(codes)

        def put(work: Work) -> bool:
            work.unit.throttles.hold(account.user_id)
            sessions.must_still_be(services, work, standing)
            if work.unit.recovery_codes.made_at(batch) is not None:
                return False
            work.unit.recovery_codes.put(account.id, batch, hashes, services.clock())
            _tell_made(services, work, standing, batch, visitor)
            return True

        if services.in_one_go(put):
            return codes
    _must_be_made_just_now(services, account, batch, codes)
    return codes


def _is_new(services: Services, work: Work, account: Account, batch: bytes) -> bool:
    """Whether the set is yet to be made; then it is counted."""
    if not found(services, work, account.id).may_be_made:
        raise MethodNotOffered(RECOVERY)
    if work.unit.recovery_codes.made_at(batch) is not None:
        return False
    mine = (owner_of_user(account.user_id), SETS, Side.KNOWN)
    windows, now = work.unit.windows, services.clock()
    if not windows.count(mine[0], account.id, *mine[1:], SETS_AN_HOUR, now):
        raise TooSoon(windows.room_at(*mine, SETS_AN_HOUR, now))
    return True


def _tell_made(
    services: Services, work: Work, standing: Standing, batch: bytes, visitor: Visitor
) -> None:
    account = standing.account
    # What was guessed was guessed at codes that are worth nothing now.
    for subject in (RECOVERY, TYPED_BACK):
        work.unit.throttles.clear(owner_of_user(account.user_id), tuple(Side), subject)
    work.record(RecoveryCodesMade(account_id=account.id), visitor)
    to = standing.person.email
    notices.tell(services, work, account.id, to, "recovery_codes_made", visitor, batch=batch)


def _must_be_made_just_now(
    services: Services, account: Account, batch: bytes, codes: list[str]
) -> None:
    """What is shown twice must be good: of another key come other codes."""
    with services.begin() as work:
        made_at = work.unit.recovery_codes.made_at(batch)
        hashes = [it.hash for it in work.unit.recovery_codes.unused(account.id)]
    is_recent = made_at is not None and is_within(DOUBLE_CLICK, made_at, services.clock())
    if not is_recent or services.passwords.place_of(codes[0], hashes) is None:
        raise CodesShown


def type_back(services: Services, token: str | None, code: str, visitor: Visitor) -> None:
    """One code of the set, to show that it was kept; it is not spent by that. Raises LoginLapsed,
    WrongAnswer, or TooSoon."""
    standing = sessions.find_signed_in(services, token)
    account = standing.account
    guess = attempts.guess_at(services, account, TYPED_BACK, visitor)
    guess = attempts.count(services, guess, visitor)
    kept = _which(services, account.id, code)
    if kept is None:
        attempts.refused(services, guess, WrongAnswer.code, visitor)
        raise WrongAnswer

    def note(work: Work) -> None:
        attempts.clear(services, work, guess)
        work.unit.accounts.lock(account.id)
        if work.unit.recovery_codes.note_kept(account.id, kept.batch, services.clock()):
            work.record(RecoveryCodesKept(account_id=account.id), visitor)

    services.in_one_go(note)


def answer(services: Services, token: str | None, code: str, visitor: Visitor) -> SignedIn:
    """The second door, by a recovery code: after the first one only, and one for each login.

    `code` is as `typed_letters` gives it. Raises LoginLapsed, MethodNotOffered, FactorClosed,
    TooSoon, WrongAnswer, Unsealable, or IllegalMove after a rescue.
    """
    move = second_proof.MOVES[Purpose.LOGIN]

    def again(guess: Guess | None = None) -> SignedIn:
        return second_proof.repeat(services, token, move, RECOVERY, code, visitor, guess)

    try:
        standing = sessions.find_half_open(services, token)
    except LoginLapsed:
        return again()
    sessions.must_not_be_rescued(standing)
    account = standing.account
    with services.begin() as work:
        has_factor = bool(policy.enrolled_methods(services, work, account.id))
        if not has_factor or work.unit.recovery_codes.state(account.id) is None:
            raise MethodNotOffered(RECOVERY)
    guess = attempts.guess_at(services, account, RECOVERY, visitor)
    guess = attempts.count(services, guess, visitor)

    def accept() -> SignedIn:
        # Outside of the transaction: a hash takes its time.
        kept = _which(services, account.id, code)
        if kept is None:
            raise WrongAnswer
        return services.in_one_go(_spending(services, standing, guess, kept, code, visitor))

    return second_proof.weigh(services, standing, guess, accept, lambda: again(guess), visitor)


def _which(services: Services, account_id: int, code: str) -> KeptCode | None:
    """The unused code that was typed: one hash, however many there are."""
    with services.begin() as work:
        kept = work.unit.recovery_codes.unused(account_id)
    place = services.passwords.place_of(code, [it.hash for it in kept])
    return None if place is None else kept[place]


def _spending(
    services: Services, standing: Standing, guess: Guess, kept: KeptCode, code: str,
    visitor: Visitor,
) -> Callable[[Work], SignedIn]:  # fmt: skip
    account = standing.account

    def spend(work: Work) -> SignedIn:
        codes = work.unit.recovery_codes
        attempts.clear(services, work, guess)
        # Logins by several codes at once wait for each other: each tells how many are left. After
        # the counters, as where a wrong one is told: or the two would deadlock.
        work.unit.accounts.lock(account.id)
        if not codes.spend(account.id, kept.id, services.clock()):
            raise WrongAnswer
        # A letter points to the account: written before, it would stand in the way of who locks it.
        alerts.right_after_failures(services, work, guess, standing.person, visitor)
        # The phone may be in other hands, and with it what its browser kept.
        distrust.end_all(services, work, account.id, Ending.RECOVERY, visitor)
        state = codes.state(account.id)
        left = state.left if state else 0
        work.record(FactorAccepted(account_id=account.id, method=RECOVERY), visitor)
        work.record(RecoveryCodeUsed(account_id=account.id, left=left), visitor)
        # It tells of the browser as well: one letter, not two.
        to = standing.person.email
        notices.tell(services, work, account.id, to, "recovery_code_used", visitor, left=left)
        step = second_proof.MOVES[Purpose.LOGIN][1]
        return sessions.promote(services, work, standing, step, RECOVERY, code, visitor)

    return spend
