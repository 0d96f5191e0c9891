"""Many requests against applications in every state: which ones a seed decides."""

import os
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import TypeVar

from tests.hostile import values
from tests.hostile.attacks import Case, aimed, corpus, with_body
from tests.hostile.bodies import right_form
from tests.hostile.drawn import each_drawn
from tests.hostile.routes import Place, every_route
from tests.hostile.siege import Siege, report
from tests.hostile.states import STATES, State

# Give it to repeat a run.
SEED = "HOSTILE_SEED"
# Hypothesis keeps all that it drew for as long as it draws.
AT_ONCE = 100
CORPUS = corpus()
# The pages that look at `next`.
TAKE_NEXT = ("security.login", "security.enrol", "security.send_code")
Item = TypeVar("Item")


def new_seed() -> int:
    """Another one in each run, printed; or the one that was given."""
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(2**32))
    sys.stdout.write(f"{SEED}={seed}\n")
    return seed


def some_states(seed: int, count: int) -> list[State]:
    """So many of the states, or all of them."""
    return random.Random(seed).sample(STATES, min(count, len(STATES)))  # noqa: S311 (as below)


class Campaign:
    """Sieges in several states, what was sent to them, and what went wrong."""

    def __init__(self, sieges: Sequence[Siege], seed: int) -> None:
        self.cases: set[str] = set()
        self.aims: set[tuple[str, str, str]] = set()
        self._sieges = {siege.state.name: siege for siege in sieges}
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311 (to be the same when it is asked for)
        self.places = [
            Place(name, route)
            for name, siege in self._sieges.items()
            for route in every_route(siege.application.app)
        ]
        self._gets = self._in_turn(self.places)
        self._posts = self._in_turn([it for it in self.places if it.route.takes_post])
        self._ways = self._in_turn([it for it in self.places if it.route.endpoint in TAKE_NEXT])
        self._queries = self._in_turn(CORPUS.queries)

    @property
    def sent(self) -> int:
        """How many requests."""
        return sum(siege.sent for siege in self._sieges.values())

    def send_corpus(self) -> None:
        """Every case of it, at least once."""
        self.send_bodies(CORPUS.bodies)
        for turn, case in enumerate(CORPUS.surroundings):
            method = "GET" if turn % 2 else "POST"
            self._send(self._somewhere(method), method, turn, [next(self._queries), case])
        for turn, case in enumerate(CORPUS.redirects):
            place = next(self._ways)
            method = "GET" if turn % 2 and "GET" in place.route.methods else "POST"
            self._send(place, method, turn, [case])

    def send_bodies(self, cases: Sequence[Case]) -> None:
        """Each case once, at some form, with one of the odd queries as well."""
        for turn, case in enumerate(cases):
            self._send(next(self._posts), "POST", turn, [next(self._queries), case])

    def send_marked(self) -> None:
        """To every form from two states: what may not come back as it is, where it gets far."""
        shown = ("email", "username", "phone", "code", "next")
        case = Case("marked", with_body(right_form(0, **dict.fromkeys(shown, values.MARKED))))
        forms = {place.route for place in self.places if place.route.takes_post}
        for route in sorted(forms, key=lambda it: it.rule):
            for state in self._chance.sample([*self._sieges], 2):
                self._send(Place(state, route), "POST", 0, [next(self._queries), case])

    def send_unknown_methods(self, count: int) -> None:
        """So many of all pairs of a place and a method that it does not know."""
        pairs = [(place, method) for place in self.places for method in values.METHODS]
        for turn, (place, method) in enumerate(self._chance.sample(pairs, count)):
            self._send(place, method, turn, [])

    def send_drawn(self, count: int) -> None:
        """So many with what Hypothesis thinks of, most of them by a method that is known."""

        def send(turn: int, odd: Sequence[Case]) -> None:
            known = "POST" if turn % 2 else "GET"
            method = values.METHODS[turn % len(values.METHODS)] if turn % 7 == 0 else known
            self._send(self._somewhere(known), method, turn, odd)

        for begun in range(0, count, AT_ONCE):
            each_drawn(min(AT_ONCE, count - begun), self._seed + begun, send)

    def end(self) -> str:
        """One line for each thing that went wrong, the same ones together; empty if nothing."""
        problems = [problem for siege in self._sieges.values() for problem in siege.end()]
        return f"{SEED}={self._seed}: {report(problems)}" if problems else ""

    def _send(self, place: Place, method: str, turn: int, cases: Sequence[Case]) -> None:
        attack = aimed(place.route, method, turn)
        for case in cases:
            attack = case.on(attack, place.route)
            self.cases.add(case.name)
        self.aims.add((place.state, place.route.rule, method))
        self._sieges[place.state].fire(attack)

    def _somewhere(self, method: str) -> Place:
        """The next place in turn that knows this method."""
        return next(self._posts if method == "POST" else self._gets)

    def _in_turn(self, items: Sequence[Item]) -> Iterator[Item]:
        """All of them in some order, again and again."""
        return cycle(self._chance.sample(items, len(items)))
