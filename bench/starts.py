"""Start an application as a worker of a server does: import, build, answer. Tables are there.

    python -m bench.starts ours sqlite:////tmp/bench.sqlite

Says as JSON what each part took, and how much memory the process has at the end; of `nothing`
the memory alone. `--fill` makes the tables and their person instead; `--on` goes on to the first
requests of a login.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from bench.peers.common import Peer
from bench.worker import make


def main() -> None:
    """Once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("peer")
    parser.add_argument("database", nargs="?", default="")
    parser.add_argument("--fill", action="store_true")
    parser.add_argument("--on", action="store_true")
    asked = parser.parse_args()
    if asked.peer == "nothing":
        sys.stdout.write(json.dumps({"resident": resident()}))
        return
    begun = time.process_time()
    peer = make(asked.peer, asked.database)
    if asked.fill:
        peer.fill()
        return
    built = time.process_time()
    visitor = peer.visitor()
    visitor.get(peer.login)
    answered = time.process_time()
    if asked.on:
        _go_on(peer)
    found = {"build": built - begun, "first request": answered - built, "resident": resident()}
    sys.stdout.write(json.dumps(found))


def _go_on(peer: Peer) -> None:
    """The requests by which a worker has seen what there is to do."""
    peer.visitor().get(peer.page)
    visitor = peer.sign_in(peer.visitor())
    visitor.get(peer.page)


def resident() -> int:
    """The bytes of memory that this process has at the moment."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmRSS:")[2].split()[0])


if __name__ == "__main__":
    main()
