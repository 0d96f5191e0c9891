"""What happened on a person's ways back, when every second factor is lost."""

from .base import Event


class RescueAddressAdded(Event):
    """Another mailbox was proved; from a day later on it leads back."""


class RescueAddressRemoved(Event):
    """Such a mailbox leads back no more. `by` is "owner"; "reported" by the link of a letter;
    "new_address" where it became the address on file; or "administrator", with the factors."""

    by: str


class RescueBegun(Event):
    """The code that was sent to a rescue address came back: a new factor may be set up."""


class RescueCompleted(Event):
    """A new factor was set up after that, by this method; all that were there before are gone."""

    method: str


class RescueApproved(Event):
    """An administrator approved that all factors are taken away; `by` is his name, if he gave one,
    `reason` his own words. `is_complete`: nobody else has to."""

    by: str
    reason: str
    is_complete: bool


class RescueCancelled(Event):
    """An administrator's help was called off: `by` "login", "link" of a letter, or his name, or
    "administrator"; `reason` the words of an administrator."""

    by: str
    reason: str
