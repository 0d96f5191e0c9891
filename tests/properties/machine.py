"""All of them at once, strangers among them, on a clock that moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from flask_airlock.domain.throttle import Side
from tests.properties.acting import turn
from tests.properties.thief import TIMES, Thief
from tests.properties.world import OWNER

MOMENTS = st.one_of(
    st.integers(1, 90).map(lambda seconds: timedelta(seconds=seconds)),
    st.integers(2, 59).map(lambda minutes: timedelta(minutes=minutes)),
)
LENGTHS = st.one_of(
    st.integers(1, 23).map(lambda hours: timedelta(hours=hours)),
    st.integers(1, 35).map(lambda days: timedelta(days=days)),
)
# After so many turns it is tried out whether the owner could come in.
HOME_EACH, RESET_EACH = 10, 25


class Everybody(Thief):
    """The owner, the thief, a stranger who has nothing, and the clock."""

    @rule(times=TIMES, is_patient=st.booleans())
    @turn
    def a_stranger_tries_passwords(self, times: int, is_patient: bool) -> None:
        """At the owner's name."""
        visitor = self.other()
        for _ in range(times):
            assert not self.give_password(visitor, "letmein")
            if not self.goes_on(visitor, is_patient):
                return

    @rule(name=st.sampled_from(("nobody", "no@example.com", OWNER.upper(), "\u202e", "a" * 300)))
    @turn
    def a_stranger_tries_names(self, name: str) -> None:
        """Whoever has them; with the right password for one of them, as it may be."""
        visitor = self.other()
        self.post(visitor, "/login", email=name, password="letmein")
        if name.lower() == OWNER:
            self.note_wrong(visitor, "password")

    @rule(times=st.sampled_from((1, 1, 4)))
    @turn
    def a_stranger_asks_for_resets(self, times: int) -> None:
        """The letters go to the owner."""
        visitor = self.other()
        for _ in range(times):
            self.post(visitor, "/forgot-password", email=OWNER)

    @rule(length=MOMENTS)
    @turn
    def a_moment_passes(self, length: timedelta) -> None:
        """Seconds or minutes."""
        self.world.clock.now += length

    @rule(length=LENGTHS)
    @turn
    def time_passes(self, length: timedelta) -> None:
        """Hours or days."""
        self.world.clock.now += length

    @rule(seconds=st.integers(1, 5))
    @turn
    def the_clock_is_set_back(self, seconds: int) -> None:
        """A little."""
        self.world.clock.now -= timedelta(seconds=seconds)

    @invariant()
    def the_owner_can_come_in(self) -> None:
        """In a browser that the account knows, and from any after a reset of the password."""
        turns, methods = self.turns, self.model.methods
        if turns and turns % HOME_EACH == 0:
            with self.tried_out():
                home = self.world.visitor(self.homes[-1])
                home.side = Side.KNOWN
                self.come_in(home, methods[turns // HOME_EACH % len(methods)])
        if turns and turns % RESET_EACH == 0:
            with self.tried_out():
                self.come_in_after_a_reset(self.world.visitor())

    @contextmanager
    def tried_out(self) -> Iterator[None]:
        """What happens in here has not happened."""
        kept = self.model
        with self.world.what_would_be(kept) as self.model:
            yield
        self.model = kept
