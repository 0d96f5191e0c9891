"""A year of one account: the owner comes, the operator tidies up, the thief guesses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask_airlock.flows import housekeeping
from flask_airlock.flows.services import Services
from tests.simulation.actors import Owner, Thief
from tests.simulation.cases import Case
from tests.simulation.observed import Tally, observed
from tests.simulation.world import World, world

YEAR = timedelta(days=365)
A_DAY = timedelta(days=1)
# So that the steps which the owner spent are not among those that the thief finds.
AFTER_THE_OWNER = timedelta(minutes=2)
PURGED_EVERY = 30
# Where nobody comes to open what is closed, time alone could: the thief looks every tenth day.
LOOKED_AT_EVERY = 10
BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a case: what was looked at, how often the owner and the thief came in, and
    how often the thief reset the password."""

    case: Case
    tally: Tally
    logins: int
    entered: int
    resets: int


def play(
    case: Case,
    *,
    length: timedelta = YEAR,
    altered: Callable[[Services], Services] = lambda services: services,
    enough: float = 1.0,
    every_day: bool = True,
) -> Outcome:
    """Play so long, or until the chance is above `enough`; the thief's services are `altered`.

    Unless it is `every_day`, those on which the thief only waits for a moment that he was told
    are left out: all that the owner could clear then is clear already.
    """
    tally = Tally()
    with world(case) as here:
        owner = Owner(here, case)
        thief = Thief(here, case, observed(altered(here.services), here.right_codes, tally))
        mornings = [here.now + day * A_DAY for day in range(length // A_DAY)]
        for day, morning in enumerate(mornings):
            here.move_to(morning)
            if day % PURGED_EVERY == 0:
                housekeeping.purge(here.services, BATCH)
            if every_day or thief.hopes or thief.next_at < morning + A_DAY:
                _play_a_day(here, day, owner, thief, lambda: tally.most > enough)
    return Outcome(
        case=case, tally=tally, logins=owner.logins, entered=thief.entered, resets=thief.resets
    )


def _play_a_day(
    here: World, day: int, owner: Owner, thief: Thief, is_enough: Callable[[], bool]
) -> None:
    tomorrow = here.now + A_DAY
    if owner.comes_daily:
        owner.sign_in()
    here.move_to(here.now + AFTER_THE_OWNER)
    if owner.comes_daily or thief.has_mailbox or day % LOOKED_AT_EVERY == 0:
        thief.wake()
    while not is_enough() and thief.next_at < tomorrow:
        here.move_to(thief.next_at)
        thief.act()
