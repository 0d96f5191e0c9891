"""One peer in a process of its own: it is asked in lines of JSON, and answers in lines of JSON.

python -m bench.worker ours sqlite:////tmp/bench.sqlite
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher

from bench.peers.bare import Bare
from bench.peers.common import Peer
from bench.peers.floor import CoreFloor, Floor
from bench.peers.ours import Ours
from bench.scenes import SCENES, Scene
from bench.visitor import Visitor

PEERS: dict[str, type[Peer]] = {
    "floor": Floor,
    "core-floor": CoreFloor,
    "bare": Bare,
    "ours": Ours,
}
WARM_UP = 30


def stub_the_hash() -> None:
    """What argon2 costs is the same for all, and would hide the rest."""
    PasswordHasher.verify = lambda *_: True  # type: ignore[method-assign]
    PasswordHasher.check_needs_rehash = lambda *_: False  # type: ignore[method-assign]


@contextmanager
def counted(counts: Counter[str] | None) -> Iterator[None]:
    """Statements and commits of all engines; nothing is listened to where nobody counts."""
    if counts is None:
        yield
        return

    def statement(*_: Any) -> None:
        counts["statements"] += 1

    def commit(_: Any) -> None:
        counts["commits"] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
    sa.event.listen(sa.Engine, "commit", commit)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", statement)
        sa.event.remove(sa.Engine, "commit", commit)


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
        with counted(counts):
            scene.act(peer, visitor)
        spent = visitor.cpu - before
        if not scene.came_of_it(peer, visitor):
            raise RuntimeError(f"this came of it: {visitor.status} {visitor.page[:500]}")
        return spent


def answered(players: dict[str, Player], peer: Peer, asked: Any) -> Any:
    """Time one scene so often, or count what it asks of the database."""
    name, times = asked["scene"], asked["times"]
    if name not in players:
        players[name] = Player(peer, SCENES[name])
    if times:
        return [players[name].play() for _ in range(times)]
    # Every half minute a request picks up what was left lying: the least is the scene's own.
    return min((counts_of(players[name]) for _ in range(3)), key=Counter.total)


def counts_of(player: Player) -> Counter[str]:
    """What one more asks of the database."""
    counts: Counter[str] = Counter()
    player.play(counts)
    return counts


def main() -> None:
    """Answer until the input ends."""
    name, database = sys.argv[1:]
    stub_the_hash()
    peer, players = PEERS[name](database), dict[str, Player]()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answered(players, peer, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
