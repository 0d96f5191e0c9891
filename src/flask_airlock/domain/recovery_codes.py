"""Recovery codes: made and read back. Ten of 80 bits each, for the day the phone is gone."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from .letter_codes import ALPHABET, typed_letters
from .records import Record
from .vault import digest

RECOVERY = "recovery_code"
SET_SIZE = 10
CODE_LENGTH = 16
CODE_BYTES = 10
# From so many on, whoever has no more is asked to make new ones (S-71).
FEW = 3
BITS_OF_A_LETTER = 5
SEED = re.compile("[A-Za-z0-9_-]{43}")


class RecoveryState(Record):
    """A live set at a glance: how many codes are left, when it was made, whether one of them was
    ever typed, here or at the door."""

    left: int
    made_at: datetime
    kept: bool

    @property
    def is_low(self) -> bool:
        """Whether it is time for a new set."""
        return self.left <= FEW


def is_seed(text: str) -> bool:
    """Whether a text can be one of ours (`new_token`): a set never comes of less than 256 bits."""
    return SEED.fullmatch(text) is not None


def bound(session_id: int, seed: str) -> str:
    """A seed, worth something in one session only."""
    return f"{session_id}|{seed}"


def batch_of(session_id: int, seed: str) -> bytes:
    """The name of the set that a seed makes; it tells nothing about the seed."""
    return digest(bound(session_id, seed))


def codes_from(secret: bytes) -> list[str]:
    """The ten codes that 256 random bits stand for: 80 bits of them for each, in 16 letters."""
    stretched = hashlib.shake_256(b"recovery codes|" + secret).digest(SET_SIZE * CODE_BYTES)
    parts = (stretched[place * CODE_BYTES :][:CODE_BYTES] for place in range(SET_SIZE))
    return [_written(int.from_bytes(part)) for part in parts]


def sent_back(texts: Sequence[str]) -> list[str] | None:
    """The codes of a set that a page of ours sends back to have them as a file; None for else."""
    codes = [code for text in texts[: SET_SIZE + 1] if (code := typed_letters(text, CODE_LENGTH))]
    return codes if len(texts) == len(codes) == SET_SIZE else None


def _written(number: int) -> str:
    shifts = range((CODE_LENGTH - 1) * BITS_OF_A_LETTER, -1, -BITS_OF_A_LETTER)
    return "".join(ALPHABET[number >> shift & 31] for shift in shifts)
