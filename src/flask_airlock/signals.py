"""One blinker signal per event: `signals.signal_of(FactorAdded)`, or by name."""

import logging
from typing import Any

from blinker import NamedSignal, Namespace

from .domain.events import ALL_EVENTS, Event

_namespace = Namespace()

log = logging.getLogger("flask_airlock")

SIGNALS: dict[str, NamedSignal] = {
    kind.name: _namespace.signal(f"airlock-{kind.name.replace('_', '-')}") for kind in ALL_EVENTS
}


def signal_of(kind: type[Event]) -> NamedSignal:
    """The signal that is sent when such an event was recorded."""
    return SIGNALS[kind.name]


def announce(sender: Any, event: Event) -> None:
    """Send the event's signal: `sender` is the application, `event` the fact.

    A receiver that raises is logged. What it heard of is committed: the answer and the letters
    that go with it must not be lost by it.
    """
    try:
        SIGNALS[event.name].send(sender, event=event)
    except Exception:
        log.exception("a receiver of %s raised", SIGNALS[event.name].name)
