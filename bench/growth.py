"""How the cost of a login grows with the people there are, and with the roles that one has.

    python -m bench.growth --users 1000000 --sqlite-users 100000

Two applications in one process take turns: one has few people, the other many.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.clocked import Grown, compared, engine_of
from bench.crowd import fill
from bench.databases import databases
from bench.peers.ours import Ours
from bench.plans import Statements, caught, growing, scans
from bench.results import KEPT, Group, Result, tell
from bench.scenes import SCENES
from bench.worker import stub_the_hash

FEW = 1_000
MANY, MANY_IN_A_FILE = 1_000_000, 100_000
ROUNDS, TIMES = 15, 20
AT_MOST = 1.15
ROLES = 10
STEPS = ("page", "login form", "password", "code form", "code", "whole login")
WITH_ROLES = ("page", "role page", "whole login")


def measure(
    rounds: int = ROUNDS, users: int = MANY, in_a_file: int = MANY_IN_A_FILE, times: int = TIMES
) -> Group:
    """What many people and many roles cost, on both databases."""
    stub_the_hash()
    results: list[Result] = []
    for kind, many in (("PostgreSQL", users), ("SQLite", in_a_file)):
        with databases(kind) as new_database:
            few, crowded, one, ten = (filled(new_database(), roles) for roles in (1, 1, 1, ROLES))
            results += by_people(kind, few, crowded, many, rounds, times)
            results.append(by_roles(kind, one, ten, rounds, times))
    return Group("growth", "How the cost grows", tuple(results))


def filled(database: str, roles: int = 1) -> Ours:
    """An application with its person."""
    peer = Ours(database, roles)
    peer.fill()
    return peer


def by_people(
    kind: str, small: Ours, large: Ours, many: int, rounds: int, times: int
) -> list[Result]:
    """Every step with many people against the same with few, and how the database finds them."""
    fill(small, FEW)
    rows = fill(large, many)
    what = f"{many:,} users against {FEW:,}, {kind}"
    found = {name: compared(small, large, name, rounds, times) for name in STEPS}
    guarded = {"role page": compared(small, large, "role page", rounds, times)}
    return [
        _told(12, f"steps and page, {what}", found, f"{rows:,} rows"),
        _told(12, f"page for a role, {what}", guarded, _how_roles_are_found(large)),
        by_plan(kind, large, many),
    ]


def _how_roles_are_found(peer: Ours) -> str:
    """What the database says of the application's own table, which ties users to roles."""
    link = peer.datastore.user_model.roles.property.secondary.name
    found = scans(engine_of(peer), every_statement(peer), {link})
    return "; ".join(sorted(set(found.values()))) or f"{link} is not scanned"


def by_roles(kind: str, one: Ours, ten: Ours, rounds: int, times: int) -> Result:
    """Page and login of who has many roles against the same with one."""
    found = {name: compared(one, ten, name, rounds, times) for name in WITH_ROLES}
    return _told(13, f"page and login, {ROLES} roles against 1, {kind}", found, "")


def by_plan(kind: str, peer: Ours, many: int) -> Result:
    """No statement goes through all rows of a table that grows."""
    statements = every_statement(peer)
    found = scans(engine_of(peer), statements, growing(peer.datastore))
    figure = f"{len(found)} of {len(statements)}"
    # What ties users to roles is the application's own, and told beside the page for a role.
    what = f"statements that scan a table of users or of ours, {many:,} users, {kind}"
    return Result(12, what, "none", figure, not found, "; ".join(found.values()))


def every_statement(peer: Ours) -> Statements:
    """What all scenes ask of the database, with those who clear up in between."""
    with caught() as statements:
        for scene in SCENES.values():
            visitor = scene.stand(peer)
            scene.act(peer, visitor)
            if not scene.came_of_it(peer, visitor):
                raise RuntimeError(f"this came of it: {visitor.status} {visitor.page[:500]}")
    return statements


def _told(number: int, what: str, found: Mapping[str, Grown], note: str) -> Result:
    worst = max(found, key=lambda name: found[name].cpu.median)
    cpu, wall = found[worst].cpu, found[worst].wall
    slowest = max(grown.wall.median for grown in found.values())
    parts = [f"CPU of both sides; by the clock {wall.median:.2f} (worst {slowest:.2f})"]
    return Result(
        number=number,
        what=what,
        goal=f"at most {AT_MOST}",
        figure=f"{cpu.median:.2f} (best {cpu.least:.2f}): {worst}",
        holds=cpu.median <= AT_MOST,
        note="; ".join([*parts, note] if note else parts),
        bars={name: grown.cpu.median for name, grown in found.items()},
        unit="times as much",
        limit=AT_MOST,
    )


def main() -> int:
    """Measure, keep and print."""
    asked = argparse.ArgumentParser(prog="python -m bench.growth")
    asked.add_argument("--users", type=int, default=MANY, help="on PostgreSQL")
    asked.add_argument("--sqlite-users", type=int, default=MANY_IN_A_FILE)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--times", type=int, default=TIMES, help="in each round")
    asked.add_argument("--into", type=Path, default=KEPT, help="where the results are kept")
    given = asked.parse_args()
    tell(measure(given.rounds, given.users, given.sqlite_users, given.times), given.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
