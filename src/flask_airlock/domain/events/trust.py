"""Browsers in which no code is asked for a while."""

from dataclasses import dataclass

from .base import Event


@dataclass(frozen=True, kw_only=True)
class TrustedBrowserAdded(Event):
    """A browser is trusted from now on: in a full login by this method its box was ticked."""

    method: str


@dataclass(frozen=True, kw_only=True)
class TrustedBrowserEnded(Event):
    """So many browsers are trusted no longer, and the sessions are over that leant on them;
    `reason` says why."""

    ended: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TrustedBrowserStolen(Event):
    """The password came with a spent token of a trusted browser: there is a copy. That browser is
    trusted no longer, and its owner was told."""
