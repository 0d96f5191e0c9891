"""Phone numbers: one way to write them, whatever a person types."""

import pytest

from flask_airlock.domain.phones import e164
from flask_airlock.errors import InvalidPhoneNumber

NUMBER = "+12015550123"


@pytest.mark.parametrize(
    "typed,region,number",
    [
        ("(201) 555-0123", "US", NUMBER),
        ("+1 201 555 0123", None, NUMBER),
        ("+1 201 555 0123", "DE", NUMBER),
        ("030 901820", "DE", "+4930901820"),
        ("00 49 30 901820", "DE", "+4930901820"),
        ("+44 7400 123456", "US", "+447400123456"),
        ("\uff0b\uff11 201 555 0123", "US", NUMBER),
    ],
)
def test_a_number_is_kept_in_e164(typed: str, region: str | None, number: str) -> None:
    assert e164(typed, region) == number
    assert e164(number, region) == number


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "12", "hello", "+1 201 555", "+999 123 456 789", "201 555 0123 ext. 5",
     "+12015550123\r\n+447400123456", "+12015550123,+447400123456", "+1" + "2" * 60, "\x00",
     "\ud800", "tel:+12015550123;phone-context=evil.example", "911", "0000000000"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhoneNumber):
        e164(typed, "US")


def test_without_a_region_a_number_needs_its_country() -> None:
    with pytest.raises(InvalidPhoneNumber):
        e164("201 555 0123", None)
