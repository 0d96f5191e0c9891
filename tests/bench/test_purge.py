"""A login waits for nobody while expired rows are removed, and the removal keeps its memory."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.purge import LONGEST_WAIT, tell_of_waits, waits_told
from bench.results import ROOT, Result, read
from tests.servers.postgres import running_postgres

ROWS = 1_000_000


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, ...]:
    """What the bench finds, in a process of its own: it does without hashing passwords."""
    file = Path(tmp_path_factory.mktemp("purge")) / "results.json"
    command = [sys.executable, "-m", "bench.purge", "--rows", str(ROWS), "--rounds", "3"]
    subprocess.run([*command, "--into", str(file)], check=True, cwd=ROOT)
    return read(file)["purge"].results


@pytest.mark.soak
def test_what_has_expired_goes_and_nobody_notices(
    results: tuple[Result, ...], record_property: Callable[[str, object], None]
) -> None:
    for found in results:
        record_property(found.what, f"{found.figure}; {found.note}")
    assert f"{ROWS:,} expired rows" in results[0].what
    assert [found for found in results if not found.holds] == []


def test_who_waits_too_long_is_told() -> None:
    with running_postgres() as server:
        engine = sa.create_engine(server.new_database())
        tell_of_waits(server, engine)
        # Connections that were open before know of it a little later.
        time.sleep(LONGEST_WAIT)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE one AS SELECT 1 AS id")
        assert waits_told(server) == []
        other = threading.Thread(target=_change, args=(engine,))
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE one SET id = 2")
            other.start()
            time.sleep(10 * LONGEST_WAIT)
        other.join()
        engine.dispose()
        assert len(waits_told(server)) == 1


def _change(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE one SET id = 3")
