"""Words in the reader's language: as written, or by Flask-Babel where the application has it."""

from collections.abc import Callable
from typing import Any

from .context import state


def translate(text: str, **values: Any) -> str:
    """The text in the reader's language, with its %(name)s places filled."""
    translator: Callable[[str], str] | None = state().translator
    words = translator(text) if translator else text
    return words % values if values else words


def language() -> str:
    """The language that the page is in (a BCP 47 tag)."""
    tag: str = state().language()
    return tag
