"""The peers have the versions of the lock, where both name a package: only the peers differ."""

import re
import tomllib

import pytest

from bench.peers import PEERS
from tests.house.source import ROOT

PINS = ROOT / "bench" / "requirements"
PINNED = sorted(file.stem for file in PINS.glob("*.txt"))


def test_every_peer_has_its_pins() -> None:
    environments = {source.environment for source in PEERS.values()}
    # Ours are in the lock itself; what serves them all is pinned as well.
    assert set(PINNED) == environments - {"airlock"} | {"server"}


@pytest.mark.parametrize("name", PINNED)
def test_peers_have_the_versions_of_the_lock(name: str) -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    locked = {one["name"]: one["version"] for one in tomllib.loads(text)["package"]}
    lines = (PINS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pinned = [
        found for line in lines if (found := re.match(r"([a-z0-9-]+)(?:\[.*\])?==(\S+)", line))
    ]
    assert len(pinned) == len(lines)
    other = [one[0] for one in pinned if locked.get(one[1], one[2]) != one[2]]
    assert not other, "`make lock` renews them"
