"""What happened to second factors: set up, asked for, proved, taken away."""

from .base import Event


class FactorAccepted(Event):
    """A second factor was proved."""

    method: str


class FactorRefused(Event):
    """A second factor was answered wrongly; `reason` is an error code."""

    method: str
    reason: str


class FactorAskedFor(Event):
    """A second factor was demanded for the first time of somebody who has none; until `due_at`, in
    ISO 8601, the first factor still opens the account."""

    due_at: str


class FactorShut(Event):
    """Too many wrong answers in a row: closed for one side."""

    method: str
    side: str


class FactorAdded(Event):
    """A factor was set up and proved once."""

    method: str


class FactorRenamed(Event):
    """A factor got another name, from its owner."""

    method: str


class FactorPreferred(Event):
    """Another factor is asked for first from now on."""

    method: str


class FactorRemoved(Event):
    """A factor was taken away by its owner."""

    method: str


class RecoveryCodesMade(Event):
    """A new set of recovery codes was made and shown; codes of a set before work no longer."""


class RecoveryCodesKept(Event):
    """One code of the set was typed back: its owner has kept them."""


class RecoveryCodeUsed(Event):
    """Somebody came in by a recovery code; so many are `left`."""

    left: int


class FactorsReset(Event):
    """An administrator took all factors away; `reason` is his own words."""

    reason: str


class FactorAdopted(Event):
    """An administrator took over a factor from an older system."""

    method: str


class SetupBegun(Event):
    """Somebody began to set up a factor."""

    method: str


class SetupRefused(Event):
    """A set-up was answered wrongly."""

    method: str
    reason: str


class AddressProved(Event):
    """The code mailed to the address on file came back, before the first set-up."""


class RescueRequested(Event):
    """A person without any factor left asked for help."""


class CodeRequested(Event):
    """A code was made and its letter written."""

    method: str
    purpose: str
