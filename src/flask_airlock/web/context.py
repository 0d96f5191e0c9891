"""What belongs to the current application: its services, and whether it is in development."""

from typing import Any

from flask import Flask, current_app

from ..errors import ConfigurationError
from ..flows.services import Services


def services() -> Services:
    """The services of the current application."""
    return state().services  # type: ignore[no-any-return]


def state() -> Any:
    """What `Security` keeps of the current application (`app.extensions["security"]`)."""
    try:
        # Not by way of the proxy, which looks for it anew at each step.
        return current_app._get_current_object().extensions["security"]  # type: ignore[attr-defined]
    except KeyError:
        raise ConfigurationError(
            "this application has no Flask-Airlock: call Security(app, datastore)"
        ) from None


def is_development(app: Flask) -> bool:
    """Debug or testing: messages are kept, weak keys are warned about instead of refused."""
    return bool(app.debug or app.testing)
