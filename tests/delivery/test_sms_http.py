"""Text messages by any HTTP gateway: what it is asked, and what comes back of a failure."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flask_airlock.delivery.sms_http import HttpSmsTransport
from flask_airlock.domain.letters import Channel, Message
from flask_airlock.errors import ConfigurationError, DeliveryFailed
from tests.servers.http import HOST, QuietHandler, serving
from tests.servers.sms_gateway import SmsGateway

TEXT = "Your code is 135790.\n\n@example.com #135790 ü&=?#%{to}"
MESSAGE = Message(to="+447700900123", channel=Channel.SMS, subject="", text=TEXT)
SECRET = "the gateway's own key"


@dataclass
class Asked:
    """The requests that a gateway without manners got, and where it sends everybody."""

    url: str = ""
    elsewhere: str = ""
    paths: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def rude_gateway() -> Iterator[Asked]:
    """Takes GET as well, and answers /moved/<status> with a redirect."""
    asked = Asked()

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 (the standard library looks for this name)
            self.read_body()
            asked.paths.append((self.command, self.path))
            if not self.path.startswith("/moved/"):
                self.answer(200, {})
                return
            self.send_response(int(self.path.rpartition("/")[2]))
            self.send_header("Location", asked.elsewhere)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

    with serving(Handler) as url:
        asked.url, asked.elsewhere = url, f"{url}/elsewhere"
        yield asked


def transport(url: str, **config: Any) -> HttpSmsTransport:
    return HttpSmsTransport({"url": url, "timeout": 5, **config})


def failure(sender: HttpSmsTransport, message: Message = MESSAGE) -> str:
    """What is told of a message that could not be sent: never a part of it."""
    with pytest.raises(DeliveryFailed) as failed:
        sender.send(message)
    told = f"{failed.value!r} {failed.value} {failed.value.__cause__!r}"
    for secret in ("135790", "7700900123", SECRET):
        assert secret not in told
    assert failed.value.__suppress_context__ or failed.value.__context__ is None
    return str(failed.value)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_message_goes_out_as_json(sms_gateway: SmsGateway) -> None:
    body = {"recipient": "{to}", "body": "{text}", "from": "{sender}", "ttl": 300, "to": "x{to}y"}
    transport(sms_gateway.url, json=body, sender="Ex Co").send(MESSAGE)
    (asked,) = sms_gateway.wait_for(1)
    assert asked.header("content-type") == "application/json"
    assert dict(asked.fields) == {
        "recipient": MESSAGE.to, "body": TEXT, "from": "Ex Co", "ttl": "300",
        "to": f"x{MESSAGE.to}y",
    }  # fmt: skip


def test_words_are_filled_in_wherever_they_stand_and_only_once(sms_gateway: SmsGateway) -> None:
    """A text that holds {to} itself stays as it is; other braces are none of ours."""
    body = {"messages": [{"to": ["{to}"], "content": {"text": "{text}"}}], "note": "{other} {}"}
    transport(sms_gateway.url, json=body).send(MESSAGE)
    sent = sms_gateway.wait_for(1)[0].fields
    assert sent["messages"] == str([{"to": [MESSAGE.to], "content": {"text": TEXT}}])
    assert sent["note"] == "{other} {}"


def test_a_message_goes_out_as_a_form(sms_gateway: SmsGateway) -> None:
    form = {"to": "{to}", "text": "{text}", "key": "a&b"}
    transport(sms_gateway.url, form=form).send(MESSAGE)
    (asked,) = sms_gateway.wait_for(1)
    assert asked.header("content-type") == "application/x-www-form-urlencoded"
    assert dict(asked.fields) == {"to": MESSAGE.to, "text": TEXT, "key": "a&b"}


def test_headers_go_along_and_are_never_filled_in(sms_gateway: SmsGateway) -> None:
    headers = {"Authorization": f"Bearer {SECRET}", "X-Number": 5, "X-To": "{to}"}
    transport(sms_gateway.url, headers=headers, json={"to": "{to}"}).send(MESSAGE)
    (asked,) = sms_gateway.wait_for(1)
    assert asked.header("authorization") == f"Bearer {SECRET}"
    assert (asked.header("x-number"), asked.header("x-to")) == ("5", "{to}")


def test_a_gateway_may_ask_for_get_with_all_in_the_url(rude_gateway: Asked) -> None:
    url = f"{rude_gateway.url}/send/{{to}}?text={{text}}&from={{sender}}&x=1"
    transport(url, sender="a&b=c").send(MESSAGE)
    ((method, path),) = rude_gateway.paths
    assert method == "GET"
    assert urlsplit(path).path == "/send/%2B447700900123"
    assert parse_qs(urlsplit(path).query) == {"text": [TEXT], "from": ["a&b=c"], "x": ["1"]}


@pytest.mark.parametrize(
    "text", ["a\r\nHost: evil", "x HTTP/1.1\r\n\r\nGET /evil", "../..#?&/\x00"]
)
def test_a_message_can_not_reach_out_of_its_place_in_the_url(
    rude_gateway: Asked, text: str
) -> None:
    message = Message(to="+1 2\r\nX: y", channel=Channel.SMS, subject="", text=text)
    transport(f"{rude_gateway.url}/send/{{to}}?text={{text}}&last=1").send(message)
    ((_, path),) = rude_gateway.paths
    assert urlsplit(path).path.count("/") == 2
    assert parse_qs(urlsplit(path).query) == {"text": [text], "last": ["1"]}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_nothing_is_taken_elsewhere(
    rude_gateway: Asked, status: int
) -> None:
    headers = {"Authorization": SECRET}
    sender = transport(f"{rude_gateway.url}/moved/{status}", headers=headers, form={"to": "{to}"})
    assert str(status) in failure(sender)
    assert rude_gateway.paths == [("POST", f"/moved/{status}")]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refusal_is_told_by_its_status_alone(sms_gateway: SmsGateway, status: int) -> None:
    sms_gateway.answer_with(status)
    assert failure(transport(sms_gateway.url, json={})) == f"the gateway answered {status}"


def test_which_answers_count_as_sent_can_be_said(sms_gateway: SmsGateway) -> None:
    sender = transport(sms_gateway.url, json={}, accept=[202, 409])
    for status, good in ((202, True), (409, True), (200, False), (201, False)):
        sms_gateway.answer_with(status)
        if good:
            sender.send(MESSAGE)
        else:
            assert str(status) in failure(sender)


def test_any_answer_of_the_two_hundreds_counts_as_sent(sms_gateway: SmsGateway) -> None:
    for status in (200, 201, 202, 204):
        sms_gateway.answer_with(status)
        transport(sms_gateway.url, json={}).send(MESSAGE)


def test_a_gateway_that_stays_silent_is_given_up(sms_gateway: SmsGateway) -> None:
    sms_gateway.hang(30)
    assert "imeout" in failure(transport(sms_gateway.url, json={}, timeout=0.2))


def test_a_gateway_that_is_not_there_is_a_failure(rude_gateway: Asked) -> None:
    assert failure(transport(f"http://{HOST}:{closed_port()}/?key={SECRET}"))


def test_a_gateway_that_speaks_nonsense_is_a_failure() -> None:
    with socket.create_server((HOST, 0)) as server:
        sender = transport(f"http://{HOST}:{server.getsockname()[1]}/", timeout=0.3)
        assert failure(sender)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"url": ""},
        {"url": None},
        {"url": "ftp://x.org/"},
        {"url": "file:///etc/passwd"},
        {"url": "x.org/send"},
        {"url": "https://"},
        {"url": "https://x.org", "token": SECRET},
        {"url": "https://x.org", "json": {}, "form": {}},
        {"url": "https://x.org", "timeout": "soon"},
        {"url": "https://x.org", "timeout": 0},
        {"url": "https://x.org", "timeout": 61},
        {"url": "https://x.org", "accept": 200},
        {"url": "https://x.org", "accept": ["yes"]},
        {"url": "https://x.org", "headers": "X-Key: 5"},
        {"url": "https://x.org", "headers": {"X-Key": "a\r\nX-Other: b"}},
        {"url": "https://x.org", "headers": {"X-Key\r\nX-Other": "b"}},
        {"url": "https://x.org", "form": "to={to}"},
        {"url": "https://x.org", "method": "GET\r\nX: y"},
    ],
    ids=lambda config: ascii(list(config.items())[-1:]),
)
def test_a_wrong_configuration_stops_the_start(config: dict[str, Any]) -> None:
    """Found when the application starts, not when the first person waits for a code."""
    with pytest.raises(ConfigurationError, match="SECURITY_SMS_SERVICE_CONFIG") as refusal:
        HttpSmsTransport(config)
    assert SECRET not in str(refusal.value)
