"""A real MariaDB, from the system's packages, for as long as the tests run."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pymysql

from tests.servers.missing import program
from tests.servers.process import STARTS, Home, ServerError, free_port, temporary_home

USER = "airlock"
HOST = "127.0.0.1"
HOW = "apt-get install mariadb-server"

# Small buffers, and no care for what a crash would lose: it starts in about a second.
SETTINGS = (
    "--skip-name-resolve",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--performance-schema=0",
    "--max-connections=200",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=8M",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-use-native-aio=0",
    "--innodb-fast-shutdown=2",
)


class MariaDB:
    """A running MariaDB on a port of the loopback interface."""

    def __init__(self, port: int, socket_file: Path) -> None:
        self.port = port
        # Our own errands take the socket: nobody else can be listening there.
        self.socket_file = socket_file

    def url(self, database: str = "mysql") -> str:
        """The SQLAlchemy URL of a database."""
        return f"mysql+pymysql://{USER}@{HOST}:{self.port}/{database}?charset=utf8mb4"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name}")
        return self.url(name)

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The URL of an empty database that is dropped at the end."""
        url = self.new_database()
        name = url.rpartition("/")[2].partition("?")[0]
        yield url
        self._disconnect_all_from(name)
        self._execute(f"DROP DATABASE {name}")

    def is_ready(self) -> bool:
        """Whether the server answers yet."""
        # PyMySQL leaks a socket that it could not connect: look before it tries.
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket_file))
            self._execute("SELECT 1")
        except (OSError, pymysql.err.OperationalError):
            return False
        return True

    def _disconnect_all_from(self, database: str) -> None:
        """A transaction that a test left open would make DROP DATABASE wait for it."""
        mine = "SELECT id FROM information_schema.processlist WHERE db = %s"
        for (number,) in self._execute(mine, database):
            try:
                self._execute(f"KILL {number}")
            except pymysql.err.OperationalError:
                continue  # it has left by itself

    def _execute(self, statement: str, *values: str) -> tuple[tuple[object, ...], ...]:
        connection = pymysql.connect(
            unix_socket=str(self.socket_file), user=USER, autocommit=True, connect_timeout=5
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            rows: tuple[tuple[object, ...], ...] = cursor.fetchall()
            return rows


@contextmanager
def running_mariadb() -> Iterator[MariaDB]:
    """Start MariaDB in a temporary folder; stop it and remove its data at the end."""
    daemon = program("mariadbd", how=HOW)
    installer = program("mariadb-install-db", how=HOW)
    with temporary_home("airlock-mariadb-", user_for_root="mysql") as home, ExitStack() as stack:
        home.run(
            *(installer, "--no-defaults", f"--datadir={home.folder / 'data'}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        )
        (home.folder / "init.sql").write_text(
            "".join(
                f"CREATE USER {USER}@'{place}';\nGRANT ALL ON *.* TO {USER}@'{place}';\n"
                for place in (HOST, "localhost")
            )
        )
        yield _start(home, daemon, stack)


def _start(home: Home, daemon: Path, stack: ExitStack) -> MariaDB:
    """Start the server; another program may take the port in between, so try again then."""
    for starts_left in reversed(range(STARTS)):
        server = MariaDB(free_port(), home.folder / "socket")
        command = (
            *(daemon, "--no-defaults", *SETTINGS, f"--datadir={home.folder / 'data'}"),
            *(f"--bind-address={HOST}", f"--port={server.port}", "--skip-networking=0"),
            *(f"--socket={server.socket_file}", f"--pid-file={home.folder / 'pid'}"),
            f"--init-file={home.folder / 'init.sql'}",
        )
        try:
            stack.enter_context(home.running(*command, is_ready=server.is_ready))
        except ServerError:
            if not starts_left:
                raise
        else:
            return server
    raise AssertionError("the last start returned or raised")
