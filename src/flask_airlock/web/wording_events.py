"""One sentence per event, as the person whom it concerns reads it; a file to translate as well.

Passive on purpose: who did it is what the person is to judge, by browser, address and time. Details
are put in words where they help her; reasons and numbers are for administrators alone.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..domain import events
from ..domain.events import Event
from ..domain.one_time_codes import Purpose
from ..domain.policy import FACTOR_METHODS, RESCUE, TRUSTED_BROWSER
from ..domain.recovery_codes import RECOVERY
from ..domain.throttle import ASKED_AGAIN, FIRST_DOOR, FIRST_SETUP, SETUP, Side
from .translation import translate as _
from .wording import method_words

Facts = Mapping[str, Any]
PASSWORDS = (FIRST_DOOR, ASKED_AGAIN)


def event_words(name: str, facts: Facts) -> str:
    """What happened, in words; `facts` is the event's detail. Raises KeyError for what is not for
    the person."""
    return _BY_NAME[name](facts)


def _way(method: str) -> str:
    """What was proved, or set up, or closed."""
    method = method.removeprefix(SETUP)
    if method in PASSWORDS:
        return _("Password")
    if method == FIRST_SETUP:
        method = "email"
    if method == RECOVERY:
        return _("Recovery code")
    if method in (RESCUE, Purpose.RESCUE_ADDRESS):
        return _("Rescue address")
    return method_words(method)[0] if method in FACTOR_METHODS else _("Another way")


def _proof(method: str) -> str:
    return _("Trusted browser") if method == TRUSTED_BROWSER else _way(method)


def _ways(methods: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_proof(method) for method in methods))


def _first_door(facts: Facts) -> str:
    if list(facts["proofs"]) == ["password"]:
        return _("The right password was given.")
    return _("The first step of signing in was done.")


def _refused(facts: Facts) -> str:
    if facts["reason"] == "wrong_password":
        return _("A wrong password was given.")
    return _("Signing in was refused.")


def _shut(facts: Facts) -> str:
    way = _way(facts["method"])
    if facts["side"] == Side.STRANGERS:
        return _(
            "Too many wrong tries: %(way)s was closed to browsers that are not known here.", way=way
        )
    return _("Too many wrong tries: %(way)s was closed.", way=way)


def _reset(facts: Facts) -> str:
    if facts["purpose"] == "invitation":
        return _("A first password was chosen, by a link in a letter.")
    return _("A new password was set, by a link in a letter.")


def _link(facts: Facts) -> str:
    words = {
        "confirmation": lambda: _("A link to confirm the mail address was asked for."),
        "reset": lambda: _("A link to set a new password was asked for."),
        "new_email": lambda: _("A change of the mail address was asked for."),
        "invitation": lambda: _("A link to choose a first password was sent."),
    }
    return words.get(facts["purpose"], lambda: _("A link was asked for."))()


def _ended(facts: Facts) -> str:
    words = {
        "one": lambda: _("Another browser was signed out."),
        "others": lambda: _("All other browsers were signed out."),
    }
    return words.get(facts["which"], lambda: _("All browsers were signed out."))()


def _trust_ended(facts: Facts) -> str:
    if facts["ended"] == 1:
        return _("A browser is trusted no longer.")
    return _("Several browsers are trusted no longer.")


def _changed(facts: Facts) -> str:
    change = facts["change"]
    words = {
        "created": lambda: _("An administrator made your account."),
        "activated": lambda: _("An administrator let you in again."),
        "deactivated": lambda: _("An administrator closed your account."),
        "address confirmed": lambda: _("An administrator confirmed your mail address."),
        "all sessions ended": lambda: _("An administrator signed you out everywhere."),
    }
    if change.startswith("session "):
        return _("An administrator signed one of your browsers out.")
    if change.startswith("role "):
        return _("An administrator changed what you may do here.")
    return words.get(change, lambda: _("An administrator changed your account."))()


def _with_way(sentence: Callable[[str], str]) -> Callable[[Facts], str]:
    return lambda facts: sentence(_way(facts["method"]))


WORDS: dict[type[Event], Callable[[Facts], str]] = {
    events.FirstFactorAccepted: _first_door,
    events.FirstFactorRefused: _refused,
    events.LoginCompleted: lambda facts: _("Signed in: %(ways)s.", ways=_ways(facts["proofs"])),
    events.SignedOut: lambda _facts: _("Signed out."),
    events.SessionsEnded: _ended,
    events.ProvedAgain: _with_way(
        lambda way: _("It was shown once more who is there: %(way)s.", way=way)
    ),
    events.FactorRefused: _with_way(
        lambda way: _("A wrong or late answer was given: %(way)s.", way=way)
    ),
    events.FactorShut: _shut,
    events.CodeRequested: _with_way(lambda way: _("A code was sent: %(way)s.", way=way)),
    events.AddressProved: lambda _facts: _("Your mailbox was proved by a code."),
    events.SetupBegun: _with_way(
        lambda way: _("The set-up of a second step was begun: %(way)s.", way=way)
    ),
    events.SetupRefused: _with_way(
        lambda way: _("A wrong or late answer was given at a set-up: %(way)s.", way=way)
    ),
    events.RecoveryCodesMade: lambda _facts: _("New recovery codes were made."),
    events.RecoveryCodesKept: lambda _facts: _("A recovery code was typed back."),
    events.RecoveryCodeUsed: lambda _facts: _("A recovery code was used."),
    events.RescueAddressAdded: lambda _facts: _("A rescue address was added."),
    events.RescueAddressRemoved: lambda _facts: _("A rescue address was removed."),
    events.RescueBegun: lambda _facts: _("The code that was sent to a rescue address was given."),
    events.RescueCompleted: lambda _facts: _(
        "After a rescue a new second step was set up, and all that were there before are gone."
    ),
    events.FactorAskedFor: lambda _facts: _("A second step was asked for, for the first time."),
    events.FactorAdded: _with_way(lambda way: _("A second step was added: %(way)s.", way=way)),
    events.FactorRenamed: _with_way(
        lambda way: _("A second step got another name: %(way)s.", way=way)
    ),
    events.FactorPreferred: _with_way(
        lambda way: _("Another second step is asked for first: %(way)s.", way=way)
    ),
    events.FactorRemoved: _with_way(lambda way: _("A second step was removed: %(way)s.", way=way)),
    events.FactorAdopted: _with_way(
        lambda way: _("A second step was taken over from the program of before: %(way)s.", way=way)
    ),
    events.FactorsReset: lambda _facts: _("An administrator took away every second step."),
    events.RescueRequested: lambda _facts: _(
        "A person was asked for help, since no second step could be used."
    ),
    events.RescueApproved: lambda _facts: _(
        "An administrator agreed to take away every second step."
    ),
    events.RescueCancelled: lambda _facts: _("An administrator’s help was cancelled."),
    events.LetterFailed: lambda _facts: _("A message to you could not be sent."),
    events.UserRegistered: lambda _facts: _("Your account was made."),
    events.RegistrationRepeated: lambda _facts: _(
        "Somebody tried to register with your mail address."
    ),
    events.LinkRequested: _link,
    events.AddressConfirmed: lambda _facts: _("Your mail address was confirmed."),
    events.PasswordReset: _reset,
    events.PasswordChanged: lambda _facts: _("The password was changed."),
    events.PasswordCheckRefused: lambda _facts: _(
        "A wrong password was given before a change, by somebody who was signed in."
    ),
    events.MailboxReleased: lambda _facts: _("Codes by mail count again."),
    events.EmailChanged: lambda _facts: _("The mail address was changed."),
    events.EmailRestored: lambda _facts: _("The change of the mail address was undone."),
    events.UsernameChanged: lambda _facts: _("The user name was changed."),
    events.DeletionRequested: lambda _facts: _("The removal of the account was asked for."),
    events.DeletionCancelled: lambda _facts: _("The account stays: somebody signed in."),
    events.ReportedAsForeign: lambda _facts: _(
        "The owner of the mailbox said that it was somebody else: everybody was signed out."
    ),
    events.ForeignRow: lambda _facts: _(
        "Something was asked for that is not yours, or not there any more."
    ),
    events.TrustedBrowserAdded: lambda _facts: _(
        "A browser was trusted: no code is asked for there for a while."
    ),
    events.TrustedBrowserEnded: _trust_ended,
    events.TrustedBrowserStolen: lambda _facts: _(
        "A copy of what a trusted browser had kept was used, and found out."
    ),
    events.UserChanged: _changed,
}
# What is about no person, or the person is gone by then, or it is for administrators to look at. A
# letter that was sent, and a right answer, are told by what they belong to.
NOT_FOR_THE_PERSON: frozenset[type[Event]] = frozenset({
    events.BreachCheckFailed, events.DeletionFailed, events.FactorAccepted, events.FailuresUnusual,
    events.LetterSent, events.LinkRefused, events.NetworkCountsGone, events.RoleChanged,
    events.SealBroken, events.UserDeleted,
})  # fmt: skip
_BY_NAME = {kind.name: words for kind, words in WORDS.items()}
FOR_THE_PERSON = tuple(_BY_NAME)
