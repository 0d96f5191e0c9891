"""Every SECURITY_* key: what it takes, what it refuses, and how it says so."""

import warnings
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.domain.passwords import PasswordCost
from flask_airlock.domain.policy import SecondFactorPolicy
from flask_airlock.domain.sessions import SessionPolicy
from flask_airlock.errors import ConfigurationError
from flask_airlock.settings import Settings

KEY = "k" * 32
MARK = "this-very-value-may-be-a-secret"
FLAGS = [True, False], ["yes", 1, 0, None, "True"]
PATHS = ["/", "/in", "/a/b-c"], ["", "in", "//evil.example", 5, None, "https://x.org/in"]
DURATIONS = (
    [1, 1.5, 3600, timedelta(seconds=1), timedelta(days=400)],
    [0, -1, 0.5, True, None, "8h", timedelta(days=401), 10**9, 1e300, float("nan"), float("inf")],
)
NAMES = ["Ex Co", "é", None], ["", 5, b"bytes", ["name"]]
# What each key takes, and what it refuses. The durations stand in pairs: see below.
NETWORK_LIMITS: tuple[list[Any], list[Any]] = (
    ["20 per 10 minutes; 100 per day", "1 per second", "5 per 1 hour;9 per 2 days", None],
    ["", "20", "20/minute", "0 per day", "5 per 0 minutes", "5 per week", "1 per day;", 20, ["x"]],
)
VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    "TWO_FACTOR": FLAGS,
    "TWO_FACTOR_ENABLED_METHODS": (
        [["mail"], ("email", "authenticator"), {"google_authenticator"}],
        ["mail", [], ["fax"], ["mail", "fax"], None, 5, [5], ["MAIL"], [["mail"]], True],
    ),
    "TWO_FACTOR_REQUIRED": (
        [True, False, ["admin"], {"admin"}, ("admin", "staff"), []],
        ["admin", None, 1, [1], [""], ["admin", None]],
    ),
    "TWO_FACTOR_GRACE": (
        [0, None, timedelta(0), 86400, timedelta(days=14)],
        [-1, 0.5, False, "14d", timedelta(days=401)],
    ),
    "TWO_FACTOR_FIRST_SETUP_BY_MAIL": FLAGS,
    "TWO_FACTOR_URI_SERVICE_NAME": NAMES,
    "TWO_FACTOR_RESCUE_MAIL": (
        ["rescue@example.com", None],
        ["", 5, "nobody", "a@b@c", "a b@example.com", ["a@example.com"]],
    ),
    "SERVICE_NAME": NAMES,
    "BASE_URL": (
        ["https://example.com", "http://localhost:5000", "https://example.com/app/", None],
        ["", "example.com", "//example.com", "ftp://example.com", "https://", 5,
         "https://example.com/?a=b", "javascript:alert(1)", "http://[::1", "https://x:port/"],
    ),
    "URL_PREFIX": (["/auth", None], ["", "auth", "//auth", 5]),
    "REGISTERABLE": FLAGS,
    "CONFIRMABLE": FLAGS,
    "RECOVERABLE": FLAGS,
    "CHANGEABLE": FLAGS,
    "CHANGE_EMAIL": FLAGS,
    "USERNAME_ENABLE": FLAGS,
    "USERNAME_REQUIRED": ([False], ["yes", 1, None]),
    "DELETABLE": FLAGS,
    "DELETION_DELAY": DURATIONS,
    "RESET_HOLD": ([0, timedelta(0), 3600, timedelta(days=3)], [-1, 0.5, None, False, "24h"]),
    "FACTOR_TRIES": ([1, 5, 20], [0, 21, 5.0, True, None, "5"]),
    "FACTOR_STOP": ([5, 20, 100], [4, 101, 20.0, True, None, "20"]),
    "FACTOR_BUDGET": ([5, 50, 1000], [4, 1001, True, None, "50"]),
    "PASSWORD_TRIES": ([1, 5, 20], [0, 21, True, None, "5"]),
    "PASSWORD_STOP": ([10, 100], [9, 101, True, None, "100"]),
    "WAIT": ([0, timedelta(0), 30, timedelta(minutes=1)], [-1, 0.5, None, False, "30s"]),
    "LONGEST_WAIT": ([1, 3600, timedelta(days=1)], [0, timedelta(days=2), "1h", None]),
    "SEND_INTERVAL": ([0, timedelta(0), 60], [-1, 0.5, None, False, "60s"]),
    "SENDS_PER_HOUR": ([1, 5, 10_000], [0, 10_001, True, None, "5"]),
    "SENDS_PER_DAY": ([1, 10, 10_000], [0, 10_001, True, None, "10"]),
    "TEXTS_PER_DAY": ([1, 1000, 10**9], [0, 10**9 + 1, True, None, "1000"]),
    "NETWORK_FAILURES": NETWORK_LIMITS,
    "NETWORK_LETTERS": NETWORK_LIMITS,
    "RATELIMIT_STORAGE_URI": (
        ["memory://", "redis://localhost:6379/0", "redis+unix:///run/redis.sock"],
        ["", "memory", "//x", None, 6379],
    ),
    "WATCH_FAILURES": ([10, 100, None], [9, 10**6 + 1, True, "100"]),
    "WATCH_TIMES": ([2, 5, 1000], [1, 1001, True, None, "5"]),
    "KEEP_EVENTS": ([None, *DURATIONS[0]], [0, -1, True, "1y"]),
    "PERMISSIONS": ([None, [], ["read", "write"]], ["read", 5, [5], [""]]),
    "PASSWORD_PARALLEL": ([1, 8, 1024], [0, 1025, 8.0, True, None, "8"]),
    "PASSWORD_MIN_LENGTH": ([8, 15], [7, 65, None, "8", 8.0, True]),
    "PASSWORD_MIN_LENGTH_ALONE": ([15, 64], [14, 65, None, "15", True]),
    "PASSWORD_BLOCKLIST": ([None, "common.txt"], ["", 5, ["a"]]),
    "PASSWORD_WORDS": ([[], ["acme", "rocket"]], ["acme", None, [5], [""]]),
    "PASSWORD_CHECK_BREACHED": FLAGS,
    "PASSWORD_BREACH_URL": (["http://127.0.0.1:5000/range"], ["", None, "range", "ftp://x.org"]),
    "PASSWORD_SALT": (["146585145368132386173505678016728509634", None], ["", 5, b"salt"]),
    "RESCUE_ADDRESSES_URL": PATHS,
    "CANCEL_RESCUE_URL": PATHS,
    "RESCUE_DELAY": (
        [0, 60, timedelta(0), timedelta(hours=24), timedelta(days=7)],
        [-1, timedelta(days=7, seconds=1), None, True, "24h"],
    ),
    "RESCUE_APPROVERS": ([1, 2], [0, 3, None, True, "2", 1.0]),
    "REGISTER_URL": PATHS,
    "SEND_CONFIRMATION_URL": PATHS,
    "CONFIRM_EMAIL_URL": PATHS,
    "FORGOT_PASSWORD_URL": PATHS,
    "RESET_PASSWORD_URL": PATHS,
    "CHANGE_PASSWORD_URL": PATHS,
    "CHANGE_EMAIL_URL": PATHS,
    "CONFIRM_NEW_EMAIL_URL": PATHS,
    "UNDO_EMAIL_URL": PATHS,
    "CHANGE_USERNAME_URL": PATHS,
    "DELETE_ACCOUNT_URL": PATHS,
    "LINK_URL": PATHS,
    "LOGIN_URL": PATHS,
    "LOGOUT_URL": PATHS,
    "SECOND_STEP_URL": PATHS,
    "SEND_CODE_URL": PATHS,
    "RESCUE_URL": PATHS,
    "VERIFY_URL": PATHS,
    "RECOVERY_CODES_URL": PATHS,
    "OVERVIEW_URL": PATHS,
    "NOT_ME_URL": PATHS,
    "FACTORS_URL": PATHS,
    "ACTIVITY_URL": PATHS,
    "SESSIONS_URL": PATHS,
    "TRUSTED_BROWSERS_URL": PATHS,
    "TWO_FACTOR_TRUSTED_BROWSERS": (
        [None, timedelta(days=14), timedelta(days=30), 3600],
        [0, True, timedelta(days=30, seconds=1), timedelta(0), "14 days", -1],
    ),
    "REMEMBER": ([None, timedelta(days=30), 86400], [it for it in DURATIONS[1] if it is not None]),
    "ENROL_URL": PATHS,
    "SETUP_LINK_URL": PATHS,
    "POST_LOGIN_URL": PATHS,
    "POST_LOGOUT_URL": PATHS,
    "SESSION_IDLE": ([1, 3600, timedelta(hours=1)], DURATIONS[1]),
    "SESSION_LIFETIME": ([timedelta(hours=8), 86400, timedelta(days=400)], DURATIONS[1]),
    "COOKIE_NAME": (["airlock", "my_app-1"], ["", None, 5, "two words", "a=b", "a;b", "a\r\nb"]),
    "COOKIE_SECURE": ([True, False, None], ["yes", 1, 0]),
    "ENCRYPTION_KEYS": (
        [[KEY], (KEY, "o" * 40), ["é" * 16], [KEY, "an older, short one"], None],
        ["k" * 64, [], ["short"], ["short", KEY], [KEY, ""], [5], [KEY, None], 5, [b"k" * 32]],
    ),
    "PASSWORD_COST": (
        [{}, {"time_cost": 2}, {"memory_cost": 19456, "parallelism": 1, "time_cost": 2}],
        [None, 3, [], {"rounds": 3}, {"time_cost": 0}, {"time_cost": "3"}, {"time_cost": True},
         {"memory_cost": 1}, {"parallelism": 0}, {"time_cost": 10**9}, {"memory_cost": 2**40},
         {5: 5}, {"time_cost": 2.0}],
    ),
    "PHONE_REGION": (["DE", "us", None], ["", "DEU", 49, "+49", "1a"]),
    "SMS_SERVICE": (["outbox", "http", "twilio", None], ["", "fax", 5, ["outbox"], True]),
    "SMS_SERVICE_CONFIG": ([{}, {"url": "https://x.org"}], [None, [], "x", 5, {5: "x"}]),
    "EMAIL_SENDER": (["airlock@example.com", None], ["", 5, []]),
    "DELIVERY": (["thread", "sync", None], ["", "queue", True]),
    "MIRROR_COLUMNS": ([[], ["phone_number"], ()], ["phone_number", None, [5], [""]]),
    "LAYOUT_TEMPLATE": (["base.html"], ["", None, 5]),
    "CSP": (["default-src 'self'", None], ["", 5, []]),
}  # fmt: skip
GOOD = [(key, value) for key, (good, _) in VALUES.items() for value in good]
BAD = [(key, value) for key, (_, bad) in VALUES.items() for value in bad]


def read(**keys: Any) -> Settings:
    return Settings.from_mapping({f"SECURITY_{key}": value for key, value in keys.items()})


def refusal_of(key: str, value: Any) -> ConfigurationError | None:
    try:
        read(**{key: value})
    except ConfigurationError as refusal:
        return refusal
    return None


def test_every_setting_is_tried_here() -> None:
    assert {spec.name.upper() for spec in fields(Settings)} == set(VALUES)


@pytest.mark.parametrize("key,value", GOOD, ids=lambda part: str(part)[:40])
def test_a_value_that_is_allowed_is_taken(key: str, value: Any) -> None:
    beside = {"SESSION_LIFETIME": timedelta(days=400)} if key == "SESSION_IDLE" else {}
    assert hasattr(read(**{key: value}, **beside), key.lower())


@pytest.mark.parametrize("key,value", BAD, ids=lambda part: ascii(part)[:40])
def test_a_value_that_is_not_allowed_stops_the_start_by_name(key: str, value: Any) -> None:
    """S-117: nonsense stops the start; the message names key, type and what is allowed."""
    with pytest.raises(ConfigurationError) as refusal:
        read(**{key: value})
    message = str(refusal.value)
    assert f"SECURITY_{key} " in message
    assert type(value).__name__ in message
    assert len(message.partition("it takes ")[2]) > 3


@pytest.mark.parametrize("key", sorted(VALUES))
def test_a_refusal_never_quotes_the_value(key: str) -> None:
    """S-117: a secret in the wrong place does not end in a log."""
    for value in (MARK, [MARK], {MARK: MARK}, {"time_cost": MARK}, (MARK, 5), object()):
        refusal = refusal_of(key, value)
        assert refusal is None or MARK not in str(refusal)
        assert refusal is None or refusal.__suppress_context__


@pytest.mark.parametrize("value, shown", [(40 * 86400, "3456000"), (timedelta(days=40), "40 days")])
def test_a_number_or_a_time_that_is_refused_is_shown(value: object, shown: str) -> None:
    """It is no secret, and says what was meant: 14 are seconds."""
    assert shown in str(refusal_of("TWO_FACTOR_TRUSTED_BROWSERS", value))


def test_settings_have_the_defaults_that_are_documented() -> None:
    settings = read()
    assert settings.two_factor is False
    assert settings.two_factor_enabled_methods == ("email", "authenticator")
    assert settings.two_factor_required is True
    assert settings.session_policy == SessionPolicy(timedelta(hours=8), timedelta(hours=24))
    assert settings.second_factor_policy == SecondFactorPolicy(enabled=False, required=True)
    assert settings.password_cost == PasswordCost()


def test_other_extensions_keys_are_none_of_our_business() -> None:
    config: Mapping[str, Any] = {"SECRET_KEY": "x", "MAIL_SERVER": "x", "SECURITY": 5, "SECUR": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Settings.from_mapping(config) == Settings()


@pytest.mark.parametrize(
    "given,methods",
    [
        (["mail"], ("email",)),
        (["email"], ("email",)),
        (["google_authenticator"], ("authenticator",)),
        (["authenticator", "mail"], ("authenticator", "email")),
        (["mail", "email", "google_authenticator", "authenticator"], ("email", "authenticator")),
    ],
)
def test_old_and_new_names_of_methods_are_the_same(
    given: list[str], methods: tuple[str, ...]
) -> None:
    assert read(TWO_FACTOR_ENABLED_METHODS=given).two_factor_enabled_methods == methods


def test_an_unknown_key_warns_with_the_nearest_known_one() -> None:
    with pytest.warns(UserWarning, match="did you mean SECURITY_TWO_FACTOR_ENABLED_METHODS"):
        read(TWO_FACTOR_ENABLED_METHOD=["mail"])
    with pytest.warns(UserWarning, match="SECURITY_Q+ is not a setting of Flask-Airlock$"):
        read(**{"Q" * 30: MARK})


def test_text_messages_without_a_service_stop_the_start() -> None:
    methods = ["mail", "sms"]
    with pytest.raises(ConfigurationError, match="SECURITY_SMS_SERVICE"):
        read(TWO_FACTOR=True, TWO_FACTOR_ENABLED_METHODS=methods)
    read(TWO_FACTOR=True, TWO_FACTOR_ENABLED_METHODS=methods, SMS_SERVICE="outbox")
    read(TWO_FACTOR=False, TWO_FACTOR_ENABLED_METHODS=methods)


def test_a_session_may_not_rest_longer_than_it_lasts() -> None:
    with pytest.raises(ConfigurationError, match="SECURITY_SESSION_IDLE"):
        read(SESSION_IDLE=7200, SESSION_LIFETIME=3600)
    read(SESSION_IDLE=3600, SESSION_LIFETIME=3600)


@pytest.mark.parametrize("seconds", DURATIONS[0])
def test_durations_are_seconds_or_timedeltas(seconds: float | timedelta) -> None:
    wanted = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
    settings = read(SESSION_LIFETIME=seconds, SESSION_IDLE=1)
    assert settings.session_lifetime == wanted


def test_settings_are_one_value_that_nobody_changes() -> None:
    config = {"url": "https://x.org"}
    settings = read(SMS_SERVICE_CONFIG=config, BASE_URL="https://example.com/app/")
    config["url"] = "https://evil.example"
    assert settings.sms_service_config["url"] == "https://x.org"
    assert settings.base_url == "https://example.com/app"
    with pytest.raises(AttributeError):
        settings.two_factor = True  # type: ignore[misc]


@pytest.mark.parametrize(
    "keys",
    [
        {"ENCRYPTION_KEYS": [MARK]},
        {"SMS_SERVICE": "twilio", "SMS_SERVICE_CONFIG": {"auth_token": MARK}},
        {"SMS_SERVICE": "http", "SMS_SERVICE_CONFIG": {"headers": {"Authorization": MARK}}},
    ],
    ids=["encryption keys", "twilio", "http"],
)
def test_no_secret_shows_in_the_representation(keys: dict[str, Any]) -> None:
    """S-117: repr(config) masks."""
    keys = {key: [MARK * 2] if key == "ENCRYPTION_KEYS" else value for key, value in keys.items()}
    assert MARK not in repr(read(**keys))
