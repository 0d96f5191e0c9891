"""Every route of an application, read from its own map: none can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from flask import Flask

from flask_airlock.domain.link_tokens import LinkPurpose

# What fills a variable part when nothing is wrong with it; a new one has to be added here.
GOOD_PARTS = {
    "method": ("email", "authenticator", "sms"),
    "purpose": tuple(purpose.value for purpose in LinkPurpose),
    "token": ("A" * 43,),
    "number": ("1",),
    "filename": ("airlock.css", "airlock.js"),
}


@dataclass(frozen=True)
class Route:
    """One rule; `methods` are those that it answers by itself."""

    endpoint: str
    rule: str
    arguments: tuple[str, ...]
    methods: frozenset[str]

    @property
    def takes_post(self) -> bool:
        """Whether forms are sent there."""
        return "POST" in self.methods

    def path(self, *parts: str) -> str:
        """Its address, the variable parts (percent-encoded) filled in the order of `arguments`."""
        path = self.rule.replace("<path:", "<").replace("<int:", "<")
        for name, part in zip(self.arguments, parts, strict=True):
            path = path.replace(f"<{name}>", part)
        return path

    def paths(self) -> Iterator[str]:
        """Its addresses with every good part."""
        return (self.path(*parts) for parts in product(*(GOOD_PARTS[it] for it in self.arguments)))


def every_route(app: Flask) -> list[Route]:
    """All of them: ours, the application's own, files, the well-known one, the outbox."""
    return [
        Route(
            rule.endpoint,
            rule.rule,
            tuple(sorted(rule.arguments)),
            frozenset(rule.methods or ()) & {"GET", "POST"},
        )
        for rule in app.url_map.iter_rules()
    ]


@dataclass(frozen=True)
class Place:
    """A route, seen from where an attacker stands."""

    state: str
    route: Route
