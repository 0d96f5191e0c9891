"""Everything that can go wrong on purpose. Codes are stable; the words live in web/wording.py."""

from datetime import datetime
from typing import ClassVar


class AirlockError(Exception):
    """The base of all our errors. Carries a stable `code`, never a sentence for visitors."""

    code: ClassVar[str] = "error"


class ConfigurationError(AirlockError):
    """The application is set up in a way that can't work; the message is for its developer."""

    code = "configuration"


class MissingExtra(ConfigurationError):
    """A setting needs an optional package; the message names the extra to install."""

    code = "missing_extra"


class InvalidAddress(AirlockError, ValueError):
    """A text that can't be a mail address."""

    code = "invalid_address"


class InvalidPhoneNumber(AirlockError, ValueError):
    """A text that can't be a phone number of the countries we know."""

    code = "invalid_phone_number"


class WrongCredentials(AirlockError):
    """The first door stays shut: unknown name, wrong password, inactive account alike."""

    code = "wrong_credentials"


class PasswordRefused(AirlockError):
    """A new password is not good enough.

    `reason` is "too_short", "too_long", "too_common", "too_personal" or "breached"; `minimum` the
    number of characters that it needs.
    """

    code = "password_refused"

    def __init__(self, reason: str, minimum: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.minimum = minimum


class LoginLapsed(AirlockError):
    """There is no half-open session (any more): the person starts again with the password."""

    code = "login_lapsed"


class WrongAnswer(AirlockError):
    """The answer to a factor was wrong, spent or expired."""

    code = "wrong_answer"


class TooManyTries(AirlockError):
    """This code was tried too often in this login; a new one would not help."""

    code = "too_many_tries"


class FactorClosed(AirlockError):
    """This factor is switched off for unknown browsers after too many wrong answers in a row."""

    code = "factor_closed"


class PasswordClosed(AirlockError):
    """Signing in with this password is switched off for unknown browsers until it is reset."""

    code = "password_closed"


class TooSoon(AirlockError):
    """Nobody is listened to before `until`; `for_all` methods of an account, after a month's."""

    code = "too_soon"

    def __init__(self, until: datetime, *, for_all: bool = False) -> None:
        super().__init__(until)
        self.until = until
        self.for_all = for_all


class CountsGone(AirlockError):
    """The store that counts networks does not answer; `is_news` for the first to find out."""

    code = "counts_gone"

    def __init__(self, reason: str, *, is_news: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_news = is_news


class MethodNotOffered(AirlockError):
    """The account can't be asked for this method (not enrolled, or not enabled)."""

    code = "method_not_offered"


class NoSuchRow(AirlockError):
    """What a form names by its number is not there, or is somebody else's."""

    code = "no_such_row"


class SetupLapsed(AirlockError):
    """The pending set-up is gone: expired, finished, or made void by another one."""

    code = "setup_lapsed"


class CodesShown(AirlockError):
    """These recovery codes were shown already, and can't be shown again."""

    code = "codes_shown"


class AddressUnproved(AirlockError):
    """The first set-up waits for the code that was mailed to the address on file."""

    code = "address_unproved"


class SetupLinkNeeded(AirlockError):
    """After an administrator's reset, set-up needs the mailed link besides the password."""

    code = "setup_link_needed"


class ProofTooOld(AirlockError):
    """The session's last proof is too old: one more is asked for first."""

    code = "proof_too_old"


class RescueTooSoon(AirlockError):
    """A rescue was already asked for within the day; the next one may be from `until` on."""

    code = "rescue_too_soon"

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class IllegalMove(AirlockError):
    """A step that the state of the login does not allow."""

    code = "illegal_move"


class Unsealable(AirlockError):
    """A sealed value can't be opened: `reason` is "unknown_key" (none of ours), "cut_short", or
    "changed" (also a box of another row). `place` says where it lay, `account_id` whose it was."""

    code = "unsealable"

    def __init__(self, reason: str, place: str, account_id: int | None = None) -> None:
        super().__init__(f"{place}: {reason}")
        self.reason = reason
        self.place = place
        self.account_id = account_id


class StoreBusy(AirlockError):
    """The database undid our work in favour of another's (a deadlock), or what was decided by was
    changed meanwhile: doing it again may do."""

    code = "store_busy"


class StoreFailed(AirlockError):
    """The database refused or is gone; the text names the kind of trouble and nothing of ours."""

    code = "store_failed"


class UnknownUser(AirlockError, LookupError):
    """No user has this address."""

    code = "unknown_user"


class UserInUse(AirlockError):
    """Rows of the application's own still point to a user who is to be removed."""

    code = "user_in_use"


class ValuesRefused(AirlockError):
    """The database does not take what was filled in: taken, too long, or missing."""

    code = "values_refused"


class WrongPassword(AirlockError):
    """The current password, asked again before a change, was wrong."""

    code = "wrong_password"


class LinkSpent(AirlockError):
    """A link that was mailed is used, expired, void, or was never one of ours."""

    code = "link_spent"


class AddressTaken(AirlockError):
    """An address that was proved just now belongs to another account by now."""

    code = "address_taken"


class UsernameTaken(AirlockError):
    """Somebody else has this user name."""

    code = "username_taken"


class InvalidUsername(AirlockError, ValueError):
    """A text that can't be a user name."""

    code = "invalid_username"


class InvalidName(AirlockError, ValueError):
    """A text that can't be the name of something a person has here."""

    code = "invalid_name"


class NameTaken(AirlockError):
    """The person has something else of this name."""

    code = "name_taken"


class LastFactor(AirlockError):
    """The only second factor of an account that needs one is not taken away."""

    code = "last_factor"


class TooManyFactors(AirlockError):
    """There are as many of this kind as there may be."""

    code = "too_many_factors"


class AddressRefused(AirlockError, ValueError):
    """A mailbox that can't be a rescue address; `reason` is a code of web/wording.py."""

    code = "address_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailboxHeld(AirlockError):
    """The mailbox set a new password a short while ago: it is no second proof before `until`."""

    code = "mailbox_held"

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class DeliveryFailed(AirlockError):
    """A transport refused or could not carry a message; the text never holds the message itself."""

    code = "delivery_failed"


class NotDone(AirlockError):
    """What an administrator asked for can't be done: `reason` says why, `facts` of whom."""

    code = "not_done"

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts
