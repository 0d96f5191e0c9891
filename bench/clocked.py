"""Two applications side by side in one process: CPU of ours and of the database, and the clock."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from bench.peers.common import Peer
from bench.peers.ours import Ours
from bench.rounds import Ratio
from bench.scenes import SCENES, Scene
from bench.visitor import Visitor
from bench.worker import Player


@dataclass(frozen=True)
class Grown:
    """One scene in one application over the same in another, in each round."""

    cpu: Ratio
    wall: Ratio


def engine_of(peer: Ours) -> sa.Engine:
    """The engine that holds an application's users."""
    with peer.flask.app_context():
        engine: sa.Engine = peer.datastore.engine()
    return engine


class Clocked:
    """Plays a scene, and knows what it took."""

    def __init__(self, peer: Ours, scene: Scene) -> None:
        self._act = scene.act
        self._servers: list[Path] = []
        self.cpu = self.wall = 0.0
        self._player = Player(peer, replace(scene, act=self._clocked))
        self._servers = _servers_of(engine_of(peer))

    def play(self) -> tuple[float, float]:
        """CPU seconds of the application and its database, and seconds."""
        self.cpu = self.wall = 0.0
        return self._player.play() + self.cpu, self.wall

    def _clocked(self, peer: Peer, visitor: Visitor) -> None:
        served, begun = self._served(), time.perf_counter()
        self._act(peer, visitor)
        self.wall = time.perf_counter() - begun
        self.cpu = self._served() - served

    def _served(self) -> float:
        """The CPU seconds that the database's processes for us have had so far."""
        # The kernel counts in nanoseconds; the first number is the time on a CPU.
        return sum(int(file.read_text().split()[0]) for file in self._servers) / 1e9


def _servers_of(engine: sa.Engine) -> list[Path]:
    """A file for each process of the database that works for this application.

    Helpers that it starts for one long statement are not among them: the clock tells those.
    """
    if engine.dialect.name != "postgresql":
        return []
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    with engine.connect() as connection:
        clients = connection.exec_driver_sql(f"{mine} AND backend_type = 'client backend'")
        return [Path(f"/proc/{number}/schedstat") for number in clients.scalars()]


def compared(small: Ours, large: Ours, name: str, rounds: int, times: int) -> Grown:
    """Rounds of both in turns; the middle of a batch stands for it."""
    stages = [Clocked(peer, SCENES[name]) for peer in (small, large)]
    cpu, wall = [], []
    for number in range(rounds):
        # Who goes first changes, so that neither always follows the other.
        order = (0, 1) if number % 2 else (1, 0)
        spent = {place: [stages[place].play() for _ in range(times)] for place in order}
        few, many = (tuple(map(median, zip(*spent[place], strict=True))) for place in (0, 1))
        cpu.append(many[0] / few[0])
        wall.append(many[1] / few[1])
    return Grown(Ratio(cpu), Ratio(wall))
