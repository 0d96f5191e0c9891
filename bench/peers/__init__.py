"""Applications that are measured beside one another; each does what the next one replaces."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Where a peer is: a class of one of these modules, and the environment that it runs in.

    The names say it, since no environment has the libraries of all.
    """

    module: str
    name: str
    environment: str


PEERS = {
    "floor": Source("floor", "Floor", "bare"),
    "core-floor": Source("floor", "CoreFloor", "bare"),
    "bare": Source("bare", "Bare", "bare"),
    "ours": Source("ours", "Ours", "airlock"),
    "flask-security": Source("flask_security", "FlaskSecurity", "flask-security"),
    "allauth": Source("allauth", "Allauth", "allauth"),
}
