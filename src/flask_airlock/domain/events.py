"""What happened, as facts: one frozen dataclass each, recorded and signalled without secrets."""

import re
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base: whom it concerns. When and from where is added where it is recorded."""

    account_id: int | None = None
    name: ClassVar[str] = "event"

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def detail(self) -> dict[str, Any]:
        """The fields beside the account, ready for JSON."""
        names = (field.name for field in fields(self) if field.name != "account_id")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, kw_only=True)
class FirstFactorAccepted(Event):
    """The first door opened: by password, or by an application's own proof."""

    proofs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FirstFactorRefused(Event):
    """A login was refused. `reason` is for the record only, never for the visitor."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class LoginCompleted(Event):
    """Somebody is inside; `proofs` are the methods that opened the doors."""

    proofs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A session was ended by its owner."""


@dataclass(frozen=True, kw_only=True)
class FactorAccepted(Event):
    """A second factor was proved."""

    method: str


@dataclass(frozen=True, kw_only=True)
class ProvedAgain(Event):
    """Who was inside proved once more that it is he, by a second factor or the password."""

    method: str


@dataclass(frozen=True, kw_only=True)
class FactorRefused(Event):
    """A second factor was answered wrongly; `reason` is an error code."""

    method: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactorShut(Event):
    """Too many wrong answers in a row: closed for one side."""

    method: str
    side: str


@dataclass(frozen=True, kw_only=True)
class CodeRequested(Event):
    """A code was made and its letter written."""

    method: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class AddressProved(Event):
    """The code mailed to the address on file came back, before the first set-up."""


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
class FactorAdded(Event):
    """A factor was set up and proved once."""

    method: str


@dataclass(frozen=True, kw_only=True)
class FactorsReset(Event):
    """An administrator took all factors away; `reason` is his own words."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RescueRequested(Event):
    """A person without any factor left asked for help."""


@dataclass(frozen=True, kw_only=True)
class LetterSent(Event):
    """A letter or text message was handed over."""

    channel: str
    template: str


@dataclass(frozen=True, kw_only=True)
class LetterFailed(Event):
    """A letter or text message could not be sent; `reason` never holds its text."""

    channel: str
    template: str
    reason: str


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
class SealBroken(Event):
    """A sealed value did not open: what needed it was refused. `place` names table and column."""

    place: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NetworkCountsGone(Event):
    """The store that counts client networks does not answer; until it does, they are not limited.
    What an account bears is counted in the database as ever."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class FailuresUnusual(Event):
    """Of all accounts together, many more logins failed in ten minutes than on average in the day
    before (`usual`): somebody may be trying many names, from many networks."""

    failures: int
    usual: float


@dataclass(frozen=True, kw_only=True)
class FactorAdopted(Event):
    """An administrator took over a factor from an older system."""

    method: str


@dataclass(frozen=True, kw_only=True)
class ForeignRow(Event):
    """Who is signed in named something by its number that is not his: a session, a factor. `kind`
    says what."""

    kind: str


@dataclass(frozen=True, kw_only=True)
class UserChanged(Event):
    """An administrator changed a user: created, activated, deactivated, role added or removed."""

    change: str


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event):
    """An administrator created a role, or changed what it permits."""

    role: str
    change: str


ALL_EVENTS: tuple[type[Event], ...] = tuple(Event.__subclasses__())
