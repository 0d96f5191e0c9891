"""When wrong answers close a factor, counted apart for known browsers and for all others.

The other side's count is its own, so that a thief with the password spends the strangers' side
and the owner goes on in his own browser (STANDARDS rows S-92, S-93, S-96).
"""

from datetime import timedelta
from enum import StrEnum

FAILURES_IN_A_ROW = 20
FIRST_SETUP = "first_setup"
SETUP = "setup:"
ASKED_AGAIN = "password_check"
REOPENS_AFTER = timedelta(days=1)


class Side(StrEnum):
    """Who is guessing: a browser this account has signed in with before, or any other."""

    KNOWN = "known"
    STRANGERS = "strangers"


def reopens(subject: str) -> bool:
    """Whether a closed subject opens again by itself after `REOPENS_AFTER`.

    A factor does not (S-93). The proofs of a set-up do: there is no known browser yet by which
    the owner could go on, and twenty guesses a day at eight digits lead nowhere. Nor does the
    current password, asked again of who is inside: the owner must not stay without it for ever.
    """
    return subject in (FIRST_SETUP, ASKED_AGAIN) or subject.startswith(SETUP)


def sides_freed_by_success(side: Side) -> tuple[Side, ...]:
    """A success in a known browser frees the factor everywhere; elsewhere its own side only."""
    return (Side.KNOWN, Side.STRANGERS) if side is Side.KNOWN else (Side.STRANGERS,)
