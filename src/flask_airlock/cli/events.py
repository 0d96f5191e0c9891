"""A command of `flask airlock`: what happened to a user's account, as it was recorded."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from ..domain.directory import EventLine
from ..flows import activity
from .answers import Ask, Group, examples, moment, say_rows

LIMIT = 100
WHEN = "a length such as 90m, 12h, 7d or 2w, or a day such as 2026-11-24"
LENGTHS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _since(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> timedelta | datetime | None:
    """A length, to be taken from the time of now, or a moment, in UTC where it names no zone."""
    if value is None:
        return None
    if length := re.fullmatch(r"([0-9]{1,4})([mhdw])", value):
        return timedelta(**{LENGTHS[length[2]]: int(length[1])})
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(WHEN) from None


def add_event_command(group: Group, services: Ask) -> None:
    """Hang it into the group."""

    @group.command(
        "events",
        short_help="Show what happened to a user's account.",
        epilog=examples(
            """
            flask airlock events ada@example.com
            flask airlock events ada@example.com --since 7d --limit 500
            flask airlock events ada@example.com --since 2026-11-24 --json
            """
        ),
    )
    @click.argument("email")
    @click.option(
        "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True, metavar="N",
        help="At most so many.",
    )  # fmt: skip
    @click.option(
        "--since", callback=_since, metavar="WHEN",
        help="Only what happened since: 90m, 12h, 7d, 2w, or a day or time in UTC.",
    )  # fmt: skip
    def events(email: str, limit: int, since: timedelta | datetime | None) -> None:
        """Show what happened to a user's account, newest first.

        EMAIL is a mail address, or a user name where there are user names. Names and details are
        those of the documentation's list of events; ADDRESS and BROWSER are of who asked, and
        empty where nobody did. What is older than SECURITY_KEEP_EVENTS goes by flask airlock
        purge. Changes nothing.
        """
        asked = services()
        if isinstance(since, timedelta):
            since = asked.clock() - since
        person, lines = activity.recorded(asked, email, limit, since)
        columns = ("WHEN", "EVENT", "ACCOUNT", "ADDRESS", "BROWSER", "DETAIL")
        say_rows("events", lines, columns, _cells, none="no event", rest=lambda: _whose(person))


def _whose(person: Any) -> Mapping[str, object]:
    return {"email": person.email}


def _cells(line: EventLine) -> Sequence[object]:
    detail = " ".join(f"{name}={_plain(value)}" for name, value in line.detail.items())
    browser = line.browser if line.agent else "-"
    return (
        moment(line.at), line.name, line.account_id, line.address or "-", browser, detail or "-",
    )  # fmt: skip


def _plain(value: object) -> str:
    return ",".join(str(each) for each in value) if isinstance(value, list) else str(value)
