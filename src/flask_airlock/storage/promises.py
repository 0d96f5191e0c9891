"""What holds however many try at the same moment: said in one sentence, where it is kept.

A store's method is marked whose statement decides by its condition who has won. The documentation
lists the marked ones with their statements; a test sees that each has a race.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])

PROMISES: dict[str, str] = {}


def promise(sentence: str) -> Callable[[Method], Method]:
    """Mark a method of a store as what keeps this promise; the method stays what it is."""

    def mark(method: Method) -> Method:
        PROMISES[method.__qualname__] = sentence
        return method

    return mark
