"""Statements that are made once: to make one takes longer than to run it."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Table

from .columns import MYSQL_NAMES


class Keeper(Protocol):
    """What statements are made of, and lie with: an application's tables, or its user model."""

    @property
    def prepared(self) -> dict[Any, Any]:
        """What was made so far."""


Of = TypeVar("Of", bound=Keeper)
Variant = ParamSpec("Variant")
Made = TypeVar("Made")


def insert_into(rows: Table, dialect: str) -> Any:
    """An INSERT that knows what to do with doubles, as that database says it."""
    # Looked for when it is needed: every process would load the dialects of databases that it
    # never meets.
    module = "mysql" if dialect in MYSQL_NAMES else dialect
    return import_module(f"sqlalchemy.dialects.{module}").insert(rows)


def prepared(
    make: Callable[Concatenate[Of, Variant], Made],
) -> Callable[Concatenate[Of, Variant], Made]:
    """Keep what is made of an application's tables, one for each variant.

    What differs from one execution to the next is a `bindparam` in it, never a value.
    """

    @wraps(make)
    def kept(of: Of, /, *variant: Variant.args, **named: Variant.kwargs) -> Made:
        key = (make, *variant, *named.values())
        found: Made | None = of.prepared.get(key)
        if found is None:
            found = of.prepared[key] = make(of, *variant, **named)
        return found

    return kept
