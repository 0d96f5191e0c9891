"""What is run each time, and what in the soak alone."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest


def but_for_the_soak(now: Iterable[object], choices: Iterable[Any]) -> list[Any]:
    """Parameters of a test: those of `now` are run each time, all others in the soak."""
    chosen = list(now)
    return [
        pytest.param(
            *(choice if isinstance(choice, tuple) else (choice,)),
            marks=[] if choice in chosen else pytest.mark.soak,
        )
        for choice in choices
    ]


def in_turn(
    rows: Sequence[Any], columns: Sequence[Any], name: Callable[[Any], str], each: int = 1
) -> list[Any]:
    """Parameters that are pairs: each row with `each` of the columns, in turn, so that every
    column comes up; in the soak every row with every column."""
    return [
        pytest.param(
            row,
            column,
            id=f"{name(row)}-{name(column)}",
            marks=[] if (number - place) % len(columns) < each else pytest.mark.soak,
        )
        for place, row in enumerate(rows)
        for number, column in enumerate(columns)
    ]
