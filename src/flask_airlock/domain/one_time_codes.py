"""Short codes sent by mail or text message: made, bound, digested, and when they lapse."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from .records import Record

TRIES_PER_CODE = 5
FULL_WIDTH_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
BETWEEN_DIGITS = "-\u2010\u2011\u2013\u200b\ufeff"


class Purpose(StrEnum):
    """What a code is good for; one made for a purpose is good for no other."""

    LOGIN = "login"
    FIRST_SETUP = "first_setup"
    SETUP = "setup"
    STEP_UP = "step_up"
    RESCUE = "rescue"
    RESCUE_ADDRESS = "rescue_address"


class CodeBinding(Record, kw_only=False):
    """What a code is bound to: it is worth nothing under any other of these."""

    account_id: int
    session_id: int
    method: str
    purpose: Purpose

    def text(self, code: str) -> str:
        """What is digested, under a key of ours, and stored in place of `code`."""
        bound = (self.account_id, self.session_id, self.method, self.purpose.value, code)
        return "|".join(str(part) for part in bound)


class CodeState(Record, kw_only=False):
    """A code in flight: until when it lives, how often it was tried, and which factor of an account
    it was sent to."""

    expires_at: datetime
    tries: int
    letter_id: int | None
    credential_id: int | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether an answer could still be right."""
        return now < self.expires_at and self.tries < TRIES_PER_CODE


def new_code(digits: int) -> str:
    """`digits` random decimal digits, leading zeros kept."""
    return str(secrets.randbelow(10**digits)).zfill(digits)


def typed_digits(text: str, digits: int) -> str | None:
    """The code in what a person typed or pasted, or None if it can't be one.

    Spaces, dashes and full-width digits are read kindly (WCAG 3.3.8); anything else is no code.
    """
    narrow = text.translate(FULL_WIDTH_DIGITS)
    bare = "".join(mark for mark in narrow if not mark.isspace() and mark not in BETWEEN_DIGITS)
    if len(bare) != digits or not (bare.isascii() and bare.isdigit()):
        return None
    return bare


class CodeShape(Record, kw_only=False):
    """How many digits (or letters) a method's codes have, and how long they live."""

    digits: int
    lifetime: timedelta
