"""What happened in the life of an account, by its owner or an administrator."""

from .base import Event


class UserRegistered(Event):
    """Somebody made an account for himself."""


class RegistrationRepeated(Event):
    """Somebody tried to register an address that has an account; its owner was told by letter."""


class LinkRequested(Event):
    """A link was asked for; without an account where nobody has the address."""

    purpose: str


class LinkRefused(Event):
    """A link was used that is spent, expired, void or invented."""

    purpose: str


class AddressConfirmed(Event):
    """The address was proved by a link that was mailed to it."""


class PasswordReset(Event):
    """A mailed link set a new password; `purpose` is the link's: reset or invitation."""

    purpose: str


class PasswordChanged(Event):
    """The password was changed by who is signed in."""


class PasswordCheckRefused(Event):
    """The current password, asked again before a change, was wrong; `reason` is an error code."""

    reason: str


class MailboxReleased(Event):
    """After a reset the mailbox counts as a second proof again: somebody came in by another."""


class EmailChanged(Event):
    """Another address was proved and is the account's now."""


class EmailRestored(Event):
    """The change of the address was undone by a link to the old one."""


class UsernameChanged(Event):
    """The user name was changed."""


class DeletionRequested(Event):
    """The owner wants the account removed; it goes when the delay has passed."""


class DeletionCancelled(Event):
    """The owner signed in, and the account stays."""


class UserDeleted(Event):
    """A user was removed, with all that was his; `by` is "owner" or "administrator"."""

    by: str


class DeletionFailed(Event):
    """A user who is due could not be removed: rows of the application's still point there."""


class BreachCheckFailed(Event):
    """Whether a new password is known to be stolen could not be asked; it was let pass."""

    reason: str


class UserChanged(Event):
    """An administrator changed a user: created, activated, deactivated, role added or removed."""

    change: str


class RoleChanged(Event):
    """An administrator created a role, or changed what it permits."""

    role: str
    change: str
