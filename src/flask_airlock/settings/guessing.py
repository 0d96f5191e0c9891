"""The keys of guessing and sending: how often one may be wrong, and how many codes go out."""

from datetime import timedelta
from functools import cached_property

from ..domain.networks import FAILURES, LETTERS
from ..domain.records import Record
from ..domain.throttle import A_DAY, Limit, Limits, Window
from . import values
from .values import DURATION, WINDOWS

BUDGET_WINDOW = timedelta(days=30)
OWN_MEMORY = "memory://"
AN_HOUR = timedelta(hours=1)


class GuessingKeys(Record):
    """One field per key, named like it without the prefix."""

    factor_tries: int = values.key(5, values.whole(1, 20), "a whole number from 1 to 20")
    # S-93: a standard sets the ceiling.
    factor_stop: int = values.key(20, values.whole(5, 100), "a whole number from 5 to 100")
    factor_budget: int = values.key(50, values.whole(5, 1000), "a whole number from 5 to 1000")
    password_tries: int = values.key(5, values.whole(1, 20), "a whole number from 1 to 20")
    password_stop: int = values.key(100, values.whole(10, 100), "a whole number from 10 to 100")
    wait: timedelta = values.key(
        timedelta(seconds=30), values.duration_or_none_at_all, f"{DURATION}, or 0"
    )
    # Longer ones would outlast what opens again after a day.
    longest_wait: timedelta = values.key(
        timedelta(hours=1), values.at_most(A_DAY), "a timedelta, or seconds, from one to a day"
    )

    send_interval: timedelta = values.key(
        timedelta(seconds=60), values.duration_or_none_at_all, f"{DURATION}, or 0"
    )
    sends_per_hour: int = values.key(5, values.whole(1, 10_000), "a whole number from 1 to 10000")
    sends_per_day: int = values.key(10, values.whole(1, 10_000), "a whole number from 1 to 10000")
    texts_per_day: int = values.key(
        1000, values.whole(1, 10**9), "a whole number from 1 to 1000000000"
    )

    network_failures: tuple[Window, ...] | None = values.key(
        values.windows("20 per 10 minutes; 100 per day"),
        values.optional(values.windows),
        WINDOWS,
    )
    network_letters: tuple[Window, ...] | None = values.key(
        values.windows("60 per 10 minutes; 300 per day"),
        values.optional(values.windows),
        WINDOWS,
    )
    ratelimit_storage_uri: str = values.key(
        OWN_MEMORY, values.store_uri, 'a URI such as "memory://" or "redis://localhost:6379/0"'
    )

    watch_failures: int | None = values.key(
        100, values.optional(values.whole(10, 10**6)), "a whole number from 10 to 1000000, or None"
    )
    watch_times: int = values.key(5, values.whole(2, 1000), "a whole number from 2 to 1000")

    @property
    def network_limits(self) -> dict[str, tuple[Window, ...]]:
        """How often one network may be wrong, and ask for letters."""
        return {FAILURES: self.network_failures or (), LETTERS: self.network_letters or ()}

    @property
    def send_windows(self) -> dict[str, Window]:
        """How many codes may go to an account, or to a mailbox or number."""
        hour, day = Window(self.sends_per_hour, AN_HOUR), Window(self.sends_per_day, A_DAY)
        return {"hour": hour, "day": day}

    @property
    def texts_window(self) -> Window:
        """How many text messages may go out at all."""
        return Window(self.texts_per_day, A_DAY)

    @cached_property
    def limits(self) -> Limits:
        """The same as rules."""
        waits = {"first_wait": self.wait, "longest_wait": self.longest_wait}
        return Limits(
            factors=Limit(free=self.factor_tries, stop=self.factor_stop, **waits),
            passwords=Limit(free=self.password_tries, stop=self.password_stop, **waits),
            factor_budget=Window(self.factor_budget, BUDGET_WINDOW),
        )
