"""The keys of the login itself: methods, pages, sessions, cookies, delivery."""

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any

from ..domain.records import Record
from . import values
from .values import DURATION, METHODS, PATH, YES_NO

DEFAULT_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


class LoginKeys(Record):
    """One field per key, named like it without the prefix."""

    two_factor: bool = values.key(False, values.boolean, YES_NO)
    two_factor_enabled_methods: tuple[str, ...] = values.key(
        ("email", "authenticator"), values.methods, METHODS
    )
    two_factor_required: bool | frozenset[str] = values.key(
        True, values.required, f"{YES_NO}, or a list of role names"
    )
    two_factor_grace: timedelta = values.key(
        timedelta(0), values.grace, f"{DURATION}, or 0 or None"
    )
    two_factor_first_setup_by_mail: bool = values.key(True, values.boolean, YES_NO)
    two_factor_uri_service_name: str | None = values.key(
        None, values.optional(values.text), "a name"
    )
    two_factor_rescue_mail: str | None = values.key(
        None, values.optional(values.address), "a mail address"
    )
    service_name: str | None = values.key(None, values.optional(values.text), "a name")
    base_url: str | None = values.key(
        None, values.optional(values.base_url), "an http or https URL"
    )
    url_prefix: str | None = values.key(None, values.optional(values.path), PATH)
    login_url: str = values.key("/login", values.path, PATH)
    logout_url: str = values.key("/logout", values.path, PATH)
    second_step_url: str = values.key("/login/second-step", values.path, PATH)
    send_code_url: str = values.key("/login/send-code", values.path, PATH)
    rescue_url: str = values.key("/login/rescue", values.path, PATH)
    verify_url: str = values.key("/login/verify", values.path, PATH)
    enrol_url: str = values.key("/login/set-up", values.path, PATH)
    setup_link_url: str = values.key("/login/set-up-link", values.path, PATH)
    post_login_url: str = values.key("/", values.path, PATH)
    post_logout_url: str = values.key("/", values.path, PATH)
    session_idle: timedelta = values.key(timedelta(hours=8), values.duration, DURATION)
    session_lifetime: timedelta = values.key(timedelta(hours=24), values.duration, DURATION)
    cookie_name: str = values.key(
        "airlock", values.cookie_name, "a cookie name of letters, digits, _ . -"
    )
    cookie_secure: bool | None = values.key(
        None, values.optional(values.boolean), f"{YES_NO}, or None"
    )
    encryption_keys: tuple[str, ...] | None = field(
        default=None,
        repr=False,
        metadata={
            "parse": values.optional(values.keys),
            "allowed": "a list of keys, newest first, that one of at least 32 bytes",
        },
    )
    phone_region: str | None = values.key(
        None, values.optional(values.region), 'a country such as "DE"'
    )
    sms_service: str | None = values.key(
        None,
        values.optional(values.one_of("outbox", "http", "twilio")),
        '"outbox", "http" or "twilio"',
    )
    sms_service_config: Mapping[str, Any] = field(
        default_factory=dict,
        repr=False,
        metadata={"parse": values.mapping, "allowed": "a mapping, see docs/sms.rst"},
    )
    email_sender: str | None = values.key(None, values.optional(values.text), "a mail address")
    delivery: str | None = values.key(
        None, values.optional(values.one_of("thread", "sync")), '"thread", "sync" or None'
    )
    mirror_columns: tuple[str, ...] = values.key(
        (), values.texts, "a list of column names of your User"
    )
    layout_template: str = values.key("security/layout.html", values.text, "a template's path")
    csp: str | None = values.key(
        DEFAULT_CSP, values.optional(values.text), "a Content-Security-Policy, or None"
    )
