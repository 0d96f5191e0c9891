"""An SMS gateway of one's own, as a company might run one: a small HTTP server."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.servers.http import Gate, QuietHandler, form_fields, serving

PATH = "/send"


@dataclass(frozen=True)
class GatewayRequest:
    """One call of the gateway."""

    headers: Mapping[str, str]
    body: bytes
    fields: Mapping[str, str]

    def header(self, name: str) -> str | None:
        """A header's value, however its name is written."""
        values = {key.lower(): value for key, value in self.headers.items()}
        return values.get(name.lower())


@dataclass
class SmsGateway:
    """What the gateway got so far, and how it answers from now on."""

    url: str = ""
    requests: list[GatewayRequest] = field(default_factory=list)
    status: int = HTTPStatus.OK
    gate: Gate = field(default_factory=Gate)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def answer_with(self, status: int) -> None:
        """Give every request this status."""
        self.status = status

    def behave(self) -> None:
        """Take every request again, and at once."""
        self.status = HTTPStatus.OK
        self.gate.seconds = 0.0

    def hang(self, seconds: float) -> None:
        """Let every request wait before it is answered; 0 ends that."""
        self.gate.seconds = seconds

    def keep(self, request: GatewayRequest) -> None:
        """Put a request with the others and wake whoever waits for one."""
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    def wait_for(self, count: int = 1, timeout: float = 10) -> list[GatewayRequest]:
        """Every request, once there are `count` of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(
                    f"waited {timeout} s for {count} request(s); there are {len(self.requests)}"
                )
            return list(self.requests)


@contextmanager
def running_sms_gateway() -> Iterator[SmsGateway]:
    """A gateway on a free port, in a thread; `.url` is where to post to."""
    gateway = SmsGateway()

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - the standard library looks for this name
            _receive(self, gateway)

    with serving(Handler) as base_url:
        gateway.url = base_url + PATH
        try:
            yield gateway
        finally:
            gateway.gate.open()


def _receive(handler: QuietHandler, gateway: SmsGateway) -> None:
    body = handler.read_body()
    if handler.path.partition("?")[0] != PATH:
        handler.answer(HTTPStatus.NOT_FOUND, {"error": f"post to {PATH}"})
        return
    try:
        fields = _fields(handler.headers.get_content_type(), body)
    except ValueError as problem:
        handler.answer(HTTPStatus.BAD_REQUEST, {"error": str(problem)})
        return
    gateway.keep(GatewayRequest(dict(handler.headers.items()), body, fields))
    gateway.gate.wait()
    handler.answer(gateway.status, {"accepted": gateway.status < HTTPStatus.BAD_REQUEST})


def _fields(content_type: str, body: bytes) -> dict[str, str]:
    if content_type == "application/x-www-form-urlencoded":
        return form_fields(body)
    if content_type != "application/json":
        raise ValueError(f"{content_type} is neither JSON nor a form")
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("the JSON is not an object")
    return {key: str(value) for key, value in content.items()}
