"""One blinker signal per event: `signals.signal_of(FactorAdded)`, or by name."""

from typing import Any

from blinker import NamedSignal, Namespace

from .domain.events import ALL_EVENTS, Event

_namespace = Namespace()

SIGNALS: dict[str, NamedSignal] = {
    kind.name: _namespace.signal(f"airlock-{kind.name.replace('_', '-')}") for kind in ALL_EVENTS
}


def signal_of(kind: type[Event]) -> NamedSignal:
    """The signal that is sent when such an event was recorded."""
    return SIGNALS[kind.name]


def announce(sender: Any, event: Event) -> None:
    """Send the event's signal: `sender` is the application, `event` the fact."""
    SIGNALS[event.name].send(sender, event=event)
