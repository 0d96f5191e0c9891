"""The state machine of a login: where one can stand, and the only legal moves."""

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from ..errors import IllegalMove
from .records import Record


class Stage(StrEnum):
    """Where a browser stands. Only SIGNED_IN makes anybody `current_user`."""

    STRANGER = "stranger"
    HALF_OPEN = "half_open"
    SIGNED_IN = "signed_in"


class Step(StrEnum):
    """What was proved just now."""

    FIRST_FACTOR = "first_factor"
    FIRST_FACTOR_SUFFICES = "first_factor_suffices"
    BROWSER_IS_TRUSTED = "browser_is_trusted"
    SECOND_FACTOR = "second_factor"
    RESCUED = "rescued"
    FACTOR_SET_UP = "factor_set_up"
    PROVED_AGAIN = "proved_again"


MOVES = {
    (Stage.STRANGER, Step.FIRST_FACTOR): Stage.HALF_OPEN,
    (Stage.STRANGER, Step.FIRST_FACTOR_SUFFICES): Stage.SIGNED_IN,
    (Stage.STRANGER, Step.BROWSER_IS_TRUSTED): Stage.SIGNED_IN,
    (Stage.HALF_OPEN, Step.SECOND_FACTOR): Stage.SIGNED_IN,
    # The first door is as far as a rescue leads: beyond it only a new factor does.
    (Stage.HALF_OPEN, Step.RESCUED): Stage.HALF_OPEN,
    (Stage.HALF_OPEN, Step.FACTOR_SET_UP): Stage.SIGNED_IN,
    (Stage.SIGNED_IN, Step.FACTOR_SET_UP): Stage.SIGNED_IN,
    (Stage.SIGNED_IN, Step.PROVED_AGAIN): Stage.SIGNED_IN,
}


def advance(stage: Stage, step: Step) -> Stage:
    """The stage after `step`; raises IllegalMove for everything that is not in MOVES."""
    try:
        return MOVES[stage, step]
    except KeyError:
        raise IllegalMove(stage, step) from None


class BrowserMark(Record, kw_only=False):
    """A signed sign, one per account, that this browser signed in before: cookie name and value."""

    name: str
    value: str = field(repr=False)


class KeptMark(BrowserMark, kw_only=False):
    """One that the browser keeps that long."""

    lifetime: timedelta


class SignedIn(Record, kw_only=False):
    """Both doors are behind: `token` is the session's, `next_url` where the person was going.

    `mark` is the sign by which this browser is known again; where no second factor was given, at
    the first door alone. `factor_due_at` is when a second factor has to be there, for who may do
    without until then. `trust` is the token of a browser that is trusted. The browser keeps the
    session's cookie for `lifetime`, where the person asked to stay signed in.
    """

    token: str = field(repr=False)
    next_url: str | None
    mark: BrowserMark | None
    factor_due_at: datetime | None = None
    trust: KeptMark | None = None
    lifetime: timedelta | None = None


class NeedsFactor(Record, kw_only=False):
    """The first door is behind, the second closed: the half-open session's token."""

    token: str = field(repr=False)


class NeedsSetup(Record, kw_only=False):
    """The first door is behind and no second factor exists yet, or all are lost and a rescue has
    begun: the half-open session's token."""

    token: str = field(repr=False)


LoginOutcome = SignedIn | NeedsFactor | NeedsSetup
