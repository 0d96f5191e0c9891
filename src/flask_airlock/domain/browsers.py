"""The sign by which a browser is known again: signed, one per account, kept in a cookie.

It is given for two proofs (a second factor, or the code mailed to the address on file), never for
a password alone. Each has its own nonce, so that what one browser proved is not another's; all
of an account's are void once its series is raised.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from .accounts import Account
from .login_state import BrowserMark
from .throttle import Side
from .vault import Vault

USE = "browser that gave two proofs"
NONCE_USE = "nonce of a browser's mark"
NONCE_BYTES = 16


def mark_name(handle: bytes) -> str:
    """A cookie name that differs by account and tells nothing about it."""
    return f"airlock_known_{handle[:6].hex()}"


def new_mark(vault: Vault, account: Account, origin: str) -> BrowserMark:
    """The sign for a browser of this account; the same for one `origin` (a session or a link),
    so that a double click does not replace it."""
    nonce = vault.mac(NONCE_USE, f"{account.id}|{origin}")[:NONCE_BYTES]
    signature = vault.mac(USE, _signed(account, nonce))
    return BrowserMark(mark_name(account.handle), urlsafe_b64encode(nonce + signature).decode())


def known_marks(vault: Vault, account: Account, marks: Iterable[str]) -> list[str]:
    """Those of the `marks` that a browser brought which this account gave, and still knows."""
    return [mark for mark in marks if _is_known(vault, account, mark)]


def side_of(vault: Vault, account: Account, marks: Iterable[str]) -> Side:
    """Whether one of the `marks` that a browser brought was given by this account."""
    return Side.KNOWN if known_marks(vault, account, marks) else Side.STRANGERS


def _is_known(vault: Vault, account: Account, mark: str) -> bool:
    try:
        content = urlsafe_b64decode(mark.encode("ascii", "replace"))
    except ValueError:
        return False
    nonce, signature = content[:NONCE_BYTES], content[NONCE_BYTES:]
    return vault.verify_mac(USE, _signed(account, nonce), signature)


def _signed(account: Account, nonce: bytes) -> str:
    return f"{account.handle.hex()}|{account.mark_series}|{nonce.hex()}"
