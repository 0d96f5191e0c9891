"""The hashes of other programs: bcrypt, and passlib's pbkdf2, sha512-crypt and scrypt.

Needs the extra `legacy` (libpass and bcrypt). New passwords are never hashed in these ways.
"""

import re
from collections.abc import Callable

import bcrypt
from passlib.hash import pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512, scrypt, sha512_crypt

from .passwords import MOST_PBKDF2_ROUNDS, is_affordable_scrypt
from .records import Record

# Below four there is no bcrypt; older releases of the library panic at it.
FEWEST_BCRYPT_ROUNDS = 4
MOST_BCRYPT_ROUNDS = 16
MOST_CRYPT_ROUNDS = 5_000_000
# sha512-crypt that names no rounds has this many.
USUAL_CRYPT_ROUNDS = 5000
# bcrypt looks at no more bytes than these; what hashed longer passwords cut them here.
BCRYPT_BYTES = 72


class _Scheme(Record, kw_only=False):
    """How a hash looks, which of its costs (the numbers found) we bear, how a text is compared."""

    shape: re.Pattern[str]
    is_affordable: Callable[..., bool]
    agrees: Callable[[bytes, str], bool]


class LegacyHashes:
    """Reads old hashes, so that their owners can log in once and be hashed anew."""

    def knows(self, stored: str) -> bool:
        """Whether this is a well-formed hash of a known scheme, and not too dear to compute."""
        return _scheme_of(stored) is not None

    def agrees(self, stored: str, candidate: str) -> bool:
        """Whether a stored hash is of this text; False for rubbish, never an error."""
        scheme = _scheme_of(stored)
        try:
            return bool(
                scheme and scheme.agrees(candidate.encode("utf-8", "surrogatepass"), stored)
            )
        except (ValueError, TypeError, OverflowError, MemoryError):
            return False


def _scheme_of(stored: str) -> _Scheme | None:
    for scheme in SCHEMES:
        if found := scheme.shape.fullmatch(stored):
            costs = [int(number) for number in found.groups() if number is not None]
            return scheme if scheme.is_affordable(*costs) else None
    return None


def _bcrypt_agrees(candidate: bytes, stored: str) -> bool:
    return bcrypt.checkpw(candidate[:BCRYPT_BYTES], stored.encode())


def _pbkdf2(name: str, agrees: Callable[[bytes, str], bool]) -> _Scheme:
    shape = re.compile(rf"\$pbkdf2{name}\$([0-9]{{1,10}})\$[A-Za-z0-9./]+\$[A-Za-z0-9./]+")
    return _Scheme(shape, lambda rounds: rounds <= MOST_PBKDF2_ROUNDS, agrees)


SCHEMES = (
    _Scheme(
        re.compile(r"\$2[aby]\$([0-9]{2})\$[A-Za-z0-9./]{53}"),
        lambda rounds: FEWEST_BCRYPT_ROUNDS <= rounds <= MOST_BCRYPT_ROUNDS,
        _bcrypt_agrees,
    ),
    _pbkdf2("", pbkdf2_sha1.verify),
    _pbkdf2("-sha256", pbkdf2_sha256.verify),
    _pbkdf2("-sha512", pbkdf2_sha512.verify),
    _Scheme(
        re.compile(r"\$6\$(?:rounds=([0-9]{1,10})\$)?[A-Za-z0-9./]{0,16}\$[A-Za-z0-9./]{86}"),
        lambda rounds=USUAL_CRYPT_ROUNDS: rounds <= MOST_CRYPT_ROUNDS,
        sha512_crypt.verify,
    ),
    _Scheme(
        re.compile(
            r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,10}),p=([0-9]{1,10})"
            r"\$[A-Za-z0-9+/]*\$[A-Za-z0-9+/]+"
        ),
        lambda ln, r, p: is_affordable_scrypt(2**ln, r, p),
        scrypt.verify,
    ),
)
