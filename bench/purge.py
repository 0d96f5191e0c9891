"""What a login notices while a million expired rows are removed, on PostgreSQL.

    python -m bench.purge --rows 1000000

The removal runs as the command does, in a process of its own; logins go on in this one.
"""

import argparse
import json
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from bench.clocked import engine_of
from bench.crowd import fill
from bench.peers.ours import Ours
from bench.results import KEPT, Group, Result, tell
from bench.scenes import SCENES
from bench.worker import Player, stub_the_hash
from tests.servers.postgres import Postgres, running_postgres

ROWS = 1_000_000
# Two rows of these for each row that has expired: every second one still lives.
EACH = {"sessions": 6.0, "codes": 1.0, "windows": 1.0, "link_tokens": 1.0, "letters": 1.0}
OTHERS = {
    "credentials": 0.1, "events": 0.1, "recovery_codes": 0.1, "throttles": 0.1,
    "rescue_addresses": 0.0, "setups": 0.0, "trusted_browsers": 0.0,
}  # fmt: skip
HERS = 500
LONGEST_WAIT = 0.05
GROWS_AT_MOST = 8 * 2**20
PAGE = 4096


@dataclass
class Removal:
    """What the process that removes tells at its end."""

    seconds: float = 0.0
    rows: int = 0
    # Its memory: when it began, after a first look round, and at most.
    resident: list[int] = field(default_factory=list)

    def grown(self) -> int:
        """Bytes that the rest of the run added to the first tenth of it."""
        early = self.resident[: max(1, len(self.resident) // 10)]
        return max(self.resident) - max(early)


def measure(rounds: int = 15, rows: int = ROWS) -> Group:
    """Logins alone, for two seconds a round; then beside the removal, which runs once."""
    stub_the_hash()
    with running_postgres() as server, server.fresh_database() as url:
        peer = Ours(url)
        peer.fill()
        fill(peer, rows * 2 // 10, {**EACH, **OTHERS}, over=True)
        _some_are_hers(peer)
        tell_of_waits(server, engine_of(peer))
        whole = Player(peer, SCENES["whole login"])
        alone = _timed(whole, lambda spent: spent >= 2 * rounds)
        removal, beside = _removed_meanwhile(peer, whole)
        waits = waits_told(server)
        left = _left(peer)
        engine_of(peer).dispose()
    return Group("purge", "Removing what has expired", _told(removal, alone, beside, waits, left))


def _some_are_hers(peer: Ours) -> None:
    """Rows of the one who signs in are among those that go."""
    tables = peer.datastore.tables
    with engine_of(peer).begin() as connection:
        hers = connection.execute(sa.select(sa.func.min(tables.accounts.c.id))).scalar()
        for rows in (tables.sessions, tables.codes):
            some = sa.update(rows).where(rows.c.id % HERS == 1)
            connection.execute(some.values(account_id=hers))


def tell_of_waits(server: Postgres, engine: sa.Engine) -> None:
    """The server writes down who waits for a lock longer than that."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET log_lock_waits = on")
        milliseconds = int(LONGEST_WAIT * 1000)
        connection.exec_driver_sql(f"ALTER SYSTEM SET deadlock_timeout = '{milliseconds}ms'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    (server.folder / "server.log").write_text("")


def waits_told(server: Postgres) -> list[str]:
    """Who waited longer, in the server's words."""
    lines = (server.folder / "server.log").read_text().splitlines()
    return [line for line in lines if "still waiting for" in line]


def _timed(player: Player, is_over: Callable[[float], bool]) -> list[float]:
    """The seconds of each of the logins that follow one another."""
    begun, spent = time.perf_counter(), list[float]()
    while not spent or not is_over(time.perf_counter() - begun):
        at = time.perf_counter()
        player.play()
        spent.append(time.perf_counter() - at)
    return spent


def _removed_meanwhile(peer: Ours, player: Player) -> tuple[Removal, list[float]]:
    """The removal, and logins for as long as it took."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_remove, args=(peer, theirs))
    child.start()
    theirs.close()
    spent = _timed(player, lambda _: ours.poll())
    removal = Removal(**ours.recv())
    child.join()
    return removal, spent


def _remove(peer: Ours, pipe: Connection) -> None:
    """`flask airlock purge`, in a process that shares no connection with its parent."""
    engine_of(peer).dispose(close=False)
    removal, done = Removal(resident=[_resident()]), threading.Event()
    watch = threading.Thread(target=_watch, args=(removal.resident, done))
    watch.start()
    begun = time.perf_counter()
    said = peer.flask.test_cli_runner().invoke(args=["airlock", "purge", "--json"])
    removal.seconds = time.perf_counter() - begun
    done.set()
    watch.join()
    if said.exit_code:
        raise RuntimeError(said.output) from said.exception
    removal.rows = sum(json.loads(said.output)["rows"].values())
    pipe.send(vars(removal))


def _watch(resident: list[int], done: threading.Event) -> None:
    while not done.wait(0.1):
        resident.append(_resident())


def _resident() -> int:
    """The bytes of memory that this process has at the moment."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _left(peer: Ours) -> int:
    """What a second look finds that should be gone."""
    said = peer.flask.test_cli_runner().invoke(args=["airlock", "purge", "--dry-run", "--json"])
    return sum(json.loads(said.output)["rows"].values())


def _told(
    removal: Removal, alone: list[float], beside: list[float], waits: list[str], left: int
) -> tuple[Result, ...]:
    what = f"purge of {removal.rows:,} expired rows, PostgreSQL"
    pace = f"{removal.seconds:.0f} s, {removal.rows / removal.seconds:,.0f} rows a second"
    milliseconds = [
        f"{when} {median(spent) * 1000:.1f}, longest {max(spent) * 1000:.1f} ms "
        f"(one in a hundred {sorted(spent)[len(spent) * 99 // 100] * 1000:.1f})"
        for when, spent in (("alone", alone), ("meanwhile", beside))
    ]
    return (
        Result(
            number=18,
            what=f"{what}: locks that a login waits for",
            goal=f"none over {LONGEST_WAIT * 1000:.0f} ms",
            figure=f"{len(waits)} of {len(beside):,} logins",
            holds=not waits,
            note="; ".join([pace, "a login " + ", ".join(milliseconds), *waits[:3]]),
        ),
        Result(
            number=18,
            what=f"{what}: memory",
            goal=f"grows by at most {GROWS_AT_MOST / 2**20:.0f} MiB",
            figure=f"{removal.grown() / 2**20:.1f} MiB",
            holds=removal.grown() <= GROWS_AT_MOST,
            note=f"{removal.resident[0] / 2**20:.0f} MiB at first, "
            f"{max(removal.resident) / 2**20:.0f} at most",
        ),
        Result(18, f"{what}: what is left of them", "none", f"{left}", not left),
    )


def main() -> int:
    """Measure, keep and print."""
    asked = argparse.ArgumentParser(prog="python -m bench.purge")
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--rounds", type=int, default=15, help="of two seconds, of logins alone")
    asked.add_argument("--into", type=Path, default=KEPT, help="where the results are kept")
    given = asked.parse_args()
    tell(measure(given.rounds, given.rows), given.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
