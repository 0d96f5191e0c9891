"""Codes of letters and digits, for a person to read and type: Crockford's base 32.

Without I, L, O and U, so that what was read off a screen or paper is typed as it was meant.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("OIL", "011")
GROUP = 4
LONGEST_TYPED = 80
BETWEEN_LETTERS = re.compile("[\\s_\u2010-\u2015\u2212\u200b\ufeff-]+")


def new_letters(length: int) -> str:
    """As many random letters, of five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def in_groups(code: str) -> str:
    """A code as people see it: `A1B2-C3D4`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def typed_letters(text: str, length: int) -> str | None:
    """The code in what a person typed or pasted, or None if it can't be one.

    Small letters, spaces, dashes and full-width letters are read kindly (WCAG 3.3.8), and so are
    letters that look like those we use.
    """
    if len(text) > LONGEST_TYPED:
        return None
    bare = BETWEEN_LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper()
    code = bare.translate(LOOK_ALIKES)
    return code if len(code) == length and set(code) <= set(ALPHABET) else None
