"""The table of all goals.

    python -m bench              all groups
    python -m bench page login   these, beside what is known of the others

Prints Markdown; what was found is kept in .bench/results.json, and docs show it: a table and the
plots of the groups that were measured.
"""

import argparse
import importlib
import sys

from bench import table
from bench.results import Group, keep

# Each is a module with `measure`.
GROUPS = {
    "page": "bench.groups.page",
    "instructions": "bench.groups.instructions",
    "forms": "bench.groups.forms",
    "login": "bench.groups.login",
    "codes": "bench.groups.codes",
    "roles": "bench.groups.roles",
    "served": "bench.groups.served",
    "footprint": "bench.footprint",
    "growth": "bench.growth",
    "purge": "bench.purge",
}
ROUNDS = 15


def measured(name: str, rounds: int) -> Group:
    """One group, and a word to who waits."""
    sys.stderr.write(f"{name} ...\n")
    group: Group = importlib.import_module(GROUPS[name]).measure(rounds)
    keep([group])
    return group


def main() -> int:
    """0, whatever was found: figures are of one machine and one moment."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    if unknown := set(chosen.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    known = keep([measured(name, chosen.rounds) for name in chosen.groups or GROUPS])
    table.publish(known.values())
    sys.stdout.write(table.markdown(known.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
