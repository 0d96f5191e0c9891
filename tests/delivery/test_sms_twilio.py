"""Text messages by Twilio's SDK, against its API as a local server."""

from collections.abc import Iterator
from typing import Any

import pytest

from flask_airlock.delivery.sms_twilio import TwilioSmsTransport
from flask_airlock.domain.letters import Channel, Message
from flask_airlock.errors import ConfigurationError, DeliveryFailed
from tests.servers.http import QuietHandler, form_fields, serving
from tests.servers.twilio_api import ACCOUNT_SID, AUTH_TOKEN, TwilioApi

TO, FROM = "+447700900123", "+447700900456"
TEXT = "Your code is 135790.\n\n@example.com #135790"
MESSAGE = Message(to=TO, channel=Channel.SMS, subject="", text=TEXT)
ACCOUNT = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}


def transport(base_url: str, **config: Any) -> TwilioSmsTransport:
    return TwilioSmsTransport({**ACCOUNT, "sender": FROM, "base_url": base_url, **config})


def failure(sender: TwilioSmsTransport) -> str:
    """What is told of a message that could not be sent: never a part of it, nor a secret."""
    with pytest.raises(DeliveryFailed) as failed:
        sender.send(MESSAGE)
    told = f"{failed.value!r} {failed.value.__cause__!r}"
    for secret in ("135790", "7700900123", AUTH_TOKEN):
        assert secret not in told
    assert failed.value.__suppress_context__
    return str(failed.value)


@pytest.fixture
def taken_as_given() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """An API that takes every message; its URL, and the fields it got."""
    fields: list[dict[str, str]] = []

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 (the standard library looks for this name)
            fields.append(form_fields(self.read_body()))
            self.answer(201, {"sid": "SM1", "status": "queued"})

    with serving(Handler) as url:
        yield url, fields


def test_a_message_goes_to_its_number_with_its_text(twilio_api: TwilioApi) -> None:
    transport(twilio_api.base_url).send(MESSAGE)
    (kept,) = twilio_api.wait_for(1)
    assert (kept.to, kept.sender, kept.body) == (TO, FROM, TEXT)


def test_a_messaging_service_may_stand_for_the_sender(
    taken_as_given: tuple[str, list[dict[str, str]]],
) -> None:
    url, fields = taken_as_given
    config = {**ACCOUNT, "messaging_service_sid": "MG1", "base_url": url}
    TwilioSmsTransport(config).send(MESSAGE)
    assert fields == [{"To": TO, "Body": TEXT, "MessagingServiceSid": "MG1"}]


@pytest.mark.parametrize("status,code", [(400, 21211), (429, 20429), (500, 20500), (503, 20503)])
def test_a_refusal_is_told_by_its_number_alone(
    twilio_api: TwilioApi, status: int, code: int
) -> None:
    """Twilio's own words quote the number, and may quote the text."""
    twilio_api.refuse(status, code, f"The number {TO} can't take: {TEXT}")
    assert str(code) in failure(transport(twilio_api.base_url))
    twilio_api.behave()
    transport(twilio_api.base_url).send(MESSAGE)


def test_a_wrong_token_is_a_failure_and_is_not_told(twilio_api: TwilioApi) -> None:
    wrong = AUTH_TOKEN[::-1]
    assert "20003" in failure(transport(twilio_api.base_url, auth_token=wrong))
    assert twilio_api.messages == []


def test_an_api_that_stays_silent_is_given_up(twilio_api: TwilioApi) -> None:
    twilio_api.hang(30)
    assert "Timeout" in failure(transport(twilio_api.base_url, timeout=0.3))


def test_an_api_that_is_not_there_is_a_failure() -> None:
    with serving(QuietHandler) as url:
        pass
    assert failure(transport(url))


@pytest.mark.parametrize(
    "config",
    [
        {},
        ACCOUNT,
        {"account_sid": ACCOUNT_SID, "sender": FROM},
        {"auth_token": AUTH_TOKEN, "sender": FROM},
        {**ACCOUNT, "sender": FROM, "url": "https://x.org"},
        {**ACCOUNT, "sender": FROM, "timeout": "soon"},
        {**ACCOUNT, "sender": FROM, "auth_token": ""},
    ],
    ids=range(7),
)
def test_a_wrong_configuration_stops_the_start(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="SECURITY_SMS_SERVICE_CONFIG") as refusal:
        TwilioSmsTransport(config)
    assert AUTH_TOKEN not in str(refusal.value)
