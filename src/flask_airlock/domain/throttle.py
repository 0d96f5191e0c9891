"""When wrong answers close a factor, counted apart for known browsers and for all others.

The other side's count is its own, so that a thief with the password spends the strangers' side
and the owner goes on in his own browser (STANDARDS rows S-92, S-93, S-96).
"""

from enum import StrEnum

FAILURES_IN_A_ROW = 20


class Side(StrEnum):
    """Who is guessing: a browser this account has signed in with before, or any other."""

    KNOWN = "known"
    STRANGERS = "strangers"


def sides_freed_by_success(side: Side) -> tuple[Side, ...]:
    """A success in a known browser frees the factor everywhere; elsewhere its own side only."""
    return (Side.KNOWN, Side.STRANGERS) if side is Side.KNOWN else (Side.STRANGERS,)
