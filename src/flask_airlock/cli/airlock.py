"""`flask airlock`: housekeeping, keys, events, and the one-time commands of a move."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

from ..domain.directory import Adoption, OddAddress, Purged
from ..flows import address_check, adoption, housekeeping
from ..flows.adoption import UNPROVED_NUMBER
from .answers import Ask, Group, examples, say, say_rows
from .events import add_event_command
from .keys import add_key_commands
from .policy import add_policy_commands
from .rescues import rescue_commands
from .wording import SENTENCES

BATCH = 500
LARGEST_BATCH = 10_000
# Left as it is by the choice of the settings, not because somebody has to look at it.
BY_CHOICE = "method_off"


def airlock_commands(services: Ask) -> Group:
    """The group, for one application."""
    group = Group(
        "airlock",
        help="Housekeeping, keys, what happened, and moving over from older programs.",
        epilog=examples(
            """
            flask airlock purge              # daily, from cron or a timer
            flask airlock check-emails
            flask airlock adopt-legacy --apply
            flask airlock who-is-locked-out  # before SECURITY_TWO_FACTOR_REQUIRED is written
            flask airlock rotate-keys        # after a new key was put in front
            flask airlock events ada@example.com --since 7d
            """
        ),
    )
    _purge(group, services)
    _check_emails(group, services)
    _adopt(group, services)
    add_key_commands(group, services)
    add_policy_commands(group, services)
    add_event_command(group, services)
    group.add_command(rescue_commands(services))
    return group


def _purge(group: Group, services: Ask) -> None:
    @group.command(
        "purge",
        short_help="Remove what has expired, and users whose removal is due.",
        epilog=examples(
            """
            flask airlock purge --dry-run
            flask airlock purge --batch 2000 --json
            """
        ),
    )
    @click.option(
        "--batch", type=click.IntRange(1, LARGEST_BATCH), default=BATCH, show_default=True,
        metavar="N", help="Rows in one transaction.",
    )  # fmt: skip
    @click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
    def purge(batch: int, dry_run: bool) -> None:
        """Remove what has expired, and users whose removal is due.

        Users who asked to be removed go when their delay has passed, and rescues are carried out
        when theirs has. Sessions, trusted browsers and letters go a week after their end, codes,
        set-ups and links a day after it, events when they are older than SECURITY_KEEP_EVENTS
        (never, without it).

        Can be stopped at any time and run again; two at once do no harm. Ends with 1 where a user
        could not be removed, because rows of the application's own still need him.
        """
        look = housekeeping.preview if dry_run else housekeeping.purge
        done = look(services(), batch)
        say({**_counts(done), "dry_run": dry_run}, *_in_words(done, dry_run))
        if done.stuck:
            raise click.exceptions.Exit(1)


def _counts(done: Purged) -> dict[str, Any]:
    return {"users": done.users, "stuck": done.stuck, "rows": dict(done.rows)}


def _in_words(done: Purged, dry_run: bool) -> list[str]:
    verb = "would remove" if dry_run else "removed"
    counts = {"users": done.users, **done.rows}
    lines = [f"{verb} {count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    if done.stuck:
        lines.append(SENTENCES["stuck"].format(count=done.stuck))
    return lines or ["nothing to remove"]


def _check_emails(group: Group, services: Ask) -> None:
    @group.command(
        "check-emails",
        short_help="Find addresses that are not in normal form.",
        epilog=examples(
            """
            flask airlock check-emails
            flask airlock check-emails --apply
            """
        ),
    )
    @click.option("--apply", is_flag=True, help="Write those in normal form that nobody else has.")
    def check_emails(apply: bool) -> None:
        """Find addresses that are not in normal form, so that no login finds them.

        Lists users whose address is written otherwise (capitals, Unicode forms), shared with
        somebody else once it is in normal form, or none at all. Changes nothing without --apply.
        Ends with 1 while something is left that a person has to look at.
        """
        tally = _Tally()
        found = address_check.check(services(), apply=apply)
        rows = tally.watch(found, lambda odd: odd.problem != "not_normal")
        say_rows(
            "addresses",
            rows,
            ("ID", "ADDRESS", "NORMAL FORM", "WHAT"),
            _address,
            none="every address is in normal form",
            rest=tally.rest,
        )
        tally.end()


def _address(odd: OddAddress) -> Sequence[object]:
    if odd.problem == "not_normal":
        what = "written in normal form" if odd.fixed else "can be written in normal form: --apply"
    else:
        what = SENTENCES[odd.problem]
    others = f" (id {', '.join(str(other) for other in odd.others)})" if odd.others else ""
    return odd.id, odd.email or "-", odd.normal or "-", what + others


def _adopt(group: Group, services: Ask) -> None:
    @group.command(
        "adopt-legacy",
        short_help="Adopt second factors that an older program kept in the user table.",
        epilog=examples(
            """
            flask airlock adopt-legacy
            flask airlock adopt-legacy --apply --clear
            """
        ),
    )
    @click.option("--apply", is_flag=True, help="Do it; each user is told by letter.")
    @click.option(
        "--clear", is_flag=True, help="With --apply: empty totp_secret of who is adopted."
    )
    def adopt_legacy(apply: bool, clear: bool) -> None:
        """Adopt second factors that an older program kept in the user table.

        For users who never had a factor of ours. Whose two_factor_primary_method is
        google_authenticator keeps the app: the key in totp_secret is sealed and kept, and asked
        for from then on. Whose method is sms is offered the phone_number at the next set-up.
        Changes nothing without --apply; can be run again. Ends with 1 where something could not
        be read.
        """
        if clear and not apply:
            raise click.UsageError("--clear goes with --apply")
        tally = _Tally()
        adopted = adoption.adopt(services(), apply=apply, clear=clear)
        rows = tally.watch(adopted, lambda one: one.problem not in (None, BY_CHOICE))
        say_rows(
            "users",
            rows,
            ("ID", "ADDRESS", "WHAT"),
            lambda one: _fate(one, apply),
            none="nothing to adopt",
            rest=tally.rest,
        )
        tally.end()


def _fate(one: Adoption, apply: bool) -> Sequence[object]:
    if one.problem is not None:
        return one.id, one.email, f"left: {SENTENCES[one.problem]}"
    if one.method == UNPROVED_NUMBER:
        said = "number kept as unproved" if apply else "number can be kept as unproved: --apply"
    else:
        said = "app adopted" if apply else "app can be adopted: --apply"
    return one.id, one.email, f"{said}, {one.bits} bits" if one.bits else said


class _Tally:
    """Counts rows while they are written, and those that a person has to look at."""

    def __init__(self) -> None:
        self.count = 0
        self.left = 0

    def watch(self, rows: Iterator[Any], is_left: Any) -> Iterator[Any]:
        for row in rows:
            self.count += 1
            self.left += is_left(row)
            yield row

    def rest(self) -> dict[str, int]:
        return {"count": self.count, "left": self.left}

    def end(self) -> None:
        if self.left:
            raise click.exceptions.Exit(1)
