"""The signs by which a browser is known again: signed, one per account, kept in a cookie.

The one that counts everywhere is given for two proofs (a second factor, or the code mailed to the
address on file), never for a password alone. Each has its own nonce, so that what one browser
proved is not another's; all of an account's are void once its series is raised.

The other is given for the password, and counts at the first door alone: there its owner must not
wait for what strangers type. It is void once the password is another one.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from .accounts import Account, Person
from .login_state import BrowserMark
from .throttle import Side
from .vault import Vault

USE = "browser that gave two proofs"
FIRST_DOOR_USE = "browser that gave the password"
NONCE_USE = "nonce of a browser's mark"
NONCE_BYTES = 16


MARK_PREFIX = "airlock_known_"


def mark_name(handle: bytes) -> str:
    """A cookie name that differs by account and tells nothing about it."""
    return f"{MARK_PREFIX}{handle[:6].hex()}"


def password_mark_name(handle: bytes) -> str:
    """The same for the sign that counts at the first door alone."""
    return f"{mark_name(handle)}_password"


def new_mark(vault: Vault, account: Account, origin: str) -> BrowserMark:
    """The sign for a browser of this account; the same for one `origin` (a session or a link),
    so that a double click does not replace it."""
    nonce = vault.mac(NONCE_USE, f"{account.id}|{origin}")[:NONCE_BYTES]
    signature = vault.mac(USE, _signed(account, nonce))
    return BrowserMark(mark_name(account.handle), urlsafe_b64encode(nonce + signature).decode())


def password_mark(vault: Vault, account: Account, password_hash: str) -> BrowserMark:
    """The sign for a browser that gave the password which has this hash."""
    signature = vault.mac(FIRST_DOOR_USE, _signed_password(account, password_hash))
    return BrowserMark(password_mark_name(account.handle), urlsafe_b64encode(signature).decode())


def known_mark(vault: Vault, account: Account, marks: Mapping[str, str]) -> str | None:
    """The mark, of all that a browser brought, which this account gave and still knows."""
    mark = marks.get(mark_name(account.handle))
    content = _decoded(mark)
    nonce, signature = content[:NONCE_BYTES], content[NONCE_BYTES:]
    return mark if mark and vault.verify_mac(USE, _signed(account, nonce), signature) else None


def side_of(vault: Vault, account: Account, marks: Mapping[str, str]) -> Side:
    """Whether one of the `marks` that a browser brought was given by this account."""
    return Side.KNOWN if known_mark(vault, account, marks) else Side.STRANGERS


def first_door_side(
    vault: Vault, account: Account, person: Person, marks: Mapping[str, str]
) -> Side:
    """The same for the first door, where the sign of the password will do."""
    signature = _decoded(marks.get(password_mark_name(account.handle)))
    signed = _signed_password(account, person.password_hash or "")
    if signature and vault.verify_mac(FIRST_DOOR_USE, signed, signature):
        return Side.KNOWN
    return side_of(vault, account, marks)


def _decoded(mark: str | None) -> bytes:
    try:
        return urlsafe_b64decode((mark or "").encode("ascii", "replace"))
    except ValueError:
        return b""


def _signed(account: Account, nonce: bytes) -> str:
    return f"{account.handle.hex()}|{account.mark_series}|{nonce.hex()}"


def _signed_password(account: Account, password_hash: str) -> str:
    return f"{account.handle.hex()}|{account.mark_series}|{password_hash}"
