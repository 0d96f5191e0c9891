"""What stories about networks need."""

import limits.storage.memory
import limits.strategies
import pytest

from flask_airlock.delivery import networks


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of counts in memory, which is not the application's."""
    now = [1_800_000_000.0]
    for module in (limits.storage.memory, limits.strategies, networks):
        monkeypatch.setattr(module.time, "time", lambda: now[0])
    return now
