"""What happened at the doors and around them."""

from .base import Event


class FirstFactorAccepted(Event):
    """The first door opened: by password, or by an application's own proof."""

    proofs: tuple[str, ...]


class FirstFactorRefused(Event):
    """A login was refused. `reason` is for the record only, never for the visitor."""

    reason: str


class LoginCompleted(Event):
    """Somebody is inside; `proofs` are the methods that opened the doors."""

    proofs: tuple[str, ...]


class SignedOut(Event):
    """A session was ended by its owner."""


class SessionsEnded(Event):
    """The owner ended sessions from the list of them: `ended` of those that were alive. `which` is
    "one", "others" (all but the one that asked) or "all"."""

    ended: int
    which: str


class ProvedAgain(Event):
    """Who was inside proved once more that it is he, by a second factor or the password."""

    method: str


class ReportedAsForeign(Event):
    """Who reads the mailbox said by the link of a letter that what it told was not he: all sessions
    ended, and the password is closed. `factor_taken`: so is the factor that the letter told of."""

    factor_taken: bool


class ForeignRow(Event):
    """Who is signed in named something by its number that is not his: a session, a factor. `kind`
    says what."""

    kind: str


class NetworkCountsGone(Event):
    """The store that counts client networks does not answer; until it does, they are not limited.
    What an account bears is counted in the database as ever."""

    reason: str


class FailuresUnusual(Event):
    """Of all accounts together, many more logins failed in ten minutes than on average in the day
    before (`usual`): somebody may be trying many names, from many networks."""

    failures: int
    usual: float


class SealBroken(Event):
    """A sealed value did not open: what needed it was refused. `place` names table and column."""

    place: str
    reason: str


class LetterSent(Event):
    """A letter or text message was handed over."""

    channel: str
    template: str


class LetterFailed(Event):
    """A letter or text message could not be sent; `reason` never holds its text."""

    channel: str
    template: str
    reason: str
