"""What every command shares: `--json`, how it says what it did, and how it ends.

A command ends with 0 when what was wanted is so, with 1 when it could not be done, with 2 when it
was called wrongly. With `--json` there is one JSON document on standard output, errors too:
`{"error": {"code": ..., "message": ...}}`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from itertools import chain, islice
from textwrap import dedent
from typing import Any, NoReturn

import click
from flask.cli import AppGroup

from ..errors import AirlockError, NotDone
from ..flows.services import Services
from . import wording

Ask = Callable[[], Services]
JSON_WANTED = "flask_airlock.json"
EXIT_STATUS = (
    "Exit status: 0 when what was wanted is so, 1 when it could not be done, 2 for a wrong call. "
    "With --json there is one JSON document on standard output, errors too."
)
COLUMN_GAP = "  "
MEASURED = 200


class Command(click.Command):
    """A command that can answer in JSON, and never ends with a trace for what was foreseen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                callback=_note_json,
                help="Answer in JSON.",
            )
        )

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the arguments; a wrong call is answered in JSON too, where that was asked for."""
        in_json = "--json" in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as wrong:
            _end(wrong, in_json)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry the command out."""
        try:
            return super().invoke(ctx)
        except click.Abort as stopped:
            if not wants_json(ctx):
                raise
            _end(stopped, in_json=True)
        except (AirlockError, click.ClickException) as problem:
            _end(problem, wants_json(ctx))


class Group(AppGroup):
    """Commands about one thing."""

    command_class = Command

    def __init__(self, name: str, *, help: str, epilog: str) -> None:
        settings = {"help_option_names": ["-h", "--help"]}
        ending = f"{epilog}\n\n{EXIT_STATUS}"
        super().__init__(name, help=help, epilog=ending, context_settings=settings)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as wrong:
            _end(wrong, "--json" in args)


def examples(text: str) -> str:
    """An epilog of examples, kept as they are written."""
    return f"\b\nExamples:\n{_indented(text)}"


def wants_json(ctx: click.Context | None = None) -> bool:
    """Whether the command that runs is to answer in JSON."""
    return bool((ctx or click.get_current_context()).meta.get(JSON_WANTED))


def say(data: object, *lines: str) -> None:
    """The answer of a command: as data, or in words."""
    if wants_json():
        click.echo(as_json(data))
        return
    for line in lines:
        click.echo(printable(line))


def say_rows(
    name: str,
    rows: Iterable[Any],
    columns: Sequence[str],
    cells: Callable[[Any], Sequence[object]],
    *,
    none: str,
    rest: Callable[[], Mapping[str, object]] = dict,
) -> None:
    """A list, written as it is read; `none` says in words that it is empty.

    `rest` is what follows the list in the JSON document.
    """
    if not wants_json():
        _say_table(rows, columns, cells, none)
        return
    opening = f'{{"{name}": ['
    for row in rows:
        click.echo(opening + as_json(row), nl=False)
        opening = ",\n"
    click.echo(opening if opening.startswith("{") else "", nl=False)
    more = "".join(f", {json.dumps(key)}: {as_json(value)}" for key, value in rest().items())
    click.echo(f"]{more}}}")


def as_json(data: object) -> str:
    """One line of JSON; times in ISO 8601."""
    return json.dumps(data, default=_plain)


def printable(text: str) -> str:
    """Without the marks that a terminal would act upon: names and addresses are other people's."""
    return "".join(mark if mark.isprintable() or mark == "\t" else "\ufffd" for mark in text)


def moment(time: datetime | None) -> str:
    """A time as a person reads it, in UTC to the minute."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "never"


def words(names: Iterable[str]) -> str:
    """Names in a row, or a dash."""
    return ", ".join(names) or "-"


def _say_table(
    rows: Iterable[Any],
    columns: Sequence[str],
    cells: Callable[[Any], Sequence[object]],
    none: str,
) -> None:
    # The widths are those of the first rows: the list may be longer than memory.
    texts = ([printable(str(cell)) for cell in cells(row)] for row in rows)
    first = [list(columns), *islice(texts, MEASURED)]
    widths = [max(len(line[place]) for line in first) for place in range(len(columns))]
    if len(first) == 1:
        click.echo(none)
        return
    for line in chain(first, texts):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(COLUMN_GAP.join(padded).rstrip())


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _note_json(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    ctx.meta[JSON_WANTED] = wanted


def _end(problem: Exception, in_json: bool) -> NoReturn:
    """End the command: with an error for people, or the same as data."""
    code, refused = _told(problem)
    if not in_json:
        raise refused from None
    click.echo(as_json({"error": {"code": code, "message": refused.format_message()}}))
    raise click.exceptions.Exit(refused.exit_code)


def _told(problem: Exception) -> tuple[str, click.ClickException]:
    if isinstance(problem, click.ClickException):
        return "wrong_call", problem
    if not isinstance(problem, AirlockError):
        problem = NotDone("cancelled")
    sentence = printable(wording.sentence(problem))
    return wording.code(problem), click.ClickException(sentence)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in dedent(text).strip().splitlines())
