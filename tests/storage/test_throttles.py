"""Counting guesses and codes: one conditional statement each, on every database."""

from datetime import timedelta

from flask_airlock.domain.throttle import (
    EPOCH,
    Guess,
    Limit,
    Limits,
    Shut,
    Side,
    Window,
    owner_of_user,
)
from flask_airlock.storage.transaction import Unit
from tests.storage.units import NOW, Bench

ONCE = [True, False, False]
NEVER = [False, False, False]


def test_twenty_failures_in_a_row_close_one_side(bench: Bench) -> None:
    account_id = bench.account()
    limit = Limit(free=20, stop=20)
    limits = Limits(factors=limit)

    def guess(side: Side = Side.STRANGERS) -> Guess:
        owner = owner_of_user(f"promise {account_id}")
        return Guess(owner=owner, account_id=account_id, subject="sms", side=side)

    def wins(side: Side = Side.STRANGERS) -> list[bool]:
        return bench.wins(lambda unit: unit.throttles.count(guess(side), limit, NOW), 3)

    def shut(unit: Unit, side: Side) -> dict[str, Shut]:
        return unit.throttles.all_shut(guess().owner, side, limits, NOW)[0]

    with bench.begin() as unit:
        for _ in range(limit.stop - 1):
            assert unit.throttles.count(guess(), limit, NOW)
    assert wins() == ONCE
    assert wins(Side.KNOWN) == [True] * 3
    with bench.begin() as unit:
        assert shut(unit, Side.STRANGERS) == {"sms": Shut(None, closed=True)}
        assert shut(unit, Side.KNOWN) == {}
        unit.throttles.clear(guess().owner, [Side.STRANGERS], "email")
        assert shut(unit, Side.STRANGERS) == {"sms": Shut(None, closed=True)}
        unit.throttles.clear(guess().owner, [Side.STRANGERS], "sms")
    assert wins() == [True] * 3


def test_a_failure_brings_a_wait_and_nobody_is_listened_to_meanwhile(bench: Bench) -> None:
    """S-95: the statement that counts is the one that refuses."""
    account_id, limit = bench.account(), Limit(free=1, stop=3, reopens_after=timedelta(days=1))
    owner = owner_of_user(f"wait {account_id}")
    guess = Guess(owner=owner, account_id=None, subject="first_setup", side=Side.KNOWN)

    def wins(seconds: float) -> list[bool]:
        now = NOW + timedelta(seconds=seconds)
        return bench.wins(lambda unit: unit.throttles.count(guess, limit, now), 3)

    assert wins(0) == ONCE
    assert wins(29) == NEVER
    assert wins(30) == ONCE
    assert wins(89) == NEVER
    assert wins(90) == ONCE
    assert wins(90 + 24 * 3600 - 1) == NEVER
    assert wins(90 + 24 * 3600)[0]


def test_several_secrets_cost_as_many_tries(bench: Bench) -> None:
    account_id, limit = bench.account(), Limit(free=5, stop=20)
    owner, window = owner_of_user(f"several {account_id}"), Window(50, timedelta(days=30))
    guess = Guess(
        owner=owner, account_id=account_id, subject="authenticator", side=Side.KNOWN, tries=3
    )
    looked_at = bench.wins(lambda unit: unit.throttles.count(guess, limit, NOW), 3)
    assert looked_at == [True, True, False]
    mine = (owner, "factors", Side.KNOWN, window, NOW)
    counted = (owner, account_id, *mine[1:], 24)
    assert bench.wins(lambda unit: unit.windows.count(*counted), 3) == [True, True, False]
    with bench.begin() as unit:
        assert unit.windows.room_at(*mine, 2) == NOW
        assert unit.windows.room_at(*mine, 3) > NOW
        unit.windows.refund(*mine, 24)
        assert unit.windows.room_at(*mine, 26) == NOW
        assert unit.windows.room_at(*mine, 27) > NOW


def test_a_reset_forgives_once_in_a_while_and_never_more_than_a_hundred_in_a_row(
    bench: Bench,
) -> None:
    """S-93: what was forgiven is remembered until a success."""
    account_id, limit = bench.account(), Limit(free=20, stop=20)
    owner, month = owner_of_user(f"forgiven {account_id}"), timedelta(days=30)
    guess = Guess(owner=owner, account_id=account_id, subject="sms", side=Side.STRANGERS)

    def fail(days: int) -> int:
        now = NOW + timedelta(days=days)
        with bench.begin() as unit:
            return sum(bool(unit.throttles.count(guess, limit, now)) for _ in range(25))

    def forgive(days: int) -> None:
        with bench.begin() as unit:
            unit.throttles.forgive(owner, ["sms"], limit.stop, NOW + timedelta(days=days), month)

    looked_at = []
    for days in range(0, 300, 15):
        looked_at.append(fail(days))
        forgive(days)
    assert looked_at == [20, 20, 0, 20, 0, 20, 0, 20, *[0] * 11, 0]
    with bench.begin() as unit:
        unit.throttles.clear(owner, [Side.STRANGERS], "sms")
    assert fail(400) == 20
    forgive(400)
    assert fail(400) == 20


def test_some_of_a_window_comes_back_once_in_a_while(bench: Bench) -> None:
    account_id, window = bench.account(), Window(10, timedelta(days=30))
    owner = owner_of_user(f"given back {account_id}")

    def count(days: int) -> int:
        mine = (owner, account_id, "factors", Side.KNOWN, window, NOW + timedelta(days=days))
        with bench.begin() as unit:
            return sum(unit.windows.count(*mine) for _ in range(20))

    def give_back(days: int) -> None:
        with bench.begin() as unit:
            unit.windows.give_back(owner, "factors", 4, NOW + timedelta(days=days), window.length)

    assert count(0) == 10
    give_back(0)
    assert count(0) == 4
    give_back(29)
    assert count(29) == 0
    give_back(30)
    assert count(30) == 4


def test_a_window_takes_so_many_in_any_length_of_it(bench: Bench) -> None:
    """S-94: four counters in a row, moved on and raised by one statement."""
    account_id, window = bench.account(), Window(4, timedelta(days=30))
    owner = owner_of_user(f"window {account_id}")

    def wins(day: float, times: int = 1) -> list[bool]:
        now = NOW + timedelta(days=day)
        return bench.wins(
            lambda unit: unit.windows.count(owner, account_id, "factors", Side.KNOWN, window, now),
            times,
        )

    begin = (window.part_of(NOW) + 1) * window.length / 3 - (NOW - EPOCH)
    first = begin.total_seconds() / 86400
    assert [wins(first + day)[0] for day in (0, 10, 20, 30)] == [True] * 4
    assert wins(first + 39.9) == NEVER[:1]
    assert wins(first + 40, 3) == ONCE
    assert wins(first + 49.9) == NEVER[:1]
    with bench.begin() as unit:
        asked = NOW + timedelta(days=first + 45)
        free_at = unit.windows.room_at(owner, "factors", Side.KNOWN, window, asked)
        assert free_at == NOW + timedelta(days=first + 50)
        unit.windows.refund(owner, "factors", Side.KNOWN, window, asked)
    assert wins(first + 45, 3) == ONCE
    assert wins(first + 80) == [True]
    with bench.begin() as unit:
        unit.windows.forget(owner, tuple(Side))
    assert wins(first + 81, 5) == [True] * 4 + NEVER[:1]
