"""Hashing, checking and upgrading passwords (argon2id, RFC 9106; older hashes of elsewhere)."""

import hmac
import logging
import os
import re
import threading
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from secrets import token_bytes
from typing import Protocol

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret
from werkzeug.security import check_password_hash

from ..errors import PasswordRefused, WrongCredentials
from .records import Record

LONGEST_PASSWORD = 256
SALT_BYTES = 16
TAG_BYTES = 32
# The longest canonical decomposition of one code point, such as U+1F82.
MOST_PARTS = 4
# A stored hash that costs more is refused: whoever can write one row must not stop the service.
MOST_PASSES = 50
MOST_MEMORY = 1024 * 1024
MOST_LANES = 64
MOST_PBKDF2_ROUNDS = 5_000_000
MOST_SCRYPT_MEMORY = 256 * 1024 * 1024
MOST_SCRYPT_LANES = 16

WERKZEUG_SCRYPT = re.compile(r"scrypt:([0-9]{1,10}):([0-9]{1,10}):([0-9]{1,10})\$")
WERKZEUG_PBKDF2 = re.compile(r"pbkdf2:[a-z0-9_-]+:([0-9]{1,10})\$")
# What the extra "legacy" reads: bcrypt, and passlib's pbkdf2, sha512-crypt and scrypt.
LEGACY_SCHEMES = ("$2a$", "$2b$", "$2y$", "$pbkdf2", "$6$", "$scrypt$")

log = logging.getLogger("flask_airlock")


class PasswordCost(Record, kw_only=False):
    """What one argon2id hash costs: passes, memory in KiB, lanes (RFC 9106, second choice)."""

    time_cost: int = 3
    memory_cost: int = 65536
    parallelism: int = 4


class Verified(Record, kw_only=False):
    """The password was right; `outdated` says that its stored hash is to be replaced by ours."""

    outdated: bool


class OldHashes(Protocol):
    """Reads the hashes of other programs; see `legacy_hashes`."""

    def knows(self, stored: str) -> bool:
        """Whether this is a well-formed hash of a known scheme, and not too dear to compute."""

    def agrees(self, stored: str, candidate: str) -> bool:
        """Whether a stored hash is of this text; never raises."""


class Passwords:
    """One application's way of keeping passwords.

    At most `parallel` hashes are computed at once in a process. `old_salt` is the
    `SECURITY_PASSWORD_SALT` of Flask-Security, which hashed an HMAC of the password; `legacy` reads
    other programs' hashes. Both are for the time in which old hashes are still there.
    """

    def __init__(
        self,
        cost: PasswordCost,
        *,
        parallel: int = 8,
        old_salt: str | None = None,
        legacy: OldHashes | None = None,
    ) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.time_cost,
            memory_cost=cost.memory_cost,
            parallelism=cost.parallelism,
        )
        self._cost = cost
        self._nobodys_hash = _hash_of_nothing(cost)
        self._old_salt = None if old_salt is None else _bytes(old_salt)
        self._legacy = legacy
        self._parallel = parallel
        self._begin_anew()
        # A forked worker inherits the turns that were taken, but none of the threads that had them.
        os.register_at_fork(after_in_child=self._begin_anew)

    def hash(self, password: str) -> str:
        """The argon2id hash of the password in NFC, always of the text itself.

        What already looks like a hash is hashed as well: a stolen hash must not be a password.
        Raises PasswordRefused("too_long") for what `verify` would not take.
        """
        if is_too_long(password):
            raise PasswordRefused("too_long", 0)
        with self._turns:
            return self._hasher.hash(_bytes(canonical(password)))

    def verify(self, stored: str | None, candidate: str) -> Verified:
        """Say that the password is right, and how old its hash is; raise WrongCredentials if not.

        Without a usable stored hash as many hashes of our cost are computed as with one: the
        time of an answer must not tell who has an account.
        """
        if is_too_long(candidate):
            stored, candidate = None, ""
        agrees = self._check_against(stored)
        forms = self._forms(candidate)
        with self._turns:
            found = next((place for place, form in enumerate(forms) if agrees(form)), None)
        if found is None or not stored:
            raise WrongCredentials
        return Verified(outdated=found > 0 or self.is_outdated(stored))

    def is_outdated(self, stored: str) -> bool:
        """Whether a stored hash is of another scheme or another cost than ours."""
        return not stored.startswith("$argon2") or self._hasher.check_needs_rehash(stored)

    def hash_alike(self, codes: Sequence[str]) -> list[str]:
        """argon2id hashes under one random salt: whichever code is typed, one hash tells it."""
        salt = token_bytes(SALT_BYTES)
        return [self._hash_with(salt, self._cost, code) for code in codes]

    def place_of(self, code: str, stored: Sequence[str]) -> int | None:
        """Which of these hashes, made by `hash_alike`, is the code's; None if none is.

        Costs one hash, however many there are.
        """
        if not stored:
            return None
        *_, salt, _ = stored[0].split("$")
        found = extract_parameters(stored[0])
        cost = PasswordCost(found.time_cost, found.memory_cost, found.parallelism)
        typed = self._hash_with(b64decode(salt + "=="), cost, code).encode()
        agree = [hmac.compare_digest(typed, one.encode()) for one in stored]
        return agree.index(True) if any(agree) else None

    def _hash_with(self, salt: bytes, cost: PasswordCost, text: str) -> str:
        passes, memory, lanes = cost.time_cost, cost.memory_cost, cost.parallelism
        with self._turns:
            made = hash_secret(_bytes(text), salt, passes, memory, lanes, TAG_BYTES, Type.ID)
        return made.decode()

    def _begin_anew(self) -> None:
        self._turns = threading.BoundedSemaphore(self._parallel)

    def _check_against(self, stored: str | None) -> Callable[[str], bool]:
        """How a text is compared with a stored hash; with nobody's hash where that can't be."""
        if stored and self._legacy and self._legacy.knows(stored):
            legacy = self._legacy
            return lambda form: legacy.agrees(stored, form)
        if stored and _is_affordable_werkzeug(stored):
            return lambda form: _werkzeug_agrees(stored, form)
        if stored and self._is_affordable_argon2(stored):
            return lambda form: self._argon2_agrees(stored, form)
        if stored and not self._legacy and stored.startswith(LEGACY_SCHEMES):
            log.error('a stored password hash needs an extra: pip install "Flask-Airlock[legacy]"')
        return lambda form: self._argon2_agrees(self._nobodys_hash, form)

    def _forms(self, candidate: str) -> list[str]:
        """The texts that a right password may have been hashed as; ours is the first.

        How many there are depends on the candidate alone, never on what is stored.
        """
        forms = [canonical(candidate)]
        if len(candidate) <= LONGEST_PASSWORD:
            # Other programs hashed what was typed, in whatever form it came.
            forms.append(candidate)
        if self._legacy or self._old_salt is not None:
            # Flask-Security's own form is NFKD. NFD is the same but for look-alikes, which must
            # not be taken for one another by what may be a hash of ours.
            forms.append(unicodedata.normalize("NFD", candidate))
        if self._old_salt is not None:
            compatible = unicodedata.normalize("NFKD", candidate)
            forms += [_salted(self._old_salt, form) for form in (compatible, candidate)]
        return list(dict.fromkeys(forms))

    def _argon2_agrees(self, stored: str, form: str) -> bool:
        try:
            return self._hasher.verify(stored, _bytes(form))
        except (VerificationError, InvalidHashError, UnicodeError):
            return False

    def _is_affordable_argon2(self, stored: str) -> bool:
        try:
            asked = extract_parameters(stored)
        except InvalidHashError:
            return False
        return (
            asked.time_cost <= MOST_PASSES
            and asked.memory_cost <= max(MOST_MEMORY, self._cost.memory_cost)
            and asked.parallelism <= MOST_LANES
        )


def canonical(password: str) -> str:
    """The one form in which a password is measured, checked and hashed: NFC, nothing else."""
    return unicodedata.normalize("NFC", password)


def is_too_long(password: str) -> bool:
    """Whether a password has more than 256 code points in NFC (so never more than 1024 bytes).

    What can't fit in any form is found by its length alone: a huge input costs nothing.
    """
    if len(password) > MOST_PARTS * LONGEST_PASSWORD:
        return True
    return len(canonical(password)) > LONGEST_PASSWORD


def is_affordable_scrypt(n: int, r: int, p: int) -> bool:
    """Whether a stored scrypt hash asks for no more memory and lanes than we give."""
    return 128 * n * r <= MOST_SCRYPT_MEMORY and p <= MOST_SCRYPT_LANES


def _hash_of_nothing(cost: PasswordCost) -> str:
    """A well-formed hash with a random tag: costs a full check, and no password opens it."""
    salt, tag = (
        b64encode(token_bytes(size)).decode().rstrip("=") for size in (SALT_BYTES, TAG_BYTES)
    )
    parameters = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${tag}"


def _bytes(text: str) -> bytes:
    # A lone surrogate can't be UTF-8; "surrogatepass" keeps odd input a wrong password.
    return text.encode("utf-8", "surrogatepass")


def _salted(salt: bytes, form: str) -> str:
    """What Flask-Security hashed in a password's place (its `get_hmac`)."""
    return b64encode(hmac.digest(salt, _bytes(form), "sha512")).decode()


def _is_affordable_werkzeug(stored: str) -> bool:
    if found := WERKZEUG_SCRYPT.match(stored):
        return is_affordable_scrypt(*map(int, found.groups()))
    found = WERKZEUG_PBKDF2.match(stored)
    return found is not None and int(found[1]) <= MOST_PBKDF2_ROUNDS


def _werkzeug_agrees(stored: str, candidate: str) -> bool:
    try:
        return check_password_hash(stored, candidate)
    except (ValueError, TypeError, OverflowError, MemoryError):
        return False
