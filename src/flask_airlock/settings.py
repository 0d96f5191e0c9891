"""Every SECURITY_* key in one frozen value, parsed once; nonsense is refused by name at start."""

import difflib
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from .domain.addresses import normal_address
from .domain.passwords import PasswordCost
from .domain.policy import SecondFactorPolicy
from .domain.sessions import SessionPolicy
from .errors import ConfigurationError, InvalidAddress

PREFIX = "SECURITY_"
NOT_ENDPOINTS = ("base_url", "post_login_url", "post_logout_url")
METHOD_NAMES = {
    "email": "email",
    "mail": "email",
    "authenticator": "authenticator",
    "google_authenticator": "authenticator",
    "sms": "sms",
}
DEFAULT_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


class Refused(Exception):
    """A value that a key does not allow; the key's own `allowed` says what it does."""


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Refused
    return value


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//"):
        raise Refused
    return value


def _optional(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else parse(value)


def _one_of(*names: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in names:
            raise Refused
        return str(value)

    return parse


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise Refused
    return tuple(_text(part) for part in value)


def _methods(value: Any) -> tuple[str, ...]:
    names = _texts(value)
    if not names or not set(names) <= set(METHOD_NAMES):
        raise Refused
    return tuple(dict.fromkeys(METHOD_NAMES[name] for name in names))


def _required(value: Any) -> bool | frozenset[str]:
    return value if isinstance(value, bool) else frozenset(_texts(value))


def _duration(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float | timedelta):
        raise Refused
    try:
        length = value if isinstance(value, timedelta) else timedelta(seconds=value)
    except (ValueError, OverflowError):
        raise Refused from None
    if not timedelta(seconds=1) <= length <= timedelta(days=400):
        raise Refused
    return length


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise Refused
    return dict(value)


def _password_cost(value: Any) -> PasswordCost:
    try:
        cost = PasswordCost(**_mapping(value))
    except TypeError:
        raise Refused from None
    passes, memory, lanes = cost.time_cost, cost.memory_cost, cost.parallelism
    if not all(type(number) is int for number in (passes, memory, lanes)):
        raise Refused
    if not (1 <= passes <= 20 and 1 <= lanes <= 64 and 8 * lanes <= memory <= 4 * 1024 * 1024):
        raise Refused
    return cost


def _keys(value: Any) -> tuple[str, ...]:
    keys = _texts(value)
    # An old key may be a short SECRET_KEY of earlier days; what is sealed from now on may not.
    if not keys or len(keys[0].encode()) < 32:
        raise Refused
    return keys


def _base_url(value: Any) -> str:
    try:
        parts = urlsplit(_text(value))
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise Refused from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise Refused
    if not port_is_good or parts.username is not None or parts.fragment:
        raise Refused
    return str(value).rstrip("/")


def _address(value: Any) -> str:
    try:
        return normal_address(_text(value))
    except InvalidAddress:
        raise Refused from None


def _cookie_name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]+", value):
        raise Refused
    return value


def _region(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 2 or not value.isalpha():
        raise Refused
    return value.upper()


def _key(default: Any, parse: Callable[[Any], Any], allowed: str) -> Any:
    return field(default=default, metadata={"parse": parse, "allowed": allowed})


YES_NO = "True or False"
METHODS = 'a list of "mail" (or "email"), "google_authenticator" (or "authenticator"), "sms"'
PATH = 'a path that begins with one "/"'
DURATION = "a timedelta, or seconds, from one second to 400 days"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One field per key, named like it without the prefix. See docs/settings.rst."""

    two_factor: bool = _key(False, _boolean, YES_NO)
    two_factor_enabled_methods: tuple[str, ...] = _key(
        ("email", "authenticator"), _methods, METHODS
    )
    two_factor_required: bool | frozenset[str] = _key(
        True, _required, f"{YES_NO}, or a list of role names"
    )
    two_factor_first_setup_by_mail: bool = _key(True, _boolean, YES_NO)
    two_factor_uri_service_name: str | None = _key(None, _optional(_text), "a name")
    two_factor_rescue_mail: str | None = _key(None, _optional(_address), "a mail address")
    service_name: str | None = _key(None, _optional(_text), "a name")
    base_url: str | None = _key(None, _optional(_base_url), "an http or https URL")
    url_prefix: str | None = _key(None, _optional(_path), PATH)
    login_url: str = _key("/login", _path, PATH)
    logout_url: str = _key("/logout", _path, PATH)
    second_step_url: str = _key("/login/second-step", _path, PATH)
    send_code_url: str = _key("/login/send-code", _path, PATH)
    rescue_url: str = _key("/login/rescue", _path, PATH)
    enrol_url: str = _key("/login/set-up", _path, PATH)
    setup_link_url: str = _key("/login/set-up-link", _path, PATH)
    post_login_url: str = _key("/", _path, PATH)
    post_logout_url: str = _key("/", _path, PATH)
    session_idle: timedelta = _key(timedelta(hours=8), _duration, DURATION)
    session_lifetime: timedelta = _key(timedelta(hours=24), _duration, DURATION)
    cookie_name: str = _key("airlock", _cookie_name, "a cookie name of letters, digits, _ . -")
    cookie_secure: bool | None = _key(None, _optional(_boolean), f"{YES_NO}, or None")
    encryption_keys: tuple[str, ...] | None = field(
        default=None,
        repr=False,
        metadata={
            "parse": _optional(_keys),
            "allowed": "a list of keys, newest first, that one of at least 32 bytes",
        },
    )
    password_cost: PasswordCost = _key(
        PasswordCost(), _password_cost, "a mapping of time_cost, memory_cost (KiB), parallelism"
    )
    phone_region: str | None = _key(None, _optional(_region), 'a country such as "DE"')
    sms_service: str | None = _key(
        None, _optional(_one_of("outbox", "http", "twilio")), '"outbox", "http" or "twilio"'
    )
    sms_service_config: Mapping[str, Any] = field(
        default_factory=dict,
        repr=False,
        metadata={"parse": _mapping, "allowed": "a mapping, see docs/sms.rst"},
    )
    email_sender: str | None = _key(None, _optional(_text), "a mail address")
    delivery: str | None = _key(
        None, _optional(_one_of("thread", "sync")), '"thread", "sync" or None'
    )
    mirror_columns: tuple[str, ...] = _key((), _texts, "a list of column names of your User")
    layout_template: str = _key("security/layout.html", _text, "a template's path")
    csp: str | None = _key(DEFAULT_CSP, _optional(_text), "a Content-Security-Policy, or None")

    @classmethod
    def from_mapping(cls, config: Mapping[str, Any]) -> "Settings":
        """Read every SECURITY_* key; raise ConfigurationError for the first that is wrong."""
        known = {PREFIX + spec.name.upper(): spec for spec in fields(cls)}
        given: dict[str, Any] = {}
        for key, value in config.items():
            if key in known:
                spec = known[key]
                given[spec.name] = _parsed(key, value, spec.metadata)
            elif key.startswith(PREFIX):
                _warn_unknown(key, known)
        settings = cls(**given)
        settings._check_together()
        return settings

    @property
    def second_factor_policy(self) -> SecondFactorPolicy:
        """Who needs a second factor."""
        return SecondFactorPolicy(self.two_factor, self.two_factor_required)

    @property
    def session_policy(self) -> SessionPolicy:
        """How long sessions live."""
        return SessionPolicy(self.session_idle, self.session_lifetime)

    @property
    def paths(self) -> dict[str, str]:
        """The path of each endpoint, by the endpoint's name."""
        ending = "_url"
        return {
            spec.name.removesuffix(ending): getattr(self, spec.name)
            for spec in fields(self)
            if spec.name.endswith(ending) and spec.name not in NOT_ENDPOINTS
        }

    def _check_together(self) -> None:
        if self.two_factor and "sms" in self.two_factor_enabled_methods and not self.sms_service:
            raise ConfigurationError(
                'SECURITY_TWO_FACTOR_ENABLED_METHODS has "sms", but SECURITY_SMS_SERVICE names no '
                'service: "outbox" (development), "http" or "twilio"'
            )
        if self.session_idle > self.session_lifetime:
            raise ConfigurationError(
                "SECURITY_SESSION_IDLE is longer than SECURITY_SESSION_LIFETIME"
            )


def _parsed(key: str, value: Any, rules: Mapping[str, Any]) -> Any:
    try:
        return rules["parse"](value)
    except Refused:
        # The value itself may be a secret; its type is enough to find the mistake.
        raise ConfigurationError(
            f"{key} has a value of type {type(value).__name__} that is not allowed: "
            f"it takes {rules['allowed']}"
        ) from None


def _warn_unknown(key: str, known: Iterable[str]) -> None:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    warnings.warn(f"{key} is not a setting of Flask-Airlock{hint}", UserWarning, stacklevel=4)
