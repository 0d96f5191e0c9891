"""Names that a person gives to his factors: what may be one, and which are the same."""

import unicodedata
from hashlib import sha256

from ..errors import InvalidName

LONGEST_NAME = 64


def clean_name(text: str) -> str:
    """The name as it is kept and shown: NFC, with single spaces, nothing that can't be seen.

    Raises InvalidName for one that is empty, longer than 64 characters, or holds marks that steer
    a text's direction or the terminal.
    """
    if len(text) > 4 * LONGEST_NAME:
        raise InvalidName
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidName
    if any(unicodedata.category(mark)[0] == "C" for mark in name):
        raise InvalidName
    return name


def name_key(name: str) -> bytes:
    """The same for names that look the same but for case and width: what is unique per account."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return sha256(folded.encode()).digest()
