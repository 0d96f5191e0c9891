"""What a debugger, a log line or a traceback shows of our values: never what is secret in them."""

import dataclasses
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import flask_airlock

# The last word of a field's name, where such a field is nobody's to read.
SECRETS = {
    "answer", "carries", "code", "digest", "digests", "handle", "hash", "html", "keys", "mac",
    "marks", "masters", "password", "salt", "secret", "text", "token", "value", "vault",
}  # fmt: skip


def values() -> Iterator[type[Any]]:
    """Every dataclass of the package."""
    for found in walk_packages(flask_airlock.__path__, "flask_airlock."):
        module = import_module(found.name)
        kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
        ours = [kind for kind in kinds if kind.__module__ == module.__name__]
        yield from (kind for kind in ours if dataclasses.is_dataclass(kind))


def is_secret(name: str) -> bool:
    """By the last word; whether there is one (`has_password`) may be told."""
    return name.rpartition("_")[2] in SECRETS and not name.startswith("has_")


def test_no_value_shows_a_secret_when_it_is_printed() -> None:
    """S-132, X-10: tokens, hashes, keys and texts are left out of every `repr`."""
    shown = [
        f"{kind.__module__}.{kind.__name__}.{field.name}"
        for kind in values()
        for field in dataclasses.fields(kind)
        if field.repr and is_secret(field.name)
    ]
    assert shown == []


def test_the_walk_finds_what_holds_secrets() -> None:
    """The test of the test."""
    found = {kind.__name__ for kind in values()}
    assert {"Person", "Link", "Standing", "NeedsFactor", "Application", "Letter"} <= found
    assert len(found) > 60
