"""Browsers in which no code is asked for a while."""

from .base import Event


class TrustedBrowserAdded(Event):
    """A browser is trusted from now on: in a full login by this method its box was ticked."""

    method: str


class TrustedBrowserEnded(Event):
    """So many browsers are trusted no longer, and the sessions are over that leant on them;
    `reason` says why."""

    ended: int
    reason: str


class TrustedBrowserStolen(Event):
    """The password came with a spent token of a trusted browser: there is a copy. That browser is
    trusted no longer, and its owner was told."""
