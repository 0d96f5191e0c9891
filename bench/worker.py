"""One peer in a process of its own: it is asked in lines of JSON, and answers in lines of JSON.

python -m bench.worker ours sqlite:////tmp/bench.sqlite
"""

import argparse
import importlib
import json
import sys
import time
from collections import Counter
from typing import Any

from bench.peers import PEERS
from bench.peers.common import Peer
from bench.scenes import SCENES, Scene
from bench.visitor import Visitor

WARM_UP = 30
# A chore is too short for the clock alone.
CHORES_AT_ONCE = 100


def make(name: str, database: str, roles: int = 1) -> Peer:
    """The peer of this name; its environment is this process's."""
    source = PEERS[name]
    module = importlib.import_module(f"bench.peers.{source.module}")
    peer: Peer = getattr(module, source.name)(database, roles)
    return peer


def stub_the_hash() -> None:
    """What argon2 costs is the same for all, and would hide the rest.

    All peers come to one of these two in the end.
    """
    hasher = importlib.import_module("argon2").PasswordHasher
    hasher.verify = lambda *_: True
    hasher.check_needs_rehash = lambda *_: False
    importlib.import_module("argon2.low_level").verify_secret = lambda *_: True  # type: ignore[attr-defined]


class Player:
    """Plays one scene; its visitor stays where the scene says so."""

    def __init__(self, peer: Peer, scene: Scene) -> None:
        self._peer = peer
        self._scene = scene
        self._visitor: Visitor | None = None
        for _ in range(WARM_UP):
            self.play()

    def play(self, counts: Counter[str] | None = None) -> float:
        """The CPU seconds that it took; what it asked of the database is added to `counts`."""
        peer, scene = self._peer, self._scene
        if self._visitor is None or not scene.stays:
            self._visitor = scene.stand(peer)
        visitor = self._visitor
        before = visitor.cpu
        if counts is None:
            scene.act(peer, visitor)
        else:
            with peer.counted(counts):
                scene.act(peer, visitor)
        spent = visitor.cpu - before
        if not scene.came_of_it(peer, visitor):
            raise RuntimeError(f"this came of it: {visitor.status} {visitor.page[:500]}")
        return spent


class Worker:
    """Times scenes and chores, or counts what a scene asks of the database."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._players: dict[str, Player] = {}
        self._chores = peer.chores()

    def answer(self, asked: dict[str, Any]) -> Any:
        """What comes of one line."""
        name, times = asked["scene"], asked["times"]
        if name in self._chores:
            return [self._do(name) for _ in range(times)]
        player = self._player(name)
        if times:
            return [player.play() for _ in range(times)]
        # Every half minute a request picks up what was left lying: the least is the scene's own.
        return min((_counts_of(player) for _ in range(3)), key=Counter.total)

    def _player(self, name: str) -> Player:
        if name not in self._players:
            self._players[name] = Player(self._peer, SCENES[name])
        return self._players[name]

    def _do(self, name: str) -> float:
        chore, often = self._chores[name], 1 if name == "raw verify" else CHORES_AT_ONCE
        begun = time.process_time()
        for _ in range(often):
            chore()
        return (time.process_time() - begun) / often


def _counts_of(player: Player) -> Counter[str]:
    counts: Counter[str] = Counter()
    player.play(counts)
    return counts


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("database")
    parser.add_argument("--roles", type=int, default=1)
    parser.add_argument("--hash", action="store_true", help="leave argon2 as it is")
    chosen = parser.parse_args()
    if not chosen.hash:
        stub_the_hash()
    peer = make(chosen.name, chosen.database, chosen.roles)
    peer.fill()
    worker = Worker(peer)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(worker.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
