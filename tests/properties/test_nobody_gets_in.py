"""In no sequence does anybody but the owner get in, or keep the owner out."""

import os
import secrets
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.applications import Application
from tests.properties.machine import Everybody
from tests.properties.world import REAL_LIMITS, World

STEPS_OF_A_STORY = 50


@pytest.fixture
def world(applications: Callable[..., Application]) -> World:
    """With the waits and limits that it has by default."""
    return World(applications("sqlite://", **REAL_LIMITS))


def play(world: World, steps: int, number: int, *phases: Phase) -> None:
    """Stories until so many steps were taken: the first ones are drawn by this number, should
    they be too few the next ones by the next."""
    told = type("Told", (Everybody,), {"world": world})
    for drawn in count(number):
        stories = (steps - world.steps) // STEPS_OF_A_STORY + 1
        run_state_machine_as_test(
            seed(drawn)(told),
            settings=settings(
                max_examples=stories,
                stateful_step_count=STEPS_OF_A_STORY,
                phases=phases or (Phase.generate, Phase.shrink),
                database=None,
                deadline=None,
                derandomize=False,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
        if world.steps >= steps:
            return


@pytest.mark.parametrize("steps", [2_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_no_sequence_lets_anybody_in_or_keeps_the_owner_out(
    world: World, steps: int, record_property: Callable[[str, object], None]
) -> None:
    """S-92 to S-97: AIRLOCK_SEED=.. repeats the run that printed this number."""
    number = int(os.environ.get("AIRLOCK_SEED") or secrets.randbelow(2**32))
    record_property("AIRLOCK_SEED", number)
    play(world, steps, number)
    assert world.steps >= steps
