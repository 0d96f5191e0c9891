"""The documentation's pages as tests read them: text, samples, tables."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import DOCS

PAGES = sorted(DOCS.glob("*.rst"))
DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. code-block:: python\n\n", re.MULTILINE)
ROW = re.compile(r"^   \* - ", re.MULTILINE)


def page(name: str) -> str:
    """The source of a page."""
    return (DOCS / f"{name}.rst").read_text(encoding="utf-8")


def samples(path: Path) -> Iterator[str]:
    """The Python samples of a page, in order."""
    text = path.read_text(encoding="utf-8")
    for directive in DIRECTIVE.finditer(text):
        yield textwrap.dedent(_indented(text[directive.end() :], len(directive["indent"])))


def _indented(text: str, outer: int) -> str:
    lines = []
    for line in text.splitlines():
        if line.strip() and len(line) - len(line.lstrip()) <= outer:
            break
        lines.append(line)
    return "\n".join(lines)


def rows(name: str) -> list[list[str]]:
    """The rows of a page's list-tables: each cell's text, without roles and marks of code."""
    body = page(name)
    found = []
    for part in ROW.split(body)[1:]:
        block = re.split(r"\n(?!     )", part, maxsplit=1)[0]
        found.append([_plain(cell) for cell in re.split(r"\n     - ", block)])
    return found


def _plain(cell: str) -> str:
    words = " ".join(cell.split())
    return re.sub(r":\w+:`([^`]+)`", r"\1", words).replace("``", "")
