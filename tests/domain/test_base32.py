"""Reading base32 (STANDARDS S-49)."""

import base64
import secrets

import pytest

from flask_airlock.domain.totp import base32, from_base32

# RFC 4648 section 10, but for the empty text: a key of no bytes is none.
VECTORS = [
    ("MY======", b"f"),
    ("MZXQ====", b"fo"),
    ("MZXW6===", b"foo"),
    ("MZXW6YQ=", b"foob"),
    ("MZXW6YTB", b"fooba"),
    ("MZXW6YTBOI======", b"foobar"),
]


@pytest.mark.parametrize("text, secret", VECTORS)
def test_the_vectors_of_rfc_4648_are_read(text: str, secret: bytes) -> None:
    """S-49: with padding, without, in small letters, in groups."""
    bare = text.rstrip("=")
    for form in (text, bare, bare.lower(), " ".join(bare), "-".join(bare), f"\t{bare}\u00a0\n"):
        assert from_base32(form) == secret


def test_people_type_it_in_groups() -> None:
    """S-49."""
    assert from_base32("mzxw 6ytb-oi") == b"foobar"


@pytest.mark.parametrize(
    "text",
    ["", " ", "=", "--", "M", "MZX", "MZXW6Y", "M1", "MZXW6YT0", "MZXW6YT8", "MZXW6YT9", "M=Y",
     "MZXW6YTB!", "\uff2d\uff39", "\u017fY", "\u0131Y", "\ufb00", "MY\u0660"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_base32_is_refused(text: str) -> None:
    """S-49: impossible lengths, 0, 1, 8, 9, letters of elsewhere, nothing at all."""
    with pytest.raises(ValueError, match="base32"):
        from_base32(text)


def test_bits_behind_the_last_byte_are_dropped() -> None:
    """S-49: as apps do. The last letter of MZ has bits that no byte holds."""
    assert from_base32("MZ") == from_base32("MY") == b"f"


def test_what_we_write_we_read() -> None:
    for length in range(1, 65):
        secret = secrets.token_bytes(length)
        assert from_base32(base32(secret)) == secret
        assert from_base32(base64.b32encode(secret).decode()) == secret
