"""When a letter is tried again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from flask_airlock.domain.letters import MAX_ATTEMPTS, NOTICE_LIFETIME, WAITS, next_try

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def tries(lifetime: timedelta) -> list[datetime]:
    """The moments at which a letter is tried that fails each time."""
    moment: datetime | None = NOW
    moments = []
    while moment is not None:
        moments.append(moment)
        moment = next_try(len(moments), moment, NOW + lifetime)
    return moments


def test_a_notice_is_tried_ten_times_and_waits_longer_each_time() -> None:
    moments = tries(NOTICE_LIFETIME)
    assert len(moments) == MAX_ATTEMPTS == 10
    assert tuple(later - earlier for earlier, later in pairwise(moments)) == WAITS


def test_a_link_of_half_an_hour_is_tried_for_as_long_as_it_is_good() -> None:
    moments = tries(timedelta(minutes=30))
    assert len(moments) == MAX_ATTEMPTS
    assert timedelta(minutes=26) < moments[-1] - NOW < timedelta(minutes=30)


def test_nothing_is_tried_at_the_end_of_its_time_or_later() -> None:
    expires_at = NOW + WAITS[0]
    assert next_try(1, NOW, expires_at) is None
    assert next_try(1, NOW, expires_at + timedelta(microseconds=1)) == expires_at
