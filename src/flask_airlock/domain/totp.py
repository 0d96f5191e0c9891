"""Time-based codes (RFC 6238 on RFC 4226): the code of a step, the step of a code, the URI."""

import base64
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest, digest
from struct import Struct
from urllib.parse import quote

STEP_SECONDS = 30
STEP = timedelta(seconds=STEP_SECONDS)
DIGITS = 6
SECRET_BYTES = 20
WINDOW = 1
NEVER_USED = -1
BASE32_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567")
IMPOSSIBLE_REMAINDERS = (1, 3, 6)
# Signed: before the epoch there are steps as well, of which none is after NEVER_USED.
counter_bytes, number_at = Struct(">q").pack, Struct(">I").unpack_from


def new_secret() -> bytes:
    """160 random bits (RFC 4226 section 4, R6)."""
    return secrets.token_bytes(SECRET_BYTES)


def hotp(secret: bytes, counter: int, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The HOTP value of RFC 4226 section 5.3, zero-padded to `digits`."""
    mac = digest(secret, counter_bytes(counter), algorithm)
    offset = mac[-1] & 0x0F
    number = number_at(mac, offset)[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(now: datetime) -> int:
    """The number of 30-second steps since the Unix epoch (RFC 6238 section 4.2)."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, now: datetime, after: int = NEVER_USED) -> int | None:
    """The step that `code` belongs to, one each side of now; steps up to `after` are spent.

    All three steps are computed whatever matches, so that time tells nothing.
    """
    current, given = step_at(now), code.encode()
    match = None
    for step in (current - WINDOW, current, current + WINDOW):
        right = compare_digest(hotp(secret, step).encode(), given)
        if right and step > after:
            match = step
    return match


def base32(secret: bytes) -> str:
    """The secret as people type it: RFC 4648 base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def from_base32(text: str) -> bytes:
    """The secret that people typed or an older program stored (RFC 4648 section 6).

    Small letters, blanks, dashes and missing padding are fine. Bits behind the last whole byte
    are dropped, as authenticator apps do (section 3.5). Raises ValueError for all else.
    """
    letters = "".join(text.split()).replace("-", "").rstrip("=")
    # Looked at before upper(), which makes ASCII of letters that are none (U+017F becomes S).
    if not letters or not BASE32_LETTERS.issuperset(letters):
        raise ValueError("base32 is made of A to Z and 2 to 7")
    if len(letters) % 8 in IMPOSSIBLE_REMAINDERS:
        raise ValueError("no whole number of bytes has a base32 text of this length")
    return base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))


def provisioning_uri(secret: bytes, account: str, issuer: str) -> str:
    """The `otpauth://` URI that authenticator apps read (Key Uri Format).

    A colon would end the issuer early, so colons inside the parts are dropped.
    """
    issuer, account = issuer.replace(":", ""), account.replace(":", "")
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={base32(secret)}&issuer={quote(issuer, safe='')}"
