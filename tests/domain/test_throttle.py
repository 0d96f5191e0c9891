"""How long one waits, and how often something may happen in a while."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flask_airlock.domain.throttle import (
    ASKED_AGAIN,
    FIRST_DOOR,
    FIRST_SETUP,
    SETUP,
    Limit,
    Limits,
    Shut,
    Window,
    owner_of_user,
    shut_until,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MONTH = Window(3, timedelta(days=30))


class Counted:
    """A window as its row has it: what storage does in one statement, done step by step."""

    def __init__(self, window: Window) -> None:
        self.window, self.part, self.counts = window, 0, [0, 0, 0, 0]

    def count(self, now: datetime) -> bool:
        """One more, unless it is full."""
        part = max(self.part, self.window.part_of(now))
        kept = ([0] * min(4, part - self.part) + self.counts)[:4]
        if sum(kept) >= self.window.most:
            return False
        self.part, self.counts = part, [kept[0] + 1, *kept[1:]]
        return True


def test_waits_begin_after_the_free_ones_and_double_to_the_longest() -> None:
    limit = Limit(free=5, stop=20)
    seconds = [limit.wait_after(failures).total_seconds() for failures in range(1, 14)]
    assert seconds == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert limit.wait_after(10**6) == timedelta(hours=1)
    assert not Limit(free=5, stop=20, first_wait=timedelta(0)).wait_after(19)


def test_what_closes_for_a_day_and_what_for_good() -> None:
    limits = Limits()
    for subject in (FIRST_SETUP, ASKED_AGAIN, f"{SETUP}sms"):
        assert limits.of(subject).reopens_after == timedelta(days=1)
        assert limits.of(subject).stop == 20
    assert limits.of(FIRST_DOOR).stop == 100
    for subject in (FIRST_DOOR, "email", "authenticator"):
        assert limits.of(subject).reopens_after is None


def test_who_is_listened_to() -> None:
    limit = Limit(free=5, stop=20)
    later = NOW + SECOND
    assert shut_until(limit, 5, later, NOW, NOW) == Shut(later)
    assert shut_until(limit, 5, NOW, NOW, NOW) is None
    assert shut_until(limit, 20, None, NOW, NOW + timedelta(days=400)) == Shut(None, closed=True)
    opens = Limit(free=5, stop=20, reopens_after=timedelta(days=1))
    assert shut_until(opens, 20, None, NOW, NOW) == Shut(NOW + timedelta(days=1), closed=True)
    assert shut_until(opens, 20, None, NOW, NOW + timedelta(days=1)) is None


def test_people_are_counted_apart() -> None:
    assert owner_of_user(1) != owner_of_user(11)
    assert len(owner_of_user("x" * 999)) == 32


@given(st.lists(st.integers(0, 15 * 24 * 3600), max_size=60))
def test_no_window_of_that_length_ever_holds_more(pauses: list[int]) -> None:
    """S-94: whenever it begins."""
    counted, now, taken = Counted(MONTH), NOW, []
    for pause in pauses:
        now += pause * SECOND
        if counted.count(now):
            taken.append(now)
        else:
            # It is not refused for longer than four thirds of the window.
            assert sum(time > now - MONTH.length * 4 / 3 for time in taken) >= MONTH.most
    for begin in taken:
        assert sum(begin <= time < begin + MONTH.length for time in taken) <= MONTH.most


@given(st.lists(st.integers(0, 15 * 24 * 3600), min_size=3, max_size=20), st.integers(0, 10**7))
def test_it_has_room_when_it_says_so_and_not_before(pauses: list[int], later: int) -> None:
    counted, now = Counted(MONTH), NOW
    for pause in pauses:
        now += pause * SECOND
        counted.count(now)
    asked = now + later * SECOND
    free_at = MONTH.room_at(counted.part, counted.counts, asked)
    assert free_at >= asked
    if free_at > asked:
        before = Counted(MONTH)
        before.part, before.counts = counted.part, list(counted.counts)
        assert not before.count(free_at - SECOND)
    assert counted.count(free_at)


def test_a_clock_that_goes_back_counts_into_the_newest_part() -> None:
    counted = Counted(MONTH)
    for back in (0, 20, 40):
        assert counted.count(NOW - timedelta(days=back))
    assert not counted.count(NOW)
