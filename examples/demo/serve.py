"""Serve the demo on 127.0.0.1: `python examples/demo/serve.py --port 5000`."""

import argparse

from app import EMAIL, PASSWORD, create_app

HINT = """
  Flask-Airlock demo: {url}

  1. Sign in as {email} with the password: {password}
  2. The code of each step is in the outbox: {url}/_airlock/outbox (and printed here)
  3. Set up mail, an authenticator app or a text message, sign out, and sign in again

  Stop with Ctrl+C.
"""


def main() -> None:
    """Read the port, say what to do, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    port = parser.parse_args().port
    app = create_app()
    print(HINT.format(url=f"http://127.0.0.1:{port}", email=EMAIL, password=PASSWORD), flush=True)
    app.run(host="127.0.0.1", port=port, debug=True, use_reloader=False, threaded=True)


if __name__ == "__main__":
    main()
