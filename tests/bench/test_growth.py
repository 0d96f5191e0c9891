"""A login costs the same among a million people as among a thousand."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.results import ROOT, Result, read

# The clock of a busy machine is off by a third either way.
AT_MOST = 1.5


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    """What the bench finds, in a process of its own: it does without hashing passwords."""
    file = Path(tmp_path_factory.mktemp("growth")) / "results.json"
    command = [sys.executable, "-m", "bench.growth", "--rounds", "9", "--times", "10"]
    subprocess.run([*command, "--into", str(file)], check=True, cwd=ROOT)
    return list(read(file)["growth"].results)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["PostgreSQL", "SQLite"])
def test_the_cost_stays(
    results: list[Result], kind: str, record_property: Callable[[str, object], None]
) -> None:
    found = next(it for it in results if it.what.startswith("steps") and it.what.endswith(kind))
    record_property(found.what, f"{found.figure}; {found.note}")
    assert max(found.bars.values()) <= AT_MOST, found


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["PostgreSQL", "SQLite"])
def test_no_table_is_scanned(results: list[Result], kind: str) -> None:
    found = next(it for it in results if "scan a table" in it.what and it.what.endswith(kind))
    assert found.holds, found.note


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["PostgreSQL", "SQLite"])
def test_roles_cost_little(
    results: list[Result], kind: str, record_property: Callable[[str, object], None]
) -> None:
    found = next(it for it in results if it.number == 13 and it.what.endswith(kind))
    record_property(found.what, f"{found.figure}; {found.note}")
    assert max(found.bars.values()) <= AT_MOST, found
