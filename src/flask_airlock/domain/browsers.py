"""The sign by which a browser is known again: signed, one per account, kept in a cookie.

It is given for two proofs (a second factor, or the code mailed to the address on file), never for
a password alone.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from .login_state import BrowserMark
from .throttle import Side
from .vault import Vault

USE = "browser that gave two proofs"


def mark_name(handle: bytes) -> str:
    """A cookie name that differs by account and tells nothing about it."""
    return f"airlock_known_{handle[:6].hex()}"


def new_mark(vault: Vault, handle: bytes) -> BrowserMark:
    """The sign for the account with this handle."""
    signature = urlsafe_b64encode(vault.mac(USE, handle.hex())).decode()
    return BrowserMark(mark_name(handle), signature)


def side_of(vault: Vault, handle: bytes, marks: Iterable[str]) -> Side:
    """Whether one of the `marks` that a browser brought was given by this account."""
    for mark in marks:
        try:
            signature = urlsafe_b64decode(mark.encode("ascii", "replace"))
        except ValueError:
            continue
        if vault.verify_mac(USE, handle.hex(), signature):
            return Side.KNOWN
    return Side.STRANGERS
