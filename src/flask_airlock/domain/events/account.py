"""What happened in the life of an account, by its owner or an administrator."""

from dataclasses import dataclass

from .base import Event


@dataclass(frozen=True, kw_only=True)
class UserRegistered(Event):
    """Somebody made an account for himself."""


@dataclass(frozen=True, kw_only=True)
class RegistrationRepeated(Event):
    """Somebody tried to register an address that has an account; its owner was told by letter."""


@dataclass(frozen=True, kw_only=True)
class LinkRequested(Event):
    """A link was asked for; without an account where nobody has the address."""

    purpose: str


@dataclass(frozen=True, kw_only=True)
class LinkRefused(Event):
    """A link was used that is spent, expired, void or invented."""

    purpose: str


@dataclass(frozen=True, kw_only=True)
class AddressConfirmed(Event):
    """The address was proved by a link that was mailed to it."""


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Event):
    """A mailed link set a new password; `purpose` is the link's: reset or invitation."""

    purpose: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """The password was changed by who is signed in."""


@dataclass(frozen=True, kw_only=True)
class PasswordCheckRefused(Event):
    """The current password, asked again before a change, was wrong; `reason` is an error code."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class MailboxReleased(Event):
    """After a reset the mailbox counts as a second proof again: somebody came in by another."""


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event):
    """Another address was proved and is the account's now."""


@dataclass(frozen=True, kw_only=True)
class EmailRestored(Event):
    """The change of the address was undone by a link to the old one."""


@dataclass(frozen=True, kw_only=True)
class UsernameChanged(Event):
    """The user name was changed."""


@dataclass(frozen=True, kw_only=True)
class DeletionRequested(Event):
    """The owner wants the account removed; it goes when the delay has passed."""


@dataclass(frozen=True, kw_only=True)
class DeletionCancelled(Event):
    """The owner signed in, and the account stays."""


@dataclass(frozen=True, kw_only=True)
class UserDeleted(Event):
    """A user was removed, with all that was his; `by` is "owner" or "administrator"."""

    by: str


@dataclass(frozen=True, kw_only=True)
class DeletionFailed(Event):
    """A user who is due could not be removed: rows of the application's still point there."""


@dataclass(frozen=True, kw_only=True)
class BreachCheckFailed(Event):
    """Whether a new password is known to be stolen could not be asked; it was let pass."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class UserChanged(Event):
    """An administrator changed a user: created, activated, deactivated, role added or removed."""

    change: str


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event):
    """An administrator created a role, or changed what it permits."""

    role: str
    change: str
