"""Short codes: how they are made, what a person may type, when they lapse."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from flask_airlock.domain.one_time_codes import (
    TRIES_PER_CODE,
    CodeBinding,
    CodeState,
    Purpose,
    new_code,
    typed_digits,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
CODES = 100_000
# Chi-square with 9 degrees of freedom exceeds this once in ten thousand million runs.
UNLIKELY = 66.0


@pytest.mark.parametrize("digits", [6, 8])
def test_codes_are_uniform_and_keep_their_leading_zeros(digits: int) -> None:
    """S-26: 1e5 codes: all match the set length, chi-square on digits passes, '0' occurs."""
    codes = [new_code(digits) for _ in range(CODES)]
    assert all(len(code) == digits and code.isascii() and code.isdigit() for code in codes)
    for place in range(digits):
        counts = Counter(code[place] for code in codes)
        expected = CODES / 10
        assert len(counts) == 10
        assert sum((n - expected) ** 2 / expected for n in counts.values()) < UNLIKELY, place
    assert any(code.startswith("00") for code in codes)


GOOD = {
    "as it is": "123456",
    "grouped": "123 456",
    "one by one": " 1 2 3 4 5 6 ",
    "no-break space": "123\u00a0456",
    "narrow no-break space": "123\u202f456",
    "ideographic space": "123\u3000456",
    "hyphen": "123-456",
    "typographic hyphens": "12\u201034\u201156",
    "en dash": "123\u2013456",
    "pasted with its line": "\t123456\r\n",
    "zero-width space": "\u200b123456\ufeff",
    "full-width digits": "\uff11\uff12\uff13\uff14\uff15\uff16",
    "full-width and spaced": "\uff11\uff12\uff13\u3000\uff14\uff15\uff16",
}
BAD = {
    "nothing": "",
    "blank": "   ",
    "too short": "12345",
    "too long": "1234567",
    "two codes": "123456 123456",
    "letters": "12345a",
    "a sign": "+23456",
    "a point": "123.456",
    "hexadecimal": "0x1234",
    "Arabic-Indic digits": "\u0661\u0662\u0663\u0664\u0665\u0666",
    "Devanagari digits": "\u0967\u0968\u0969\u096a\u096b\u096c",
    "superscripts": "\u00b9\u00b2\u00b3\u2074\u2075\u2076",
    "subscripts": "\u2081\u2082\u2083\u2084\u2085\u2086",
    "circled digits": "\u2460\u2461\u2462\u2463\u2464\u2465",
    "one sign that unfolds to two digits": "1234\u246b",
    "mathematical bold digits": "".join(chr(0x1D7CE + n) for n in range(1, 7)),
    "a fraction": "12345\u00bd",
    "NUL inside": "123\x00456",
    "NUL at the end": "123456\x00",
    "a lone surrogate": "12345\ud835",
    "surrogates alone": "\udcff" * 6,
    "right-to-left override": "\u202e123456",
    "a combining mark": "123456\u0301",
    "a keycap": "1\ufe0f\u20e323456",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=list(GOOD))
def test_what_a_person_may_type_for_a_code(text: str) -> None:
    """S-47: codes accept spaces, NBSP and full-width digits from paste."""
    assert typed_digits(text, 6) == "123456"


@pytest.mark.parametrize("text", BAD.values(), ids=list(BAD))
def test_what_is_no_code_is_told_before_anything_is_compared(text: str) -> None:
    """S-47: must be exactly the digits set; everything else fails before the MAC."""
    assert typed_digits(text, 6) is None


def test_a_code_of_another_length_is_no_code() -> None:
    """S-47."""
    assert typed_digits("12345678", 8) == "12345678"
    assert typed_digits("123456", 8) is None
    assert typed_digits("000000", 6) == "000000"


def test_what_is_digested_differs_by_everything_that_a_code_is_bound_to() -> None:
    """S-30: bound to the login attempt, the user, the channel and the purpose."""
    bindings = [
        CodeBinding(account, session, method, purpose)
        for account in (1, 11)
        for session in (1, 11)
        for method in ("email", "sms")
        for purpose in Purpose
    ]
    texts = {binding.text(code) for binding in bindings for code in ("123456", "012345")}
    assert len(texts) == 2 * len(bindings)


def test_a_code_lives_until_its_time_or_its_tries_are_up() -> None:
    """S-28, S-32."""
    end = NOW + timedelta(minutes=10)
    assert CodeState(end, 0, None).is_live(end - timedelta(microseconds=1))
    assert not CodeState(end, 0, None).is_live(end)
    assert CodeState(end, TRIES_PER_CODE - 1, None).is_live(NOW)
    assert not CodeState(end, TRIES_PER_CODE, None).is_live(NOW)
    assert TRIES_PER_CODE == 5
