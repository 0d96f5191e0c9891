"""A login waits for nobody while expired rows are removed, and the removal keeps its memory."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.results import Result, read

ROWS = 200_000


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, ...]:
    """What the bench finds, in a process of its own: it does without hashing passwords."""
    file = Path(tmp_path_factory.mktemp("purge")) / "results.json"
    command = [sys.executable, "-m", "bench.purge", "--rows", str(ROWS), "--rounds", "3"]
    subprocess.run([*command, "--into", str(file)], check=True)
    return read(file)["purge"].results


@pytest.mark.soak
def test_what_has_expired_goes_and_nobody_notices(
    results: tuple[Result, ...], record_property: Callable[[str, object], None]
) -> None:
    for found in results:
        record_property(found.what, f"{found.figure}; {found.note}")
    assert f"{ROWS:,} expired rows" in results[0].what
    assert [found for found in results if not found.holds] == []
