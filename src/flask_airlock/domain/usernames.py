"""User names: one normal form (close to RFC 8265's UsernameCaseMapped)."""

import unicodedata

from ..errors import InvalidUsername

SHORTEST_USERNAME = 3
LONGEST_USERNAME = 32
BETWEEN = "._-"


def normal_username(text: str) -> str:
    """NFKC and lower case: letters and digits, with single dots, dashes or underlines between.

    No "@": a name must never look like somebody's mail address. Raises InvalidUsername.
    """
    if len(text) > 4 * LONGEST_USERNAME:
        raise InvalidUsername
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
    if not SHORTEST_USERNAME <= len(name) <= LONGEST_USERNAME or name.isdigit():
        raise InvalidUsername
    if not all(mark in BETWEEN or unicodedata.category(mark)[0] in "LMN" for mark in name):
        raise InvalidUsername
    parts = name.replace("-", ".").replace("_", ".").split(".")
    if not all(parts) or unicodedata.category(name[0])[0] == "M":
        raise InvalidUsername
    return name
