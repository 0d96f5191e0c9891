"""`flask airlock rescues`: requests for help by people who lost every second factor."""

from collections.abc import Sequence

import click

from ..domain.rescue import RescueState
from ..flows import administration, rescues
from ..flows.administration import TERMINAL
from ..flows.rescue_list import RescueLine, listed
from ..flows.services import Services
from .answers import Ask, Group, examples, moment, say, say_rows, words

BATCH = 500
UNLESS = "unless it is cancelled, or the user signs in with a second step"


def rescue_commands(services: Ask) -> Group:
    """The group, for one application."""
    group = Group(
        "rescues",
        help="Help people who lost every second factor.\n\nUSER is a mail address, or a user name "
        "where there are user names. First make sure who asks, by a way that you trust already.",
        epilog=examples(
            """
            flask airlock rescues list
            flask airlock rescues approve ada@example.com --reason "Called back" --by bob
            flask airlock rescues cancel ada@example.com --reason "It was not she" --by bob
            """
        ),
    )
    _list(group, services)
    _approve(group, services)
    _cancel(group, services)
    return group


def _list(group: Group, services: Ask) -> None:
    @group.command("list", short_help="List who asked for help, and who gets it.")
    @click.option("--all", "everything", is_flag=True, help="Those that are over as well.")
    def list_rescues(everything: bool) -> None:
        """List who asked for help, and who gets it, oldest first.

        asked waits for an administrator, half_approved for another one, approved for its time.
        """
        rows = listed(services(), BATCH, with_ended=everything)
        columns = ("USER", "STATE", "ASKED", "APPROVED BY", "DUE", "REASON")
        say_rows("rescues", rows, columns, _cells, none="nobody asked for help")


def _cells(line: RescueLine) -> Sequence[object]:
    return (
        line.email,
        line.state,
        moment(line.asked_at),
        words(line.approved_by),
        moment(line.due_at) if line.due_at else "-",
        line.reason or "-",
    )


def _approve(group: Group, services: Ask) -> None:
    @group.command("approve", short_help="Approve that all second factors of a user go.")
    @click.argument("user")
    @click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the event.")
    @click.option("--by", metavar="NAME", help="Who you are; needed where two have to approve.")
    def approve_rescue(user: str, reason: str, by: str | None) -> None:
        """Approve that all second factors of a user are removed, so that he sets up a new one.

        The user is told at once, and can cancel; so can you. When SECURITY_RESCUE_DELAY has passed
        all factors and rescue addresses are removed, all sessions end, and a link that works once,
        for 24 hours, goes to the address on file. The next login needs it and the password. Where
        SECURITY_RESCUE_APPROVERS is 2, another administrator has to approve as well.
        """
        approve(services(), user, reason, by)


def approve(services: Services, user: str, reason: str, by: str | None) -> None:
    """Approve, and say what that came to."""
    person = administration.named(services, user)
    outcome = rescues.approve(services, person.user_id, reason, by, TERMINAL)
    lines = {
        RescueState.HALF_APPROVED: [
            f"approved once for {person.email}; another administrator has to approve too"
        ],
        RescueState.APPROVED: [
            f"approved for {person.email}, who was told by letter",
            f"due {moment(outcome.due_at)}, {UNLESS}",
        ],
        RescueState.DONE: [
            f"removed the second factors of {person.email} and ended all sessions",
            "a link to set up a new one is on its way to that address (24 hours, once)",
        ],
    }
    done = outcome.state is RescueState.DONE
    data = {"email": person.email, "state": outcome.state.value, "due_at": outcome.due_at}
    say({**data, "reset": done}, *lines[outcome.state])


def _cancel(group: Group, services: Ask) -> None:
    @group.command("cancel", short_help="Call off what was asked for or approved.")
    @click.argument("user")
    @click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the event.")
    @click.option("--by", metavar="NAME", help="Who you are.")
    def cancel(user: str, reason: str, by: str | None) -> None:
        """Call off what was asked for or approved; the user is told by letter."""
        person = administration.named(services(), user)
        rescues.cancel(services(), person.user_id, reason, by, TERMINAL)
        say({"email": person.email, "cancelled": True}, f"cancelled for {person.email}")
