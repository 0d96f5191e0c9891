"""Lists of common passwords, kept as sorted prefixes of digests: small, and quick to search."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from ..errors import ConfigurationError
from .records import Record

# Forty bits: a good password is taken for one of 18,000 once in sixty million times.
PREFIX = 5


class CommonPasswords(Record, kw_only=False):
    """Passwords that many people have; `text in list` asks regardless of case.

    `prefixes` are the first bytes of each entry's SHA-256, sorted, in one piece.
    """

    prefixes: bytes = field(repr=False)

    @classmethod
    def shipped(cls) -> "CommonPasswords":
        """The list that comes with the package: 17,950 entries of at least 8 characters."""
        return _shipped()

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> "CommonPasswords":
        """A list of one's own, one password a line; empty lines are left out."""
        # In parts, so that a list of millions is never held as millions of objects.
        parts = [bytearray() for _ in range(256)]
        for line in lines:
            if text := line.rstrip("\r\n"):
                prefix = _prefix(text)
                parts[prefix[0]] += prefix
        return cls(b"".join(b"".join(sorted(set(_pieces(part)))) for part in parts))

    def __len__(self) -> int:
        """How many passwords are listed."""
        return len(self.prefixes) // PREFIX

    def __contains__(self, text: str) -> bool:
        """Whether the whole text is listed, in whatever case."""
        wanted = _prefix(text)
        place = bisect_left(range(len(self)), wanted, key=self._at)
        return place < len(self) and self._at(place) == wanted

    def _at(self, place: int) -> bytes:
        return self.prefixes[place * PREFIX : (place + 1) * PREFIX]


def read_blocklist(path: str | Path) -> CommonPasswords:
    """The operator's own list, a UTF-8 text file; raises ConfigurationError if there is none."""
    try:
        with Path(path).open(encoding="utf-8-sig") as lines:
            found = CommonPasswords.from_lines(lines)
    except (OSError, ValueError) as problem:
        raise ConfigurationError(
            "SECURITY_PASSWORD_BLOCKLIST is the path of a UTF-8 text file, one password a line; "
            f"{str(path)!r} can't be read: {type(problem).__name__}"
        ) from None
    if not found:
        raise ConfigurationError(f"SECURITY_PASSWORD_BLOCKLIST: {str(path)!r} holds no password")
    return found


@cache
def _shipped() -> CommonPasswords:
    return CommonPasswords((files(__package__) / "common_passwords.bin").read_bytes())


def _prefix(text: str) -> bytes:
    """The key of a password: of its NFC regardless of case; any text has one."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return sha256(folded.encode("utf-8", "surrogatepass")).digest()[:PREFIX]


def _pieces(part: bytearray) -> Iterable[bytes]:
    for start in range(0, len(part), PREFIX):
        yield bytes(part[start : start + PREFIX])
