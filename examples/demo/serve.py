"""Serve the demo on 127.0.0.1: `python examples/demo/serve.py --port 5000`."""

import argparse

from app import EMAIL, PASSWORD, create_app
from werkzeug.serving import make_server

HINT = """
  Flask-Airlock demo: {url}

  1. Sign in as {email} with the password: {password}
  2. Codes are printed here, and kept at {url}/_airlock/outbox
  3. Set up mail, an authenticator app or a text message (any number, such as +1 201 555 0123),
     sign out, and sign in again

  Or create an account of your own at {url}/register. Stop with Ctrl+C.
"""


def main() -> None:
    """Read the port, say what to do, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    port = parser.parse_args().port
    app = create_app()
    try:
        server = make_server("127.0.0.1", port, app, threaded=True)
    except (OSError, SystemExit):
        parser.exit(1, f"Port {port} is taken. Take another one: make demo PORT={port + 1}\n")
    print(HINT.format(url=f"http://127.0.0.1:{port}", email=EMAIL, password=PASSWORD), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
