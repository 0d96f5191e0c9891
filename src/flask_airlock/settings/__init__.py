"""Every SECURITY_* key in one frozen value, parsed once; nonsense is refused by name at start."""

import difflib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from functools import cached_property
from typing import Any

from ..domain.link_tokens import LIFETIMES, LinkPurpose
from ..domain.policy import SecondFactorPolicy
from ..domain.sessions import SessionPolicy
from ..errors import ConfigurationError
from .account import AccountKeys
from .guessing import OWN_MEMORY, GuessingKeys
from .inside import InsideKeys
from .login import LoginKeys
from .values import Refused

__all__ = ["OWN_MEMORY", "PREFIX", "Settings"]

PREFIX = "SECURITY_"
NO_SECRETS = (int, float, timedelta)
NOT_ENDPOINTS = ("base_url", "post_login_url", "post_logout_url", "password_breach_url")

PAGES = {
    "register": "registerable",
    "send_confirmation": "confirmable",
    "confirm_email": "confirmable",
    "forgot_password": "recoverable",
    "change_password": "changeable",
    "change_email": "change_email",
    "confirm_new_email": "change_email",
    "undo_email": "change_email",
    "change_username": "username_enable",
    "delete_account": "deletable",
    "trusted_browsers": "two_factor_trusted_browsers",
}


class Settings(LoginKeys, AccountKeys, GuessingKeys, InsideKeys):
    """One field per key, named like it without the prefix. See docs/settings.rst."""

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
        """Who needs a second factor, and from when on."""
        return SecondFactorPolicy(self.two_factor, self.two_factor_required, self.two_factor_grace)

    @cached_property
    def session_policy(self) -> SessionPolicy:
        """How long sessions live."""
        return SessionPolicy(self.session_idle, self.session_lifetime, self.remember)

    @property
    def paths(self) -> dict[str, str]:
        """The path of each endpoint, by the endpoint's name."""
        ending = "_url"
        return {
            spec.name.removesuffix(ending): getattr(self, spec.name)
            for spec in fields(self)
            if spec.name.endswith(ending) and spec.name not in NOT_ENDPOINTS
        }

    @property
    def pages(self) -> tuple[str, ...]:
        """The endpoints of an account's life that are switched on."""
        # An invitation is answered on the page of a reset; the others are where letters lead.
        return (
            "reset_password",
            "not_me",
            "cancel_rescue",
            *(name for name, key in PAGES.items() if getattr(self, key)),
        )

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
        if self.remember is not None and self.remember < self.session_lifetime:
            raise ConfigurationError("SECURITY_REMEMBER is shorter than SECURITY_SESSION_LIFETIME")
        if self.username_required and not self.username_enable:
            raise ConfigurationError("SECURITY_USERNAME_REQUIRED needs SECURITY_USERNAME_ENABLE")
        if self.deletable and self.deletion_delay < LIFETIMES[LinkPurpose.UNDO_EMAIL]:
            # Else a thief's change of the address outlives the account, and nobody can undo it.
            raise ConfigurationError("SECURITY_DELETION_DELAY is shorter than 72 hours")
        if self.password_min_length > self.password_min_length_alone:
            raise ConfigurationError(
                "SECURITY_PASSWORD_MIN_LENGTH is more than SECURITY_PASSWORD_MIN_LENGTH_ALONE"
            )


def _parsed(key: str, value: Any, rules: Mapping[str, Any]) -> Any:
    try:
        return rules["parse"](value)
    except Refused:
        # The value itself may be a secret, unless it is a number or a time.
        shown = f" ({value})" if isinstance(value, NO_SECRETS) else ""
        raise ConfigurationError(
            f"{key} has a value of type {type(value).__name__}{shown} that is not allowed: "
            f"it takes {rules['allowed']}"
        ) from None


def _warn_unknown(key: str, known: Iterable[str]) -> None:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    warnings.warn(f"{key} is not a setting of Flask-Airlock{hint}", UserWarning, stacklevel=4)
