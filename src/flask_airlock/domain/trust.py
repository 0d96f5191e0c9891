"""Browsers in which no second factor is asked for a while: a token in a cookie, one per account.

The token is another one after each use. It has two halves: the series, which stays, tells which
browser is meant; the secret tells whether it is the browser itself, or somebody with a copy.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from .accounts import Account
from .login_state import KeptMark
from .records import Record
from .sessions import DOUBLE_CLICK, is_within
from .vault import Vault, digest

# What is trusted must have given more than a mailbox, which may be open to whoever has the browser.
STRONG_METHODS = frozenset({"authenticator", "sms"})
COOKIE_PREFIX = "airlock_trusted_"
BOUND_USE = "what a trusted browser is bound to"
SERIES_USE = "series of a trusted browser"
FIRST_USE = "first secret of a trusted browser"
NEXT_USE = "next secret of a trusted browser"


class Ending(StrEnum):
    """Why a browser is trusted no longer, as it is recorded."""

    PASSWORD = "password"  # noqa: S105 (the name of a reason)
    FACTORS = "factors"
    ADDRESS = "address"
    RECOVERY = "recovery"
    DEACTIVATED = "deactivated"
    SIGNED_OUT = "signed_out"
    REPORTED = "reported"
    DELETION = "deletion"
    REMOVED = "removed"
    REPLACED = "replaced"
    CHANGED = "changed"
    STOLEN = "stolen"


class TrustedBrowser(Record):
    """A row of `airlock_trusted_browsers`. `uses` counts its tokens; `bound_to` is a keyed digest
    of all that must not have changed."""

    id: int
    account_id: int
    name: str
    agent: str
    address: str
    uses: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    series: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    previous_digest: bytes | None = field(repr=False)
    bound_to: bytes = field(repr=False)

    def ends_at(self, lifetime: timedelta) -> datetime:
        """When the trust is over; a lifetime that was shortened holds for older ones as well."""
        return min(self.expires_at, self.created_at + lifetime)

    def knows(self, token: "Token") -> bool:
        """Whether the token may be shown now: it is the newest one, or the one before, since the
        answer with the newest one may have been lost."""
        before = self.previous_digest or self.digest
        # Both are compared, whichever it is.
        is_newest, is_before = (compare_digest(it, token.digest) for it in (self.digest, before))
        return is_newest or is_before

    def was_shown_just_now(self, token: "Token", now: datetime) -> bool:
        """Whether this is the second half of a double click."""
        shown = self.previous_digest
        return (
            shown is not None
            and compare_digest(shown, token.digest)
            and is_within(DOUBLE_CLICK, self.last_used_at, now)
        )


class Token(Record, kw_only=False):
    """What the cookie holds."""

    series: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def series_digest(self) -> bytes:
        """What is kept of the series."""
        return digest(self.series)

    @property
    def digest(self) -> bytes:
        """What is kept of the secret."""
        return digest(self.secret)

    @property
    def text(self) -> str:
        """The cookie's value."""
        return f"{self.series}.{self.secret}"

    @classmethod
    def of(cls, text: str | None) -> "Token | None":
        """The token in a cookie's value; None for what can't be one."""
        series, dot, secret = (text or "").partition(".")
        return cls(series, secret) if dot and series and secret else None


def cookie_name(handle: bytes) -> str:
    """A cookie name that differs by account and tells nothing about it."""
    return f"{COOKIE_PREFIX}{handle[:6].hex()}"


def token_in(account: Account, marks: Mapping[str, str]) -> Token | None:
    """The token that a browser brought for this account."""
    return Token.of(marks.get(cookie_name(account.handle)))


def kept(account: Account, token: Token, ends_at: datetime, now: datetime) -> KeptMark:
    """The cookie for a browser."""
    return KeptMark(cookie_name(account.handle), token.text, ends_at - now)


def first_tokens(vault: Vault, login: str) -> list[Token]:
    """The first token of a browser, out of the 256 random bits of the login that ticked the box:
    only we can reckon it, and a double click gets it twice. One for each key, newest first."""
    pairs = zip(vault.macs(SERIES_USE, login), vault.macs(FIRST_USE, login), strict=True)
    return [Token(_as_text(series), _as_text(secret)) for series, secret in pairs]


def next_tokens(vault: Vault, token: Token, uses: int) -> list[Token]:
    """What follows a token that is shown as the `uses`-th; one for each key, newest first."""
    followers = vault.macs(NEXT_USE, f"{uses}|{token.secret}")
    return [Token(token.series, _as_text(secret)) for secret in followers]


def binding(vault: Vault, account: Account, password_hash: str | None, factors: list[int]) -> bytes:
    """What a browser's trust is bound to: another password or factor, however it came there, and
    the trust is over."""
    return vault.mac(BOUND_USE, _bound(account, password_hash, factors))


def is_bound(
    vault: Vault,
    browser: TrustedBrowser,
    account: Account,
    password_hash: str | None,
    factors: list[int],
) -> bool:
    """Whether all is as it was when the browser came to be trusted."""
    return vault.verify_mac(BOUND_USE, _bound(account, password_hash, factors), browser.bound_to)


def _bound(account: Account, password_hash: str | None, factors: list[int]) -> str:
    numbers = ",".join(str(number) for number in sorted(factors))
    return f"{account.handle.hex()}|{account.mark_series}|{numbers}|{password_hash or ''}"


def _as_text(mac: bytes) -> str:
    return urlsafe_b64encode(mac).decode().rstrip("=")
