"""Mail addresses: the normal form, and the mask."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flask_airlock.domain.addresses import masked_address, masked_phone, normal_address
from flask_airlock.errors import InvalidAddress

NORMAL = {
    "as it is": ("ada@example.com", "ada@example.com"),
    "case": ("Ada.LOVELACE@Example.COM", "ada.lovelace@example.com"),
    "blanks around": (" \tada@example.com\r\n", "ada@example.com"),
    "a local part in NFD": ("e\u0301@example.com", "\u00e9@example.com"),
    "a local part in NFC": ("\u00c9@example.com", "\u00e9@example.com"),
    "a domain in NFD": ("a@mu\u0308nchen.de", "a@xn--mnchen-3ya.de"),
    "a domain in NFC": ("a@M\u00dcNCHEN.de", "a@xn--mnchen-3ya.de"),
    "a domain in punycode": ("a@XN--MNCHEN-3YA.de", "a@xn--mnchen-3ya.de"),
    "sharp s is not ss": ("a@stra\u00dfe.de", "a@xn--strae-oqa.de"),
    "capital sharp s": ("a@STRA\u1e9eE.de", "a@xn--strae-oqa.de"),
    "a Chinese domain": ("a@\u4f8b\u5b50.\u4e2d\u56fd", "a@xn--fsqu00a.xn--fiqs8s"),
    "full-width letters and dot": (
        "a@\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d",
        "a@example.com",
    ),
    "the Kelvin sign": ("a@\u212aey.com", "a@key.com"),
    "a sign that unfolds to capitals": ("a@x\u2122.com", "a@xtm.com"),
    "the same beside another letter": ("a@\u2122\u00e9.com", "a@xn--tm-cja.com"),
    "plus and more signs": ("o'hara+tag#1_{x}@example.com", "o'hara+tag#1_{x}@example.com"),
    "no dot in the domain": ("root@localhost", "root@localhost"),
    "the longest label": (f"a@{'x' * 63}.org", f"a@{'x' * 63}.org"),
    "the longest local part": (f"{'x' * 64}@x.org", f"{'x' * 64}@x.org"),
}
INVALID = {
    "nothing": "",
    "blanks": "   ",
    "no at": "ada",
    "only an at": "@",
    "no local part": "@example.com",
    "no domain": "ada@",
    "two ats": "ada@evil.com@example.com",
    "a quoted at": '"ada@evil.com"@example.com',
    "quotes": '"ada"@example.com',
    "a space": "ada lovelace@example.com",
    "a no-break space": "ada\u00a0l@example.com",
    "a space in the domain": "ada@exam ple.com",
    "a second reader by comma": "ada@example.com,eve@example.com",
    "a second reader by semicolon": "eve;ada@example.com",
    "a name and brackets": "Ada <ada@example.com>",
    "a comment": "ada(x)@example.com",
    "a new line": "ada\n@example.com",
    "a header": "ada\r\nBcc:eve@example.com",
    "a header in the domain": "ada@example.com\r\nBcc: eve",
    "NUL": "ada\x00@example.com",
    "NUL in the domain": "ada@example\x00.com",
    "a lone surrogate": "\ud800@example.com",
    "a lone surrogate in the domain": "ada@\ud800.com",
    "a zero-width joiner": "ad\u200da@example.com",
    "a zero-width space in the domain": "ada@exam\u200bple.com",
    "a soft hyphen in the domain": "ada@exam\u00adple.com",
    "right-to-left override": "\u202eada@example.com",
    "a leading dot": "ada@.example.com",
    "a trailing dot": "ada@example.com.",
    "an empty label": "ada@example..com",
    "an ideographic dot": "ada@example\u3002com",
    "an underscore in the domain": "ada@exa_mple.com",
    "a label that begins with a hyphen": "ada@-example.com",
    "a label that ends with a hyphen": "ada@example-.com",
    "a literal": "ada@[127.0.0.1]",
    "a port": "ada@example.com:25",
    "a slash": "ada@example.com/x",
    "a percent sign": "ada@exam%70le.com",
    "an emoji": "ada@\U0001f512.com",
    "a local part that is too long": f"{'x' * 65}@x.org",
    "a local part of too many bytes": f"{'é' * 33}@x.org",
    "a label that is too long": f"a@{'x' * 64}.org",
    "a label that is too long in punycode": f"a@{'é' * 60}.org",
    "a domain that is too long": f"a@{'.'.join(['x' * 60] * 5)}",
    "an address that is too long": f"{'x' * 64}@{'.'.join(['y' * 60] * 4)}",
}
# Small words, and the signs that lower case, NFC and NFKC treat oddly.
ODD = st.sampled_from(
    "aZ0.-+@ \u00df\u1e9e\u0130\u0131\u03a3\u212a\u2122\u00c9e\u0301\u023a\uff0e\u1d2c"
)
ADDRESSES = st.tuples(
    st.text(ODD | st.characters(), min_size=1, max_size=12),
    st.text(ODD | st.characters(), min_size=1, max_size=12),
).map("@".join)


@pytest.mark.parametrize("typed,normal", NORMAL.values(), ids=list(NORMAL))
def test_the_normal_form_of_an_address(typed: str, normal: str) -> None:
    assert normal_address(typed) == normal
    assert normal_address(normal) == normal


@pytest.mark.parametrize("text", INVALID.values(), ids=list(INVALID))
def test_what_no_mail_server_could_carry_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        normal_address(text)


@settings(max_examples=400, deadline=None)
@given(ADDRESSES)
@example("a@\u2122.com")
@example("\u0130" * 32 + "@x.org")
@example("\u023a" * 30 + "@x.org")
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    try:
        normal = normal_address(text)
    except InvalidAddress:
        return
    assert normal_address(normal) == normal


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        normal = normal_address(text)
    except InvalidAddress:
        return
    local, _, domain = normal.rpartition("@")
    assert domain.isascii()
    assert not any(mark.isspace() for mark in normal)
    assert local == local.lower()


def test_two_domains_that_differ_stay_two() -> None:
    """IDNA 2003 sent letters for the one to the other."""
    assert normal_address("a@fa\u00df.de") != normal_address("a@fass.de")


def test_an_endless_domain_is_refused_without_working_through_it() -> None:
    """Punycode takes a time that grows with the square of a label's length."""
    many = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(2_000))
    started = time.monotonic()
    with pytest.raises(InvalidAddress):
        normal_address("a@" + many)
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize(
    "address,mask",
    [
        ("matt@nobien.net", "m•••@n•••.net"),
        ("matt@mail.nobien.co.uk", "m•••@m•••.uk"),
        ("root@localhost", "r•••@l•••"),
        ("é@xn--mnchen-3ya.de", "é•••@x•••.de"),
    ],
)
def test_a_masked_address_shows_enough_to_recognise_ones_own(address: str, mask: str) -> None:
    assert masked_address(address) == mask


def test_a_masked_phone_number_shows_three_digits() -> None:
    assert masked_phone("+12015550123") == "•••• 123"
