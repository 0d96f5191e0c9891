"""`.. faults:: database`: a group of the table of faults, the one that the tests provoke."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from flask import Flask
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from flask_airlock.web.wording import WORDS

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.faults import table

HEAD = ("What breaks", "While", "The person sees", "Events and log", "The database holds")
WIDTHS = "22 22 22 18 16"
AS_EVER = "The page that always comes."
FINE = 200


def sentence(row: table.Row) -> str:
    """What the page says, in the words of the program."""
    if row.sees not in WORDS:
        return row.sees
    app = Flask("documentation")
    app.extensions["security"] = SimpleNamespace(translator=None)
    with app.app_context():
        return WORDS[row.sees]()


def cells(row: table.Row) -> tuple[str, ...]:
    """A row as the page shows it."""
    return (
        "; ".join(table.FAULTS[name] for name in row.faults),
        _when(row) + "; ".join(_steps(row)),
        _seen(row),
        _told(row),
        row.kept.value,
    )


def _when(row: table.Row) -> str:
    named = [moment.value for moment in row.moments if moment is not table.Moment.BEFORE]
    return f"*{' or '.join(named)}:* " if named else ""


def _steps(row: table.Row) -> list[str]:
    if not set(table.CHANGES) <= set(row.steps):
        return [table.STEPS[name] for name in row.steps]
    others = [table.STEPS[name] for name in row.steps if name not in table.CHANGES]
    return ["anything that changes something", *others]


def _seen(row: table.Row) -> str:
    if row.status is None:
        return "No answer."
    said = f"“{sentence(row)}”" if row.sees else ""
    if row.status == FINE:
        return said or AS_EVER
    return f"{said or 'Your error page'} (status {row.status})"


def _told(row: table.Row) -> str:
    events = [f"``{name}``" for name in row.events]
    logged = [f"error log: “{row.logged}”"] if row.logged else []
    return "; ".join(events + logged) or "Nothing."


class Faults(SphinxDirective):
    """A list-table of one group."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The rows, made from the table itself."""
        lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {WIDTHS}", ""]
        for row in (HEAD, *map(cells, table.TABLE[self.arguments[0]])):
            for place, cell in enumerate(row):
                lines.append(f"   {'* -' if place == 0 else '  -'} {cell}")
        self.env.note_dependency(table.__file__)
        holder = nodes.Element()
        self.state.nested_parse(StringList(lines, source=__file__), self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known to Sphinx."""
    app.add_directive("faults", Faults)
    return {"parallel_read_safe": True}
