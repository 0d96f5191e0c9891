"""Who plays a year: the account, its owner, the thief; and what his chance may be."""

from dataclasses import dataclass
from itertools import product

APP, MAIL, SMS = "authenticator", "email", "sms"
# The promise, by the easiest factor of an account: six digits of which three steps are good, six
# digits, and eight.
BOUNDS = {APP: 0.002, SMS: 0.0007, MAIL: 0.00001}
WORDS = {APP: "authenticator", MAIL: "mail", SMS: "text message"}
NUMBERS = ("no", "one", "two", "three")


@dataclass(frozen=True, kw_only=True)
class Case:
    """An account with these methods in the order of their set-up, some of them several times.

    `comes_daily`: the owner signs in every day. `has_mailbox`: the thief reads the mail, besides
    knowing the password. `guesses_at`: the methods that he tries, the most worth first.
    """

    methods: tuple[str, ...]
    guesses_at: tuple[str, ...]
    comes_daily: bool
    has_mailbox: bool

    @property
    def bound(self) -> float:
        """The highest chance of a year that we promise."""
        return max(BOUNDS[method] for method in self.methods)

    @property
    def account(self) -> str:
        """What is set up, in words."""
        kinds = dict.fromkeys(self.methods)
        counted = {kind: self.methods.count(kind) for kind in kinds}
        return " and ".join(
            f"{NUMBERS[count]} {WORDS[kind]}s" if count > 1 else WORDS[kind]
            for kind, count in counted.items()
        )

    @property
    def owner(self) -> str:
        """How often the owner comes, in a word."""
        return "daily" if self.comes_daily else "never"

    @property
    def thief(self) -> str:
        """What the thief has, and what he guesses at where there is a choice, in words."""
        has = "password and mailbox" if self.has_mailbox else "password"
        choice = len(set(self.methods)) > 1
        aims = " and ".join(WORDS[method] for method in self.guesses_at)
        return f"{has}, at the {aims}" if choice else has

    def __str__(self) -> str:
        return f"{self.account}, owner {self.owner}, thief with {self.thief}"


def _cases() -> list[Case]:
    accounts: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((APP,), (APP,)),
        ((APP, APP), (APP,)),
        ((APP, APP, APP), (APP,)),
        ((MAIL,), (MAIL,)),
        ((SMS,), (SMS,)),
        ((APP, SMS), (APP,)),
        ((APP, SMS), (APP, SMS)),
    ]
    return [
        Case(methods=methods, guesses_at=aims, comes_daily=daily, has_mailbox=mailbox)
        for (methods, aims), daily, mailbox in product(accounts, (True, False), (False, True))
        # Whose second factor is the mailbox itself has none against him who reads it.
        if not (mailbox and MAIL in methods)
    ]


CASES = _cases()
