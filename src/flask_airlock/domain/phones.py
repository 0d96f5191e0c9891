"""Phone numbers in one form (E.164). Loaded only where text messages are switched on."""

import phonenumbers

from ..errors import InvalidPhoneNumber

LONGEST_TYPING = 40


def e164(text: str, region: str | None) -> str:
    """The number in E.164; one without a country code is read as of `region`."""
    if len(text) > LONGEST_TYPING:
        raise InvalidPhoneNumber
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise InvalidPhoneNumber from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise InvalidPhoneNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
