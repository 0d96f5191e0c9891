"""Hashing, checking and upgrading passwords (argon2id, RFC 9106; older hashes of werkzeug)."""

import unicodedata
from base64 import b64encode
from dataclasses import dataclass
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.security import check_password_hash

from ..errors import WrongCredentials

LONGEST_PASSWORD = 256
WERKZEUG_SCHEMES = ("scrypt:", "pbkdf2:")


@dataclass(frozen=True)
class PasswordCost:
    """What one argon2id hash costs: passes, memory in KiB, lanes (RFC 9106, second choice)."""

    time_cost: int = 3
    memory_cost: int = 65536
    parallelism: int = 4


class Passwords:
    """One application's way of keeping passwords."""

    def __init__(self, cost: PasswordCost) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.time_cost,
            memory_cost=cost.memory_cost,
            parallelism=cost.parallelism,
        )
        self._nobodys_hash = _hash_of_nothing(cost)

    def hash(self, password: str) -> str:
        """The argon2id hash of the password in NFC, always of the text itself.

        What already looks like a hash is hashed as well: a stolen hash must not be a password.
        """
        return self._hasher.hash(_canonical(password))

    def verify(self, stored: str | None, candidate: str) -> None:
        """Return quietly if the password is right; raise WrongCredentials if not.

        Without a usable stored hash one hash of the same cost is computed all the same: the
        time of an answer must not tell who has an account.
        """
        if stored and stored.startswith(WERKZEUG_SCHEMES):
            if not _werkzeug_agrees(stored, candidate):
                raise WrongCredentials
            return
        known = stored is not None and stored.startswith("$argon2")
        try:
            self._hasher.verify(
                stored if known and stored else self._nobodys_hash, _canonical(candidate)
            )
        except (VerificationError, InvalidHashError, UnicodeError):
            raise WrongCredentials from None
        if not known:
            raise WrongCredentials

    def is_outdated(self, stored: str) -> bool:
        """Whether a stored hash should be replaced now that the password is at hand."""
        return not stored.startswith("$argon2") or self._hasher.check_needs_rehash(stored)


def _hash_of_nothing(cost: PasswordCost) -> str:
    """A well-formed hash with a random tag: costs a full check, and no password opens it."""
    salt, tag = (b64encode(token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    parameters = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${tag}"


def _canonical(password: str) -> bytes:
    # A lone surrogate can't be UTF-8; "surrogatepass" keeps odd input a wrong password.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _werkzeug_agrees(stored: str, candidate: str) -> bool:
    try:
        return check_password_hash(stored, candidate)
    except (ValueError, TypeError, OverflowError, MemoryError):
        return False
