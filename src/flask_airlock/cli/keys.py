"""Two commands of `flask airlock`: what lies under which key, and moving on to the newest one."""

from collections.abc import Mapping, Sequence

import click

from ..domain.directory import SealedValues
from ..flows import key_rotation
from .answers import Ask, Group, examples, say, say_rows
from .wording import SENTENCES

BATCH = 500
LARGEST_BATCH = 10_000

Counts = Mapping[str, int]


def add_key_commands(group: Group, services: Ask) -> None:
    """Hang both into the group."""
    _check_keys(group, services)
    _rotate_keys(group, services)


def _check_keys(group: Group, services: Ask) -> None:
    @group.command(
        "check-keys",
        short_help="Open every sealed value, and count under which key.",
        epilog=examples(
            """
            flask airlock check-keys
            flask airlock check-keys --json
            """
        ),
    )
    def check_keys() -> None:
        """Open every sealed value, and count under which key.

        Keys are named by the id that stands in front of each value, not by what they are. Changes
        nothing. Ends with 1 where something opens under none of the configured keys.
        """
        asked = services()
        keys = asked.vault.key_ids
        found = key_rotation.check(asked, BATCH)
        broken = _broken(found)
        heads = [key + " (newest)" * (key == keys[0]) for key in keys]
        say_rows(
            "values",
            found,
            ("WHERE", *heads, "NONE"),
            _cells,
            none="",
            rest=lambda: {"keys": keys, "newest": keys[0], "broken": sum(broken.values())},
        )
        if broken:
            raise click.exceptions.Exit(1)


def _cells(values: SealedValues) -> Sequence[object]:
    return values.where, *values.opened.values(), values.broken


def _rotate_keys(group: Group, services: Ask) -> None:
    @group.command(
        "rotate-keys",
        short_help="Seal anew what lies under an older key.",
        epilog=examples(
            """
            flask airlock rotate-keys --dry-run
            flask airlock rotate-keys --batch 100 --json
            """
        ),
    )
    @click.option(
        "--batch", type=click.IntRange(1, LARGEST_BATCH), default=BATCH, show_default=True,
        metavar="N", help="Values in one transaction.",
    )  # fmt: skip
    @click.option("--dry-run", is_flag=True, help="Only say what would be sealed anew.")
    def rotate_keys(batch: int, dry_run: bool) -> None:
        """Seal anew what lies under an older key.

        The newest key is the first of SECURITY_ENCRYPTION_KEYS, or SECRET_KEY. At the end every
        value is opened once more, to say whether anything is left.

        Can be stopped at any time and run again; two at once do no harm, nor do logins meanwhile.
        Ends with 1 where a value opens under none of the configured keys, or lies under an older
        key still.
        """
        asked = services()
        look = key_rotation.preview if dry_run else key_rotation.rotate
        done = look(asked, batch)
        left = {} if dry_run else _left(done.found)
        broken, newest = _broken(done.found), asked.vault.key_ids[0]
        facts = {"resealed": done.resealed, "left": left, "broken": broken, "newest": newest}
        said = _in_words(done.resealed, left, broken, newest, dry_run=dry_run)
        say({**facts, "dry_run": dry_run}, *said)
        if left or broken:
            raise click.exceptions.Exit(1)


def _left(found: Sequence[SealedValues]) -> Counts:
    return {values.where: values.older for values in found if values.older}


def _broken(found: Sequence[SealedValues]) -> Counts:
    return {values.where: values.broken for values in found if values.broken}


def _in_words(
    resealed: Counts, left: Counts, broken: Counts, newest: str,
    *, dry_run: bool,
) -> list[str]:  # fmt: skip
    verb = "would seal anew" if dry_run else "sealed anew"
    lines = [f"{verb} {count} of {where}" for where, count in resealed.items() if count]
    lines = lines or ["nothing to seal anew"]
    for reason, counts in (("sealed_by_older", left), ("sealed_by_none", broken)):
        lines += [
            SENTENCES[reason].format(count=count, where=where) for where, count in counts.items()
        ]
    if not (left or broken or dry_run):
        lines.append(SENTENCES["sealed_by_newest"].format(newest=newest))
    return lines
