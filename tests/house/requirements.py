"""Requirements that the documentation says are shown, and the tests that say they show them."""

import ast
import io
import re
import textwrap
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.source import DOCS, ROOT, Function, functions

TESTS = ROOT / "tests"
NUMBER = re.compile(r"\b[SX]-\d{2,3}\b")
ROW = re.compile(r"([SX]-\d{2,3}): (.+)")
DIRECTIVE = re.compile(r"^\.\. requirements::\n\n((?: .*\n|\n)+)", re.MULTILINE)
# Whole stories tell the most; who reads the table looks at those first.
STORIES = ("journeys", "races", "journeys_in_chromium", "web", "cli", "hostile")


@dataclass(frozen=True)
class Quotation:
    """A test that quotes numbers, or a file that does so for its tests (`test` is empty)."""

    path: Path
    test: str
    numbers: frozenset[str]

    def __str__(self) -> str:
        where = self.path.relative_to(TESTS).with_suffix("").as_posix()
        return f"{where}: {self.test}" if self.test else where

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Stories before parts, tests before whole files, who shows one thing before who shows
        many."""
        room = self.path.relative_to(TESTS).parts[0]
        place = STORIES.index(room) if room in STORIES else len(STORIES)
        return place, not self.test, len(self.numbers)


def parsed(text: str) -> list[tuple[str, str]]:
    """The rows in `S-01: What is asked.`; a line that is indented goes on with the one before.

    Raises ValueError for any other line.
    """
    rows: list[tuple[str, str]] = []
    for line in filter(str.strip, text.splitlines()):
        if begun := ROW.fullmatch(line):
            rows.append((begun[1], begun[2]))
        elif line.startswith(" ") and rows:
            number, words = rows[-1]
            rows[-1] = number, f"{words} {line.strip()}"
        else:
            raise ValueError(f"no requirement: {line!r}")
    return rows


@cache
def said() -> list[str]:
    """The numbers in the documentation's tables, in order."""
    page = (DOCS / "security.rst").read_text(encoding="utf-8")
    blocks = (textwrap.dedent(block) for block in DIRECTIVE.findall(page))
    return [number for block in blocks for number, _ in parsed(block)]


@cache
def quoted() -> dict[str, list[Quotation]]:
    """Who quotes each number, the most telling first."""
    found: dict[str, list[Quotation]] = defaultdict(list)
    for path in sorted(TESTS.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if NUMBER.search(text):
            for quotation in _quoted_in(path, text):
                for number in quotation.numbers:
                    found[number].append(quotation)
    return {number: sorted(them, key=lambda it: it.rank) for number, them in found.items()}


def _quoted_in(path: Path, text: str) -> Iterator[Quotation]:
    """What docstrings and comments say, within a test or outside all of them."""
    found: dict[str, set[str]] = defaultdict(set)
    tree = ast.parse(text)
    tests = [function for function in functions(tree) if function.name.startswith("test_")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            test = node.name if isinstance(node, Function) and node in tests else ""
            found[test] |= {*NUMBER.findall(ast.get_docstring(node) or "")}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found[_around(token.start[0], tests)] |= {*NUMBER.findall(token.string)}
    yield from (Quotation(path, test, frozenset(it)) for test, it in found.items() if it)


def _around(line: int, tests: list[Function]) -> str:
    inside = (test.name for test in tests if test.lineno <= line <= (test.end_lineno or 0))
    return next(inside, "")
