"""In no sequence does anybody but the owner get in, or keep the owner out."""

import os
import secrets
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from flask_airlock.domain.throttle import Guess, Side
from tests.applications import Application
from tests.properties.machine import Everybody
from tests.properties.world import REAL_LIMITS, World

STEPS_OF_A_STORY = 50
# After ten Hypothesis begins to make stories of parts of the last one.
STORIES_AT_ONCE = 10


@pytest.fixture
def world(applications: Callable[..., Application]) -> World:
    """With the waits and limits that it has by default."""
    return World(applications("sqlite://", **REAL_LIMITS))


def drawn(record_property: Callable[[str, object], None]) -> int:
    """The number that stories are drawn by, printed: AIRLOCK_SEED=.. draws the same again."""
    number = int(os.environ.get("AIRLOCK_SEED") or secrets.randbelow(2**32))
    record_property("AIRLOCK_SEED", number)
    return number


def play(world: World, steps: int, number: int, *phases: Phase) -> None:
    """Stories until so many steps were taken: the first are drawn by this number, others by the
    next, and so on."""
    told = type("Told", (Everybody,), {"world": world})
    for nth in count(number):
        stories = (steps - world.steps) // STEPS_OF_A_STORY + 1
        run_state_machine_as_test(
            seed(nth)(told),
            settings=settings(
                max_examples=min(stories, STORIES_AT_ONCE),
                stateful_step_count=STEPS_OF_A_STORY,
                phases=phases or (Phase.generate, Phase.shrink),
                database=None,
                deadline=None,
                derandomize=False,
                print_blob=True,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
        if world.steps >= steps:
            return


@pytest.mark.parametrize("steps", [2_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_no_sequence_lets_anybody_in_or_keeps_the_owner_out(
    world: World, steps: int, record_property: Callable[[str, object], None]
) -> None:
    """S-92, S-93, S-95, S-96: the real pages, waits and limits; in any order."""
    play(world, steps, drawn(record_property))
    assert world.steps >= steps


def everybody_is_known(*_: object) -> Side:
    """A thief spends what is the owner's."""
    return Side.KNOWN


def nothing(*_: object) -> None:
    """What is asked of it is right, or not counted."""


def uncounted(_services: object, _work: object, guess: Guess, *_: object) -> Guess:
    """As many answers as one likes are looked at."""
    return guess


@pytest.mark.soak
@pytest.mark.parametrize(
    "place, broken",
    [
        ("flows.attempts.side_for", everybody_is_known),
        ("flows.attempts.counted", uncounted),
        ("factors.authenticator.AuthenticatorFactor.answer", nothing),
        ("factors.code_by_post.CodeByPost._spend", nothing),
    ],
)
def test_what_is_broken_is_found(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    broken: Callable[..., object],
    record_property: Callable[[str, object], None],
) -> None:
    """The same steps find each of these, by which somebody gets in or keeps the owner out."""
    monkeypatch.setattr(f"flask_airlock.{place}", broken)
    number = drawn(record_property)
    with pytest.raises(AssertionError):
        play(world, 2_000, number, Phase.generate)
