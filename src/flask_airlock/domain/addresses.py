"""Mail addresses: one normal form, and how much of one a half-known visitor may see."""

import unicodedata

from ..errors import InvalidAddress

LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
LONGEST_DOMAIN = 253
LONGEST_LABEL = 63


def normal_address(text: str) -> str:
    """The normal form: NFC, lower case local part, IDNA domain (RFC 5321, RFC 5891).

    Raises InvalidAddress for what no mail server could carry.
    """
    address = text.strip()
    if len(address) > 2 * LONGEST_ADDRESS:
        raise InvalidAddress
    local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
    local = unicodedata.normalize("NFC", local.lower())
    if not at or not _is_local_part(local):
        raise InvalidAddress
    normal = f"{local}@{_normal_domain(domain)}"
    if len(normal.encode()) > LONGEST_ADDRESS:
        raise InvalidAddress
    return normal


def _is_local_part(local: str) -> bool:
    if any(
        mark.isspace() or mark in '@<>()[]\\,;:"' or unicodedata.category(mark)[0] == "C"
        for mark in local
    ):
        return False
    return 0 < len(local.encode()) <= LONGEST_LOCAL_PART


def _normal_domain(domain: str) -> str:
    labels = unicodedata.normalize("NFKC", domain.lower()).lower().split(".")
    normal = ".".join(_normal_label(label) for label in labels)
    if len(normal) > LONGEST_DOMAIN:
        raise InvalidAddress
    return normal


def _normal_label(label: str) -> str:
    # Letters, digits and marks only: whatever else Unicode offers (joiners, look-alike dots)
    # has no place in a host name, and IDNA 2003's silent mapping of "ß" to "ss" would send
    # letters to another domain.
    if not all(mark == "-" or unicodedata.category(mark)[0] in "LMN" for mark in label):
        raise InvalidAddress
    ascii_label = label if label.isascii() else "xn--" + label.encode("punycode").decode()
    if not 0 < len(ascii_label) <= LONGEST_LABEL or label[0] == "-" or label[-1] == "-":
        raise InvalidAddress
    return ascii_label


def same_address(stored: str | None, address: str) -> bool:
    """Whether a stored address is this one, which is in normal form."""
    if stored == address:
        return True
    try:
        return stored is not None and normal_address(stored) == address
    except InvalidAddress:
        return False


def masked_address(address: str) -> str:
    """Enough to recognise one's own mailbox: `m•••@n•••.net`."""
    local, _, domain = address.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    host = f"{name[:1]}•••{dot}{ending}" if dot else f"{domain[:1]}•••"
    return f"{local[:1]}•••@{host}"


def masked_phone(number: str) -> str:
    """The last three digits of a phone number: `•••• 678`."""
    return f"•••• {number[-3:]}"
