"""How the value of a key is read: each parser gives it back, or refuses it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from ..domain.addresses import normal_address
from ..domain.passwords import PasswordCost
from ..domain.throttle import A_DAY, Window
from ..errors import InvalidAddress

METHOD_NAMES = {
    "email": "email",
    "mail": "email",
    "authenticator": "authenticator",
    "google_authenticator": "authenticator",
    "sms": "sms",
}


UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": A_DAY,
}
A_WINDOW = (
    rf"(?P<most>[1-9]\d{{0,6}}) per ((?P<times>[1-9]\d{{0,3}}) )?(?P<unit>{'|'.join(UNITS)})s?"
)
YES_NO = "True or False"
METHODS = 'a list of "mail" (or "email"), "google_authenticator" (or "authenticator"), "sms"'
PATH = 'a path that begins with one "/"'
WINDOWS = 'limits such as "20 per 10 minutes; 100 per day", or None for none'
DURATION = "a timedelta, or seconds, from one second to 400 days"


class Refused(Exception):
    """A value that a key does not allow; the key's own `allowed` says what it does."""


def boolean(value: Any) -> bool:
    """True or False, nothing that only looks like it."""
    if not isinstance(value, bool):
        raise Refused
    return value


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise Refused
    return value


def path(value: Any) -> str:
    """A path on this host."""
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//"):
        raise Refused
    return value


def optional(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same parser, and None."""
    return lambda value: None if value is None else parse(value)


def one_of(*names: str) -> Callable[[Any], str]:
    """A parser of one of these words."""

    def parse(value: Any) -> str:
        if value not in names:
            raise Refused
        return str(value)

    return parse


def texts(value: Any) -> tuple[str, ...]:
    """Several texts, never one text."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise Refused
    return tuple(text(part) for part in value)


def methods(value: Any) -> tuple[str, ...]:
    """Second factors, by any of their names."""
    names = texts(value)
    if not names or not set(names) <= set(METHOD_NAMES):
        raise Refused
    return tuple(dict.fromkeys(METHOD_NAMES[name] for name in names))


def required(value: Any) -> bool | frozenset[str]:
    """Who must have a second factor: all, nobody, or some roles."""
    return value if isinstance(value, bool) else frozenset(texts(value))


def duration(value: Any) -> timedelta:
    """A timedelta, or seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float | timedelta):
        raise Refused
    try:
        length = value if isinstance(value, timedelta) else timedelta(seconds=value)
    except (ValueError, OverflowError):
        raise Refused from None
    if not timedelta(seconds=1) <= length <= timedelta(days=400):
        raise Refused
    return length


def at_most(longest: timedelta) -> Callable[[Any], timedelta]:
    """A parser of durations that are no longer."""

    def parse(value: Any) -> timedelta:
        length = duration(value)
        if length > longest:
            raise Refused
        return length

    return parse


def windows(value: Any) -> tuple[Window, ...]:
    """Limits: how many in which time, parted by semicolons; or what was read from such a text."""
    if isinstance(value, tuple) and value and all(isinstance(one, Window) for one in value):
        return value
    found = [re.fullmatch(A_WINDOW, part.strip()) for part in text(value).split(";")]
    if not all(found):
        raise Refused
    return tuple(
        Window(int(one["most"]), int(one["times"] or 1) * UNITS[one["unit"]])
        for one in found
        if one is not None
    )


def store_uri(value: Any) -> str:
    """A URI with a scheme."""
    if not re.match(r"[a-z][a-z0-9+.-]*://", text(value)):
        raise Refused
    return str(value)


def mapping(value: Any) -> dict[str, Any]:
    """A mapping with texts as keys."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise Refused
    return dict(value)


def password_cost(value: Any) -> PasswordCost:
    """What one argon2id hash costs, within reason."""
    try:
        cost = PasswordCost(**mapping(value))
    except TypeError:
        raise Refused from None
    passes, memory, lanes = cost.time_cost, cost.memory_cost, cost.parallelism
    if not all(type(number) is int for number in (passes, memory, lanes)):
        raise Refused
    if not (1 <= passes <= 20 and 1 <= lanes <= 64 and 8 * lanes <= memory <= 4 * 1024 * 1024):
        raise Refused
    return cost


def keys(value: Any) -> tuple[str, ...]:
    """Master secrets, newest first."""
    given = texts(value)
    # An old key may be a short SECRET_KEY of earlier days; what is sealed from now on may not.
    if not given or len(given[0].encode()) < 32:
        raise Refused
    return given


def base_url(value: Any) -> str:
    """An absolute URL without query, fragment or credentials."""
    try:
        parts = urlsplit(text(value))
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise Refused from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise Refused
    if not port_is_good or parts.username is not None or parts.fragment:
        raise Refused
    return str(value).rstrip("/")


def address(value: Any) -> str:
    """A mail address in its normal form."""
    try:
        return normal_address(text(value))
    except InvalidAddress:
        raise Refused from None


def cookie_name(value: Any) -> str:
    """A name that a cookie may have."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]+", value):
        raise Refused
    return value


def region(value: Any) -> str:
    """A country of two letters."""
    if not isinstance(value, str) or len(value) != 2 or not value.isalpha():
        raise Refused
    return value.upper()


def or_none_at_all(parse: Callable[[Any], timedelta]) -> Callable[[Any], timedelta]:
    """The same parser of durations, and 0."""

    def parse_it(value: Any) -> timedelta:
        if value == timedelta(0) or (type(value) is int and value == 0):
            return timedelta(0)
        return parse(value)

    return parse_it


duration_or_none_at_all = or_none_at_all(duration)


def grace(value: Any) -> timedelta:
    """A duration; 0 and None say that there is none."""
    return timedelta(0) if value is None else duration_or_none_at_all(value)


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A parser of whole numbers within bounds."""

    def parse(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Refused
        return value

    return parse


def key(default: Any, parse: Callable[[Any], Any], allowed: str) -> Any:
    """A field of the settings with its parser, and in words what that takes."""
    return field(default=default, metadata={"parse": parse, "allowed": allowed})
