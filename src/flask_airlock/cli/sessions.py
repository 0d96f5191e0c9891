"""`flask sessions`: who is signed in from where, and an end to it."""

from collections.abc import Sequence

import click

from ..domain.directory import SessionLine
from ..flows import administration
from .answers import Ask, Group, examples, moment, say, say_rows, words


def session_commands(services: Ask) -> Group:
    """The group, for one application."""
    group = Group(
        "sessions",
        help="List the sessions of a user, and end them.\n\nEMAIL is a mail address, or a user "
        "name where there are user names.",
        epilog=examples(
            """
            flask sessions list ada@example.com
            flask sessions end ada@example.com --id 4711
            """
        ),
    )
    _list(group, services)
    _end(group, services)
    return group


def _list(group: Group, services: Ask) -> None:
    @group.command("list", short_help="List the sessions of a user that are alive.")
    @click.argument("email")
    def list_sessions(email: str) -> None:
        """List the sessions of a user that are alive, newest first.

        half_open is one that waits for the second factor.
        """
        _, rows = administration.sessions_of(services(), email)
        columns = ("ID", "STAGE", "OPENED BY", "BEGAN", "LAST SEEN", "BROWSER", "ADDRESS")
        say_rows("sessions", rows, columns, _cells, none="no session")


def _cells(session: SessionLine) -> Sequence[object]:
    return (
        session.id,
        session.stage,
        words(session.proofs),
        moment(session.created_at),
        moment(session.last_seen_at),
        session.browser,
        session.address or "-",
    )


def _end(group: Group, services: Ask) -> None:
    @group.command("end", short_help="End all sessions of a user, or one.")
    @click.argument("email")
    @click.option("--id", "session_id", type=int, metavar="N", help="Only the session of this id.")
    def end(email: str, session_id: int | None) -> None:
        """End all sessions of a user, or one; a copy of the cookie is worth nothing from then on.

        The user can sign in again: to keep him out use flask users deactivate.
        """
        person, ended = administration.end_sessions(services(), email, session_id)
        said = f"ended {ended} of {person.email}" if ended else f"{person.email} had no session"
        say({"email": person.email, "ended": ended}, said)
