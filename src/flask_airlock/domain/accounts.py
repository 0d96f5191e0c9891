"""Who is at the door: the person as the application knows him, his account with us, the visitor."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from .records import Record


class Person(Record):
    """A row of the application's own user table, as much of it as a login needs."""

    user_id: Any
    email: str
    password_hash: str | None = field(repr=False)
    active: bool
    confirmed: bool = True
    username: str | None = None


class Account(Record):
    """What ties an application's user to everything of ours (`airlock_accounts`).

    `handle` is 64 random bytes; `address_proved_at` when a code sent to the address on file was
    last typed back, and `proved_address` that address's keyed digest; `needs_setup_link` after an
    administrator took the factors away; `mailbox_reset_at` when a link to the mailbox last set a
    new password; `delete_at` when the account is due to be removed, on its owner's wish;
    `mark_series` is raised when browsers that were known are known no longer; `closed_password` is
    the digest of a password's hash that opens nothing since its owner said that somebody else has
    it, and `reset_address` the keyed digest of the address whose links alone set another;
    `revision` is raised by every change that a login goes by; `asked_for_factor_at` when a second
    factor was first demanded of who never had one, until he has it.
    """

    id: int
    user_id: Any
    handle: bytes = field(repr=False)
    preferred_method: str | None
    address_proved_at: datetime | None
    proved_address: bytes | None = field(repr=False)
    needs_setup_link: bool
    mailbox_reset_at: datetime | None = None
    delete_at: datetime | None = None
    closed_password: bytes | None = field(default=None, repr=False)
    reset_address: bytes | None = field(default=None, repr=False)
    mark_series: int = 0
    revision: int = 0
    asked_for_factor_at: datetime | None = None
    created_at: datetime

    @property
    def is_new(self) -> bool:
        """Whether it never had a second factor: what a mailbox proves then takes nobody's away."""
        return self.preferred_method is None and not self.needs_setup_link


class Visitor(Record):
    """The browser that asks, as it says of itself; `marks` are its signs of earlier logins and its
    tokens of trust, by their cookies' names.

    `address` is the network address that the server saw, `agent` the User-Agent header.
    """

    address: str = ""
    agent: str = ""
    host: str = ""
    marks: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def browser(self) -> str:
        """A short human name such as `Firefox on Linux`."""
        return describe_agent(self.agent)


BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"), ("curl/", "curl"), ("command line", "the command line"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip

UNKNOWN_BROWSER = "an unknown browser"


def describe_agent(agent: str) -> str:
    """Browser and system out of a User-Agent header, or `an unknown browser`."""
    browser = next((name for mark, name in BROWSERS if mark in agent), None)
    system = next((name for mark, name in SYSTEMS if mark in agent), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN_BROWSER
