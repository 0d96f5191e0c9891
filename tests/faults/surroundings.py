"""Mail servers, gateways, clocks and code of the application's own that let it down."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from flask_airlock.signals import SIGNALS
from tests.faults.case import Case, Fault, Site
from tests.journeys.support import own_templates

# A busy machine answers late now and then.
PATIENCE = 1.0
CLOSED_PORT = 1
HANGS = 30


@contextmanager
def _mail(way: Callable[[Any], object], case: Case) -> Iterator[None]:
    server = case.site.fixture("mail_server")
    way(server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smtplib.SMTP, "__init__", _hurried(smtplib.SMTP.__init__))
        yield
    server.behave()


def _hurried(original: Callable[..., None]) -> Callable[..., None]:
    """The standard library's client with less patience than it was told to have."""

    def hurried(self: smtplib.SMTP, host: str, port: int, *, timeout: float) -> None:
        original(self, host, port, timeout=min(timeout, PATIENCE))

    return hurried


@contextmanager
def _mail_away(case: Case) -> Iterator[None]:
    mail = case.scene.application.app.extensions["mail"]
    there, mail.port = mail.port, CLOSED_PORT
    yield
    mail.port = there


@contextmanager
def _mail_raises(case: Case) -> Iterator[None]:
    class Odd:
        def __getattr__(self, name: str) -> object:
            raise KeyError("on purpose")

    extensions = case.scene.application.app.extensions
    kept = extensions["mail"]
    extensions["mail"] = Odd()
    yield
    extensions["mail"] = kept


@contextmanager
def _gateway(server: str, way: Callable[[Any], object], case: Case) -> Iterator[None]:
    fake = case.site.fixture(server)
    way(fake)
    yield
    fake.behave()


@contextmanager
def _valkey_away(case: Case) -> Iterator[None]:
    valkey = case.site.fixture("valkey")
    valkey.stop()
    yield
    valkey.start()


@contextmanager
def _template(name: str, case: Case) -> Iterator[None]:
    app = case.scene.application.app
    kept = app.jinja_loader
    own_templates(case.scene.application, {name: "{{ 1 // 0 }}"})
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    yield
    app.jinja_loader = kept
    app.jinja_env.cache.clear()  # type: ignore[union-attr]


@contextmanager
def _receiver(case: Case) -> Iterator[None]:
    def stumble(_: Any, event: Any) -> None:
        raise RuntimeError("on purpose")

    with ExitStack() as stack:
        for heard in SIGNALS.values():
            stack.enter_context(heard.connected_to(stumble))
        yield


@contextmanager
def _clock(by: timedelta, case: Case) -> Iterator[None]:
    # What her app shows follows the time of the server: hers is right, or she would not be asked.
    case.scene.application.clock.now += by
    yield
    case.scene.application.clock.now -= by


def _with_mail(site: Site) -> dict[str, Any]:
    server = site.fixture("mail_server")
    return {
        "MAIL_SERVER": server.host,
        "MAIL_PORT": server.port,
        "MAIL_DEFAULT_SENDER": "login@example.com",
        "MAIL_SUPPRESS_SEND": False,
    }


def _with_gateway(site: Site) -> dict[str, Any]:
    config = {
        "url": site.fixture("sms_gateway").url,
        "json": {"to": "{to}", "text": "{text}"},
        "timeout": PATIENCE,
    }
    return {"SECURITY_SMS_SERVICE": "http", "SECURITY_SMS_SERVICE_CONFIG": config}


def _with_twilio(site: Site) -> dict[str, Any]:
    api = site.fixture("twilio_api")
    config = {
        "account_sid": api.account_sid,
        "auth_token": api.auth_token,
        "sender": "+12015550100",
        "timeout": PATIENCE,
        "base_url": api.base_url,
    }
    return {"SECURITY_SMS_SERVICE": "twilio", "SECURITY_SMS_SERVICE_CONFIG": config}


def _with_stolen_passwords(_: Site) -> dict[str, Any]:
    away = f"http://127.0.0.1:{CLOSED_PORT}/range"
    return {"SECURITY_PASSWORD_CHECK_BREACHED": True, "SECURITY_PASSWORD_BREACH_URL": away}


def _with_network_limits(site: Site) -> dict[str, Any]:
    return {
        "SECURITY_NETWORK_FAILURES": "20 per 10 minutes",
        "SECURITY_NETWORK_LETTERS": "60 per 10 minutes",
        "SECURITY_RATELIMIT_STORAGE_URI": site.fixture("valkey").url,
    }


def _by_mail(way: Callable[[Any], object]) -> Fault:
    return Fault(partial(_mail, way), _with_mail, is_looked_through=True)


def _by_sms(way: Callable[[Any], object]) -> Fault:
    return Fault(partial(_gateway, "sms_gateway", way), _with_gateway, is_looked_through=True)


def _by_twilio(way: Callable[[Any], object]) -> Fault:
    return Fault(partial(_gateway, "twilio_api", way), _with_twilio, is_looked_through=True)


def _at(**by: float) -> Fault:
    return Fault(partial(_clock, timedelta(**by)), is_looked_through=True)


FAULTS = {
    "mail refused": _by_mail(lambda server: server.refuse()),
    "mail hangs": _by_mail(lambda server: server.hang(HANGS)),
    "mail drops": _by_mail(lambda server: server.drop()),
    "mail away": Fault(_mail_away, _with_mail, is_looked_through=True),
    "mail raises": Fault(_mail_raises, _with_mail, is_looked_through=True),
    "gateway refuses": _by_sms(lambda gateway: gateway.answer_with(503)),
    "gateway hangs": _by_sms(lambda gateway: gateway.hang(HANGS)),
    "Twilio refuses": _by_twilio(lambda api: api.refuse()),
    "Twilio hangs": _by_twilio(lambda api: api.hang(HANGS)),
    "stolen passwords": Fault(
        lambda _: nullcontext(), _with_stolen_passwords, is_looked_through=True
    ),
    "network counts": Fault(_valkey_away, _with_network_limits, is_looked_through=True),
    "letter template": Fault(partial(_template, "security/letters/code.txt")),
    "page template": Fault(partial(_template, "security/second_step.html")),
    "receiver": Fault(_receiver, is_looked_through=True),
    "a minute back": _at(minutes=-1),
    "a day back": _at(days=-1),
    "a month back": _at(days=-30),
    "a day on": _at(days=1),
    "a month on": _at(days=30),
}
