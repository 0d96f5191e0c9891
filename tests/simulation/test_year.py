"""A year of guessing: the chance to pass the second door, counted from what was compared."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from flask_airlock.flows.services import Services
from tests.simulation.cases import APP, CASES, SMS, Case
from tests.simulation.year import A_DAY, YEAR, Outcome, play
from tests.soak import but_for_the_soak

MANY = 10**9
# More in a row than a simulation needs to break what is promised.
ENOUGH_IN_A_ROW = 1000


def case(*methods: str, comes_daily: bool = True) -> Case:
    """One with a thief who has the password and tries what is worth most."""
    return Case(methods=methods, guesses_at=methods[:1], comes_daily=comes_daily, has_mailbox=False)


ONE_APP, THREE_APPS, ONE_PHONE = case(APP), case(APP, APP, APP), case(SMS)
# It begins with a whole budget, so that no quarter brings the thief more.
QUARTER = YEAR / 4


def must_hold(outcome: Outcome, length: timedelta = YEAR) -> None:
    """The chance is as low as promised for so long, nobody else came in, and the owner was never
    kept out."""
    played = outcome.case
    bound = played.bound * (length / YEAR)
    # Something was compared: about twenty in a row, whether one answer costs one or three.
    assert outcome.tally.comparisons > 15, outcome
    assert outcome.tally.chance <= outcome.tally.most <= bound, outcome
    assert outcome.entered == 0
    assert (outcome.logins > 0) is played.comes_daily


@pytest.mark.parametrize("played", [ONE_APP, case(APP, comes_daily=False)], ids=str)
def test_a_year_of_guessing_leads_nowhere(played: Case) -> None:
    """S-92, S-93, S-94, S-96: at most 0.2 % for six digits of which three steps are good."""
    must_hold(play(played, every_day=False))


@pytest.mark.parametrize("played", but_for_the_soak([ONE_PHONE], [THREE_APPS, ONE_PHONE]), ids=str)
def test_a_quarter_brings_no_more_than_a_quarter_of_that(played: Case) -> None:
    """S-92, S-93, S-94, S-96: nor with three authenticators; of 0.07 % for a text message. The
    whole year is the soak's."""
    must_hold(play(played, length=QUARTER, every_day=False), QUARTER)


@pytest.mark.soak
@pytest.mark.parametrize("played", CASES, ids=str)
def test_no_year_of_guessing_leads_anywhere(played: Case) -> None:
    """S-92, S-93, S-94, S-96: what is promised, for every account, owner and thief, day by day."""
    outcome = play(played)
    must_hold(outcome)
    assert outcome.logins == (YEAR // A_DAY if played.comes_daily else 0)
    assert bool(outcome.resets) is played.has_mailbox


def unlimited(services: Services) -> Services:
    """The services of an application that listens to everybody, always."""
    return replace(
        services,
        settings=replace(
            services.settings,
            factor_tries=ENOUGH_IN_A_ROW,
            factor_stop=ENOUGH_IN_A_ROW,
            factor_budget=MANY,
            send_interval=timedelta(0),
            sends_per_hour=MANY,
            sends_per_day=MANY,
            texts_per_day=MANY,
        ),
    )


def without_budget(services: Services) -> Services:
    """The services of an application that counts what is wrong in a row, and nothing else."""
    return replace(services, settings=replace(services.settings, factor_budget=MANY))


@pytest.mark.parametrize(
    "played, altered, days",
    but_for_the_soak(
        [(THREE_APPS, unlimited, 1)],
        [
            (THREE_APPS, unlimited, 1),
            (ONE_APP, unlimited, 1),
            (ONE_PHONE, unlimited, 1),
            (ONE_APP, without_budget, 40),
        ],
    ),
)
def test_without_limits_the_same_thief_has_a_chance(
    played: Case, altered: Callable[[Services], Services], days: int
) -> None:
    """The simulation can fail: it takes him a day, or a month where the budget alone is off."""
    outcome = play(played, length=days * A_DAY, altered=altered, enough=played.bound)
    assert outcome.tally.most > played.bound, outcome
