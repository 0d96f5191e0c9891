"""The databases that peers work on, each on one of its own."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from tests.servers.postgres import running_postgres

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def databases(kind: str) -> Iterator[Callable[[], str]]:
    """Makes new ones, as long as the block lasts: gives the URL of each."""
    if kind == "PostgreSQL":
        with running_postgres() as server:
            yield server.new_database
    else:
        with files() as new_file:
            yield new_file


@contextmanager
def files() -> Iterator[Callable[[], str]]:
    """New files of SQLite. The journal's mode stays with the file, whoever opens it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        numbers = count(1)

        def new() -> str:
            file = Path(folder) / f"{next(numbers)}.sqlite"
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            return f"sqlite:///{file}"

        yield new
