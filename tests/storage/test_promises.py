"""What may happen only once is one statement whose row count decides, on every database."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from flask_airlock.domain.letters import MAX_ATTEMPTS, NOTICE_LIFETIME, STUCK_AFTER
from flask_airlock.domain.link_tokens import LIFETIMES, LinkPurpose
from flask_airlock.domain.login_state import Stage
from flask_airlock.domain.one_time_codes import TRIES_PER_CODE, CodeBinding, Purpose
from flask_airlock.domain.vault import digest
from flask_airlock.storage.setups import SETUP_LIFETIME
from flask_airlock.storage.transaction import Unit
from tests.storage.units import LATER, NOW, Bench

ONCE = [True, False, False]
NEVER = [False, False, False]
TEN_MINUTES = NOW + timedelta(minutes=10)


def code_of(bench: Bench, code: bytes) -> CodeBinding:
    account_id = bench.account()
    session, _ = bench.session(account_id)
    binding = CodeBinding(account_id, session.id, "email", Purpose.LOGIN)
    with bench.begin() as unit:
        unit.codes.put(binding, code, TEN_MINUTES, 1)
    return binding


def spend_code(binding: CodeBinding, code: bytes, unit: Unit) -> bool:
    return unit.codes.spend(binding, [code], NOW)


def count_try(binding: CodeBinding, unit: Unit) -> bool:
    return unit.codes.count_try(binding)


def spend_link(account_id: int, token: bytes, when: datetime, unit: Unit) -> bool:
    return unit.link_tokens.spend(account_id, token, LinkPurpose.FACTOR_SETUP, when)


def claim_letter(letter_id: int, when: datetime, unit: Unit) -> bool:
    return unit.letters.claim(letter_id, when) is not None


def letter_of(
    bench: Bench, account_id: int | None = None, expires_at: datetime = TEN_MINUTES
) -> int:
    with bench.begin() as unit:
        return unit.letters.add(
            b"dear Ada", channel="mail", template="code", account_id=account_id,
            now=NOW, expires_at=expires_at,
        )  # fmt: skip


def test_a_step_is_spent_once_and_older_ones_with_it(bench: Bench) -> None:
    """S-45: each accepted step number is remembered; same or older steps are refused."""
    account_id = bench.account()
    with bench.begin() as unit:
        unit.credentials.add(account_id, "authenticator", b"a seed", NOW, last_step=99)
        (mine,) = unit.credentials.of_method(account_id, "authenticator")
    assert bench.wins(lambda unit: unit.credentials.spend_step(mine.id, 99, LATER)) == NEVER
    assert bench.wins(lambda unit: unit.credentials.spend_step(mine.id, 101, LATER)) == ONCE
    assert bench.wins(lambda unit: unit.credentials.spend_step(mine.id, 100, LATER)) == NEVER
    with bench.begin() as unit:
        assert unit.credentials.revoke_all(account_id, "administrator", LATER) == 1
    assert bench.wins(lambda unit: unit.credentials.spend_step(mine.id, 102, LATER)) == NEVER


def test_a_code_is_spent_once(bench: Bench) -> None:
    """S-29: it works once, atomically (conditional UPDATE ... WHERE used_at IS NULL)."""
    right, wrong = digest("right"), digest("wrong")
    binding = code_of(bench, right)
    assert bench.wins(lambda unit: unit.codes.spend(binding, [wrong], NOW)) == NEVER
    assert bench.wins(lambda unit: unit.codes.spend(binding, [], NOW)) == NEVER
    assert bench.wins(lambda unit: unit.codes.spend(binding, [wrong, right], NOW)) == ONCE
    with bench.begin() as unit:
        assert unit.codes.state(binding) is None
        assert unit.codes.exists(binding)


def test_a_code_lapses_to_the_microsecond(bench: Bench) -> None:
    """S-28: t=599 ok, t=601 fails."""
    right = digest("right")
    binding = code_of(bench, right)
    too_late = TEN_MINUTES
    in_time = TEN_MINUTES - timedelta(microseconds=1)
    assert bench.wins(lambda unit: unit.codes.spend(binding, [right], too_late)) == NEVER
    assert bench.wins(lambda unit: unit.codes.spend(binding, [right], in_time)) == ONCE


def test_a_code_is_worth_nothing_under_another_binding(bench: Bench) -> None:
    """S-30: bound to the login attempt, the user, the channel and the purpose."""
    right = digest("right")
    mine = code_of(bench, right)
    others = [
        replace(mine, account_id=bench.account()),
        replace(mine, session_id=mine.session_id + 1000),
        replace(mine, method="sms"),
        replace(mine, method="EMAIL"),
        replace(mine, purpose=Purpose.SETUP),
    ]
    for other in others:
        assert bench.wins(partial(spend_code, other, right)) == NEVER
        assert bench.wins(partial(count_try, other)) == NEVER
    assert bench.wins(lambda unit: unit.codes.spend(mine, [right], NOW)) == ONCE


def test_five_tries_are_counted_and_a_new_code_gives_no_more(bench: Bench) -> None:
    """S-31, S-32: sending a new one does not clear the failure count."""
    binding = code_of(bench, digest("old"))
    assert bench.wins(lambda unit: unit.codes.count_try(binding), 3) == [True] * 3
    with bench.begin() as unit:
        unit.codes.put(binding, digest("new"), TEN_MINUTES, 2)
    left = [True] * (TRIES_PER_CODE - 3)
    assert bench.wins(lambda unit: unit.codes.count_try(binding), 4) == [*left, False, False]
    old = [digest("old")]
    assert bench.wins(lambda unit: unit.codes.spend(binding, old, NOW)) == NEVER
    with bench.begin() as unit:
        state = unit.codes.state(binding)
    assert state is not None
    assert (state.tries, state.letter_id, state.expires_at) == (5, 2, TEN_MINUTES)


def test_a_session_is_promoted_once(bench: Bench) -> None:
    """S-20: replay of the pending cookie after success fails."""
    half_open, old = bench.session(bench.account())
    inside = replace(half_open, stage=Stage.SIGNED_IN, proofs=("password", "sms"), proved_at=LATER)
    marks = iter([digest("a"), digest("b"), digest("c")])
    won = bench.wins(
        lambda unit: unit.sessions.promote(half_open, old, next(marks), b"x" * 32, inside)
    )
    assert won == ONCE
    with bench.begin() as unit:
        assert unit.sessions.find(old, Stage.HALF_OPEN, LATER) is None
        found = unit.sessions.find(digest("a"), Stage.SIGNED_IN, LATER)
        came_from = unit.sessions.promoted_from(old, LATER)
        assert unit.sessions.end(digest("a"), LATER) == half_open.account_id
    assert found is not None
    assert found[0] == inside
    assert came_from is not None
    assert came_from[2] == b"x" * 32


def test_an_ended_or_lapsed_session_is_not_promoted(bench: Bench) -> None:
    """S-20: at 601 s pending is gone."""
    half_open, old = bench.session(bench.account())
    late = replace(half_open, stage=Stage.SIGNED_IN, proved_at=half_open.expires_at)
    new = digest("late")
    assert bench.wins(lambda unit: unit.sessions.promote(half_open, old, new, None, late)) == NEVER
    assert bench.wins(lambda unit: unit.sessions.end(old, NOW)) == ONCE
    prompt = replace(late, proved_at=NOW)
    won = bench.wins(lambda unit: unit.sessions.promote(half_open, old, new, None, prompt))
    assert won == NEVER


def test_a_set_up_is_finished_once(bench: Bench) -> None:
    """S-44: the seed waits server-side until one valid code confirms it."""
    account_id = bench.account()
    session, _ = bench.session(account_id)
    with bench.begin() as unit:
        unit.setups.begin(account_id, session.id, "sms", b"+12015550123", NOW)
        setup = unit.setups.pending(account_id, session.id, "sms", NOW)
    assert setup is not None
    assert setup.secret == b"+12015550123"
    lapsed = NOW + SETUP_LIFETIME
    assert bench.wins(lambda unit: unit.setups.finish(setup, lapsed)) == NEVER
    assert bench.wins(lambda unit: unit.setups.finish(setup, LATER)) == ONCE
    with bench.begin() as unit:
        assert unit.setups.pending(account_id, session.id, "sms", LATER) is None


def test_a_set_up_is_void_once_another_was_finished(bench: Bench) -> None:
    """S-44, and a set-up belongs to its own session and account."""
    account_id, stranger = bench.account(), bench.account()
    one, other = bench.session(account_id)[0], bench.session(account_id)[0]
    with bench.begin() as unit:
        for session in (one, other):
            unit.setups.begin(account_id, session.id, "authenticator", b"seed", NOW)
        mine = unit.setups.pending(account_id, one.id, "authenticator", NOW)
        assert unit.setups.pending(stranger, one.id, "authenticator", NOW) is None
        assert unit.setups.pending(account_id, one.id, "sms", NOW) is None
    assert mine is not None
    with bench.begin() as unit:
        unit.setups.void_others(account_id, NOW)
    assert bench.wins(lambda unit: unit.setups.finish(mine, NOW)) == NEVER


def test_a_link_is_spent_once(bench: Bench) -> None:
    """S-120: single use, one purpose, one user."""
    account_id, stranger, token = bench.account(), bench.account(), digest("link")
    purpose = LinkPurpose.FACTOR_SETUP
    with bench.begin() as unit:
        unit.link_tokens.add(account_id, token, purpose, NOW, address=bytes(32))
    late = NOW + LIFETIMES[purpose]
    spend = [(stranger, NOW), (account_id, late)]
    for who, when in spend:
        assert bench.wins(partial(spend_link, who, token, when)) == NEVER
    assert bench.wins(lambda unit: unit.link_tokens.find(token, purpose, NOW) is not None, 2)
    assert bench.wins(lambda unit: unit.link_tokens.spend(account_id, token, purpose, NOW)) == ONCE


def test_a_letter_is_claimed_once_and_again_only_when_its_worker_was_lost(bench: Bench) -> None:
    letter_id = letter_of(bench, expires_at=NOW + NOTICE_LIFETIME)
    assert bench.wins(lambda unit: unit.letters.claim(letter_id, NOW)) == ONCE
    moment = NOW
    for _ in range(MAX_ATTEMPTS - 1):
        moment += STUCK_AFTER
        assert bench.wins(partial(claim_letter, letter_id, moment)) == ONCE
    assert bench.wins(lambda unit: unit.letters.claim(letter_id, moment + STUCK_AFTER)) == NEVER


def test_a_letter_is_wiped_when_it_is_settled_or_its_time_is_up(bench: Bench) -> None:
    sent, forgotten = letter_of(bench), letter_of(bench)
    with bench.begin() as unit:
        claimed = unit.letters.claim(sent, NOW)
        unit.letters.settle(sent, NOW)
        assert {sent, forgotten} & set(unit.letters.overdue(LATER)) == {forgotten}
        unit.letters.wipe_lost(TEN_MINUTES)
        assert unit.letters.failed([sent, forgotten]) == {forgotten}
    assert claimed is not None
    assert (claimed.text, claimed.template, claimed.broken) == (b"dear Ada", "code", None)
    rows = {row["id"]: row for row in bench.application.rows("letters")}
    assert rows[sent]["message"] is rows[forgotten]["message"] is None
    assert (rows[sent]["state"], rows[forgotten]["state"]) == ("sent", "failed")


def test_a_rescue_is_claimed_once_a_day(bench: Bench) -> None:
    account_id, day = bench.account(), timedelta(days=1)
    assert bench.wins(lambda unit: unit.accounts.claim_rescue(account_id, NOW, day)) == ONCE
    early, next_day = NOW + day - timedelta(microseconds=1), NOW + day
    assert bench.wins(lambda unit: unit.accounts.claim_rescue(account_id, early, day)) == NEVER
    assert bench.wins(lambda unit: unit.accounts.claim_rescue(account_id, next_day, day)) == ONCE
    with bench.begin() as unit:
        assert unit.accounts.rescue_asked_at(account_id) == next_day


def test_an_upgraded_hash_does_not_overwrite_a_new_password(bench: Bench) -> None:
    """S-12."""
    person = bench.application.person(f"hash{bench.account()}@example.com")
    with bench.begin() as unit:
        found = unit.users.by_email(person.email)
        assert found is not None
        assert found.password_hash
        unit.users.replace_hash(found.user_id, found.password_hash, "upgraded")
        unit.users.replace_hash(found.user_id, found.password_hash, "too late")
        again = unit.users.by_id(found.user_id)
    assert again is not None
    assert again.password_hash == "upgraded"


@pytest.mark.parametrize("microsecond", [0, 1, 499_999, 999_999])
def test_moments_survive_to_the_microsecond(bench: Bench, microsecond: int) -> None:
    moment = NOW.replace(microsecond=microsecond)
    account_id = bench.account()
    with bench.begin() as unit:
        unit.accounts.note_address_proved(account_id, b"a" * 32, moment)
        unit.accounts.claim_rescue(account_id, moment, timedelta(days=1))
        assert unit.accounts.rescue_asked_at(account_id) == moment
    (row,) = [row for row in bench.application.rows("accounts") if row["id"] == account_id]
    assert row["address_proved_at"] == moment.replace(tzinfo=None)
