"""`flask airlock who-is-locked-out`: whom a policy stops, told before it is switched on."""

from collections.abc import Iterator, Sequence

import click

from ..domain.directory import Demand, Stopped
from ..domain.policy import FACTOR_METHODS
from ..flows import lockout
from ..flows.services import Services
from .answers import Ask, Group, examples, moment, say_rows, wants_json
from .wording import FATES

EVERYBODY = "all"
EXAMPLES = """
flask airlock who-is-locked-out
flask airlock who-is-locked-out --required all
flask airlock who-is-locked-out --required admin --required accounting
flask airlock who-is-locked-out --required all --methods authenticator --json
"""
NOBODY = "nobody lacks what is demanded"
NOTHING = "no second factor is demanded of anybody: name a policy by --required"


def add_policy_commands(group: Group, services: Ask) -> None:
    """Put the command into the group."""

    @group.command(
        "who-is-locked-out",
        short_help="Tell whom a policy stops, before it is switched on.",
        epilog=examples(EXAMPLES),
    )
    @click.option(
        "--required", multiple=True, metavar="ROLE",
        help="Of whom a second factor is demanded: a role, or all; repeatable.",
    )  # fmt: skip
    @click.option(
        "--methods", multiple=True, type=click.Choice(FACTOR_METHODS),
        help="By which method it may be given; repeatable.",
    )  # fmt: skip
    @click.option("--inactive", is_flag=True, help="Look at inactive users as well.")
    def who_is_locked_out(
        required: tuple[str, ...], methods: tuple[str, ...], inactive: bool
    ) -> None:
        """Tell whom a policy stops, before it is switched on.

        Lists the users of whom a second factor is demanded and who have none that may be asked
        for; by the settings, or by what --required and --methods say instead. At the next login
        they are led to set one up. Who could not even do that is locked out. Changes nothing.

        Ends with 1 where somebody is locked out.
        """
        wanted = True if EVERYBODY in required else required or None
        demand = lockout.demand_of(services(), wanted, methods, inactive=inactive)
        _tell(services(), demand, _Tally(lockout.users(services(), inactive=inactive)))


def _tell(services: Services, demand: Demand | None, tally: "_Tally") -> None:
    rows = tally.watch(lockout.stopped(services, demand))
    none = NOBODY if demand else NOTHING
    say_rows("users", rows, ("ID", "ADDRESS", "WHAT"), _cells, none=none, rest=tally.rest)
    tally.end()


def _cells(user: Stopped) -> Sequence[object]:
    what = FATES[user.why]
    if user.due_at is not None:
        what = f"{what}, by {moment(user.due_at)}"
    return user.id, user.email or "-", what


class _Tally:
    """Counts users while they are written."""

    def __init__(self, users: int) -> None:
        self.users = users
        self.asked = 0
        self.locked_out = 0

    def watch(self, rows: Iterator[Stopped]) -> Iterator[Stopped]:
        for row in rows:
            self.asked += 1
            self.locked_out += row.locked_out
            yield row

    def rest(self) -> dict[str, int]:
        return {"of": self.users, "asked": self.asked, "locked_out": self.locked_out}

    def end(self) -> None:
        if not wants_json():
            click.echo(
                f"{self.asked:,} of {self.users:,} would be asked to set up a factor at their next "
                f"login; {self.locked_out:,} could not"
            )
        if self.locked_out:
            raise click.exceptions.Exit(1)
