"""What a good enough new password is (NIST SP 800-63B-4, 3.1.1.2): length, lists, own words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from ..errors import PasswordRefused
from .common_passwords import CommonPasswords
from .passwords import canonical, is_too_long
from .records import Record

SHORTEST_WORD = 3
SHORTEST_REMAINDER = 4
LETTERS = re.compile(r"[^\W\d_]+")
LOOKALIKES = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
# A password is read as it is, and twice with look-alikes undone: "1" stands for "l" or for "i".
READINGS: tuple[Mapping[str, str], ...] = ({}, LOOKALIKES | {"1": "l"}, LOOKALIKES | {"1": "i"})


class PasswordPolicy(Record, kw_only=False):
    """Length, common passwords, and the words of the service and the account; no composition.

    `minimum` holds where a second factor is always asked, `minimum_alone` where the password may
    be all that is asked. `words` are the service's name and the operator's own.
    """

    minimum: int = 8
    minimum_alone: int = 15
    words: tuple[str, ...] = ()
    common: CommonPasswords = field(default_factory=CommonPasswords.shipped)
    own_list: CommonPasswords | None = None

    def check(self, password: str, *, stands_alone: bool, words: Iterable[str]) -> None:
        """Raise PasswordRefused unless the password is good enough for this account.

        `words` are the account's own; see `words_of`. A password is refused as "too_personal" when
        its letters and digits, once the words are taken out, hold no letter any more or are fewer
        than four. Words have at least three characters; look-alikes ("4" for "a") count as letters.
        """
        minimum = self.minimum_alone if stands_alone else self.minimum
        if is_too_long(password):
            raise PasswordRefused("too_long", minimum)
        password = canonical(password)
        if len(password) < minimum:
            raise PasswordRefused("too_short", minimum)
        if password in self.common or (self.own_list and password in self.own_list):
            raise PasswordRefused("too_common", minimum)
        known = {part for word in (*self.words, *words) for part in _parts(_folded(word))}
        if any(_is_made_of(known, _folded(password), reading) for reading in READINGS):
            raise PasswordRefused("too_personal", minimum)


def words_of(address: str, username: str | None) -> tuple[str, ...]:
    """What a stranger would guess from an account: mailbox, labels of its domain, user name."""
    local, _, domain = address.rpartition("@")
    words = (local, *map(_label, domain.split(".")), username or "")
    return tuple(dict.fromkeys(word for word in words if word))


def _label(label: str) -> str:
    """A label of a domain as people read it."""
    try:
        return label[4:].encode().decode("punycode") if label.startswith("xn--") else label
    except ValueError:
        return label


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _parts(word: str) -> Iterator[str]:
    """The word itself, and what it is put together from: "ada.lovelace82" has two more."""
    yield word
    yield from LETTERS.findall(word)


def _is_made_of(words: Iterable[str], password: str, reading: Mapping[str, str]) -> bool:
    table = str.maketrans(dict(reading))
    read = {_kept(word, reading).translate(table) for word in words}
    long_enough = sorted((word for word in read if len(word) >= SHORTEST_WORD), key=len)
    if not long_enough:
        return False
    kept = _kept(password, reading)
    any_word = re.compile("|".join(map(re.escape, reversed(long_enough))))
    remainder, end = "", 0
    for found in any_word.finditer(kept.translate(table)):
        remainder += kept[end : found.start()]
        end = found.end()
    remainder += kept[end:]
    # What remains is judged as it was typed: the zeros of "2000" are no letters.
    left = [mark for mark in remainder if mark.isalnum()]
    is_little = len(left) < SHORTEST_REMAINDER or not any(mark.isalpha() for mark in left)
    return end > 0 and is_little


def _kept(text: str, reading: Mapping[str, str]) -> str:
    """Letters and digits, and whatever stands for one in this reading."""
    return "".join(mark for mark in text if mark.isalnum() or mark in reading)
