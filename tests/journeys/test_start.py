"""What is wrong with an application is said at its start, by name."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest

from flask_airlock import ConfigurationError, MissingExtra
from tests.applications import Application

LIVE = {
    "TESTING": False,
    "DEBUG": False,
    "MAIL_SERVER": "127.0.0.1",
    "MAIL_DEFAULT_SENDER": "login@example.com",
    "SECURITY_BASE_URL": "https://www.example.com",
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["mail", "google_authenticator"],
    "SECURITY_SMS_SERVICE": None,
    "PROPAGATE_EXCEPTIONS": True,
}
WEAK = ["super-secret", "dev", "short", "changeme", "SUPER-SECRET", "15 bytes, no mo", "x"]


def first_request(application: Application) -> int:
    """Open a page of the application's."""
    return application.app.test_client().get("/").status_code


def test_a_missing_secret_key_stops_the_start(applications: Callable[..., Application]) -> None:
    """S-117: also in development, and with a test's settings."""
    for mode in ({}, {"DEBUG": True}, {"TESTING": True}):
        with pytest.raises(ConfigurationError, match="SECRET_KEY is not set"):
            first_request(applications(**LIVE | {"SECRET_KEY": None} | mode))


def test_a_live_application_starts(applications: Callable[..., Application]) -> None:
    assert first_request(applications(**LIVE)) == 200


@pytest.mark.parametrize("key", WEAK)
def test_a_weak_secret_key_is_refused_outside_debug_and_testing(
    applications: Callable[..., Application], key: str
) -> None:
    """S-117: at the first request, since `app.run(debug=True)` sets the flag late."""
    application = applications(**LIVE | {"SECRET_KEY": key})
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        first_request(application)


@pytest.mark.parametrize("mode", ["DEBUG", "TESTING"])
@pytest.mark.parametrize("key", WEAK)
def test_a_weak_secret_key_is_warned_about_within(
    applications: Callable[..., Application],
    caplog: pytest.LogCaptureFixture,
    mode: str,
    key: str,
) -> None:
    application = applications(**LIVE | {"SECRET_KEY": key, mode: True})
    with caplog.at_level(logging.WARNING, logger="flask_airlock"):
        assert first_request(application) == 200
        assert first_request(application) == 200
    assert caplog.text.count("SECRET_KEY is weak") == 1
    assert key not in caplog.text.replace("SECRET_KEY", "") or len(key) < 4


def test_a_refusal_does_not_print_the_key(applications: Callable[..., Application]) -> None:
    application = applications(**LIVE | {"SECRET_KEY": "hunter2hunter2"})
    with pytest.raises(ConfigurationError) as refused:
        first_request(application)
    assert "hunter2" not in str(refused.value)


def test_missing_tables_are_named(applications: Callable[..., Application]) -> None:
    application = applications()
    with application.app.app_context():
        application.db.drop_all()
    with pytest.raises(ConfigurationError, match=r"airlock_accounts.*create_all"):
        first_request(application)


def test_a_missing_column_is_named(applications: Callable[..., Application]) -> None:
    """A database of an earlier version: said at start, not by a 503 in the middle of a login."""
    application = applications()
    with application.app.app_context(), application.db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE airlock_accounts DROP COLUMN mailbox_reset_at")
    with pytest.raises(ConfigurationError, match=r"airlock_accounts\.mailbox_reset_at.*Alembic"):
        first_request(application)


def test_a_changed_key_stops_the_start(
    applications: Callable[..., Application], tmp_path: object
) -> None:
    """A key-check row: no configured key opens what the database holds."""
    uri = f"sqlite:///{tmp_path}/keys.sqlite"
    assert first_request(applications(uri)) == 200
    changed = applications(uri, SECRET_KEY="another key that is long enough")
    with pytest.raises(ConfigurationError, match="no configured key opens"):
        first_request(changed)


@pytest.mark.parametrize(
    "settings",
    [
        {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["old"]},
        {"SECURITY_ENCRYPTION_KEYS": ["new", "old"]},
    ],
    ids=["fallbacks", "encryption keys"],
)
def test_a_key_may_be_rotated(
    applications: Callable[..., Application], tmp_path: object, settings: dict[str, Any]
) -> None:
    """S-115: old secrets are read under the old key, and logins go on."""
    words = {
        "old": "the old key, which is long enough for this",
        "new": "the new key, which is long enough for this",
    }
    uri = f"sqlite:///{tmp_path}/rotated.sqlite"
    before = applications(uri, SECRET_KEY=words["old"])
    ada, browser = before.person(), before.browser()
    browser.enrol(ada, "authenticator").log_out()
    spelled = {
        name: [words[word] for word in value] if isinstance(value, list) else words[value]
        for name, value in settings.items()
    }
    after = applications(uri, **spelled)
    after.clock.now = before.clock.now
    after.clock.advance(minutes=1)
    again = after.browser()
    ada.application = after
    again.log_in(ada, "authenticator")
    assert again.is_signed_in


@pytest.mark.parametrize(
    "gone, named",
    [
        ({"MAIL_SERVER": None}, "MAIL_SERVER"),
        ({"MAIL_DEFAULT_SENDER": None}, "SECURITY_EMAIL_SENDER or MAIL_DEFAULT_SENDER"),
    ],
)
def test_a_missing_mailer_or_sender_is_named(
    applications: Callable[..., Application], gone: dict[str, None], named: str
) -> None:
    """Outside development, at the first request."""
    with pytest.raises(ConfigurationError, match=named):
        first_request(applications(**LIVE | gone))


def test_a_missing_mail_extension_is_named(applications: Callable[..., Application]) -> None:
    application = applications(**LIVE)
    del application.app.extensions["mail"]
    with pytest.raises(ConfigurationError, match="Flask-Mail"):
        first_request(application)


def test_the_sms_outbox_is_refused_outside_development(
    applications: Callable[..., Application],
) -> None:
    settings = {
        "SECURITY_SMS_SERVICE": "outbox",
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["mail", "sms"],
    }
    with pytest.raises(ConfigurationError, match='SECURITY_SMS_SERVICE = "outbox"'):
        first_request(applications(**LIVE | settings))


def test_text_messages_need_a_host_outside_debug(
    applications: Callable[..., Application],
) -> None:
    """A named error when first needed: the start is fine, the message is not."""
    settings = {
        "SECURITY_SMS_SERVICE": "http",
        "SECURITY_SMS_SERVICE_CONFIG": {"url": "http://127.0.0.1:9/", "form": {}},
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["sms"],
        "SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False,
        "SECURITY_PHONE_REGION": "US",
        "SECURITY_DELIVERY": "sync",
        "SECURITY_BASE_URL": None,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_CHANGE_EMAIL": False,
    }
    application = applications(**LIVE | settings)
    assert first_request(application) == 200
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.post("/login/set-up/sms", action="begin")
    with pytest.raises(ConfigurationError, match="SECURITY_BASE_URL"):
        browser.post("/login/set-up/sms", action="begin", phone=ada.phone)


@pytest.mark.parametrize(
    "package, modules, settings, extra",
    [
        ("phonenumbers", ["factors.sms", "domain.phones"], {}, "sms"),
        (
            "twilio",
            ["delivery.sms_twilio"],
            {
                "SECURITY_SMS_SERVICE": "twilio",
                "SECURITY_SMS_SERVICE_CONFIG": {
                    "account_sid": "AC1",
                    "auth_token": "x",
                    "sender": "+15005550006",
                },
            },
            "twilio",
        ),
    ],
)
def test_a_missing_extra_is_named_when_it_is_first_needed(
    applications: Callable[..., Application],
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    modules: list[str],
    settings: dict[str, Any],
    extra: str,
) -> None:
    hide(monkeypatch, package, modules)
    with pytest.raises(MissingExtra, match=rf"{package}.*Flask-Airlock\[{extra}\]"):
        first_request(applications(**settings))


def test_a_missing_mailer_is_named_when_a_letter_is_sent(
    applications: Callable[..., Application],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    application = applications(MAIL_SERVER="127.0.0.1", MAIL_DEFAULT_SENDER="a@b.example")
    hide(monkeypatch, "flask_mail", ["delivery.mail"])
    application.browser().give_password(application.person())
    assert 'pip install "Flask-Airlock[mail]"' in caplog.text


def hide(monkeypatch: pytest.MonkeyPatch, package: str, modules: list[str]) -> None:
    """Let a package be absent, as on a machine where its extra was not installed."""
    for name in list(sys.modules):
        if name == package or name.startswith(f"{package}."):
            monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, package, None)
    for name in modules:
        monkeypatch.delitem(sys.modules, f"flask_airlock.{name}", raising=False)


def test_an_unknown_setting_warns_with_the_nearest_name(
    applications: Callable[..., Application],
) -> None:
    with pytest.warns(UserWarning, match="did you mean SECURITY_TWO_FACTOR_REQUIRED"):
        applications(SECURITY_TWO_FACTOR_REQUIERD=True)


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("SECURITY_TWO_FACTOR", "yes", "type str.*True or False"),
        ("SECURITY_TWO_FACTOR_ENABLED_METHODS", ["mail", "pigeon"], "type list.*sms"),
        ("SECURITY_TWO_FACTOR_ENABLED_METHODS", "mail", "type str"),
        ("SECURITY_SESSION_IDLE", -5, "type int.*seconds"),
        ("SECURITY_SESSION_IDLE", True, "type bool"),
        ("SECURITY_LOGIN_URL", "//evil.example", "type str.*path"),
        ("SECURITY_ENCRYPTION_KEYS", ["short"], "type list.*32 bytes"),
        ("SECURITY_DELIVERY", "pigeon", '"thread", "sync"'),
        ("SECURITY_PHONE_REGION", "Germany", "a country"),
    ],
)
def test_a_wrong_value_stops_the_start_by_name(
    applications: Callable[..., Application], key: str, value: object, said: str
) -> None:
    """Key, type and what is allowed; never the value, which may be a secret."""
    with pytest.raises(ConfigurationError, match=rf"{key}.*{said}") as refused:
        applications(**{key: value})
    assert "pigeon" not in str(refused.value)
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize(
    "on", ["SECURITY_RECOVERABLE", "SECURITY_CHANGE_EMAIL", "SECURITY_CONFIRMABLE"]
)
def test_links_need_an_address_outside_debug(
    applications: Callable[..., Application], on: str
) -> None:
    """S-122: a named error at start, not a letter that can't be written."""
    off = {"SECURITY_RECOVERABLE": False, "SECURITY_CHANGE_EMAIL": False}
    application = applications(**LIVE | off | {"SECURITY_BASE_URL": None, on: True})
    with pytest.raises(ConfigurationError, match=f"SECURITY_BASE_URL.*{on}"):
        first_request(application)


def test_letters_need_a_mailer_also_without_a_second_factor(
    applications: Callable[..., Application],
) -> None:
    settings = {"SECURITY_TWO_FACTOR": False, "MAIL_SERVER": None}
    application = applications(**LIVE | settings)
    with pytest.raises(ConfigurationError, match=r"MAIL_SERVER.*SECURITY_RECOVERABLE"):
        first_request(application)
    off = ("RECOVERABLE", "CHANGEABLE", "CHANGE_EMAIL")
    without = applications(**LIVE | settings | {f"SECURITY_{key}": False for key in off})
    assert first_request(without) == 200
