"""What happened to second factors: set up, asked for, proved, taken away."""

from dataclasses import dataclass

from .base import Event


@dataclass(frozen=True, kw_only=True)
class FactorAccepted(Event):
    """A second factor was proved."""

    method: str


@dataclass(frozen=True, kw_only=True)
class FactorRefused(Event):
    """A second factor was answered wrongly; `reason` is an error code."""

    method: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactorAskedFor(Event):
    """A second factor was demanded for the first time of somebody who has none; until `due_at`, in
    ISO 8601, the first factor still opens the account."""

    due_at: str


@dataclass(frozen=True, kw_only=True)
class FactorShut(Event):
    """Too many wrong answers in a row: closed for one side."""

    method: str
    side: str


@dataclass(frozen=True, kw_only=True)
class FactorAdded(Event):
    """A factor was set up and proved once."""

    method: str


@dataclass(frozen=True, kw_only=True)
class FactorRenamed(Event):
    """A factor got another name, from its owner."""

    method: str


@dataclass(frozen=True, kw_only=True)
class FactorPreferred(Event):
    """Another factor is asked for first from now on."""

    method: str


@dataclass(frozen=True, kw_only=True)
class FactorRemoved(Event):
    """A factor was taken away by its owner."""

    method: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Event):
    """A new set of recovery codes was made and shown; codes of a set before work no longer."""


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesKept(Event):
    """One code of the set was typed back: its owner has kept them."""


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """Somebody came in by a recovery code; so many are `left`."""

    left: int


@dataclass(frozen=True, kw_only=True)
class FactorsReset(Event):
    """An administrator took all factors away; `reason` is his own words."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class FactorAdopted(Event):
    """An administrator took over a factor from an older system."""

    method: str


@dataclass(frozen=True, kw_only=True)
class SetupBegun(Event):
    """Somebody began to set up a factor."""

    method: str


@dataclass(frozen=True, kw_only=True)
class SetupRefused(Event):
    """A set-up was answered wrongly."""

    method: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AddressProved(Event):
    """The code mailed to the address on file came back, before the first set-up."""


@dataclass(frozen=True, kw_only=True)
class RescueRequested(Event):
    """A person without any factor left asked for help."""


@dataclass(frozen=True, kw_only=True)
class CodeRequested(Event):
    """A code was made and its letter written."""

    method: str
    purpose: str
