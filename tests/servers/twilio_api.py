"""As much of Twilio's REST API as its Python SDK needs to send a message."""

import re
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from secrets import compare_digest
from uuid import uuid4

from tests.servers.http import Gate, QuietHandler, form_fields, serving

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "fedcba9876543210" * 2
API_VERSION = "2010-04-01"
E164 = re.compile(r"\+[1-9]\d{6,14}")
INVALID_TO = 21211


class TwilioError(Exception):
    """An answer of the kind that the SDK turns into TwilioRestException."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, object] = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


@dataclass(frozen=True)
class TwilioMessage:
    """A message that was accepted."""

    sid: str
    to: str
    sender: str
    body: str


@dataclass
class TwilioApi:
    """What was sent so far, and how the API answers from now on."""

    base_url: str = ""
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    messages: list[TwilioMessage] = field(default_factory=list)
    problem: TwilioError | None = None
    gate: Gate = field(default_factory=Gate)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def refuse(
        self,
        status: int = HTTPStatus.BAD_REQUEST,
        code: int = INVALID_TO,
        message: str = "The 'To' number is not a valid phone number.",
    ) -> None:
        """Answer every message with this error."""
        self.problem = TwilioError(status, code, message)

    def behave(self) -> None:
        """Accept messages again, and at once."""
        self.problem = None
        self.gate.seconds = 0.0

    def hang(self, seconds: float) -> None:
        """Let every message wait before it is answered."""
        self.gate.seconds = seconds

    def keep(self, message: TwilioMessage) -> None:
        """Put a message with the others and wake whoever waits for one."""
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def wait_for(self, count: int = 1, timeout: float = 10) -> list[TwilioMessage]:
        """Every message, once there are `count` of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.messages) >= count, timeout):
                raise AssertionError(
                    f"waited {timeout} s for {count} message(s); there are {len(self.messages)}"
                )
            return list(self.messages)

    def create(self, path: str, authorization: str, fields: Mapping[str, str]) -> TwilioMessage:
        """Accept a message, or raise what is wrong with it."""
        if path != f"/{API_VERSION}/Accounts/{self.account_sid}/Messages.json":
            raise TwilioError(404, 20404, f"The requested resource {path} was not found")
        pair = b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if not compare_digest(authorization.encode(), f"Basic {pair}".encode()):
            raise TwilioError(401, 20003, "Authenticate")
        self.gate.wait()
        if self.problem:
            raise self.problem
        _check(fields)
        sid = "SM" + uuid4().hex
        message = TwilioMessage(sid, fields["To"], fields["From"], fields["Body"])
        self.keep(message)
        return message

    def describe(self, message: TwilioMessage) -> dict[str, object]:
        """A message as the API shows it."""
        now = format_datetime(datetime.now(UTC))
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{message.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": message.body,
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": message.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": message.sid,
            "status": "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.to,
            "uri": f"{uri}.json",
        }


def _check(fields: Mapping[str, str]) -> None:
    if not fields.get("To"):
        raise TwilioError(400, 21604, "A 'To' phone number is required.")
    if not fields.get("From"):
        raise TwilioError(400, 21603, "A 'From' phone number is required.")
    if not fields.get("Body"):
        raise TwilioError(400, 21602, "Message body is required.")
    if not E164.fullmatch(fields["To"]):
        message = f"The 'To' number {fields['To']} is not a valid phone number."
        raise TwilioError(400, INVALID_TO, message)


@contextmanager
def running_twilio_api() -> Iterator[TwilioApi]:
    """The API on a free port, in a thread; `.base_url` is for `client.api.base_url`."""
    api = TwilioApi()

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - the standard library looks for this name
            fields = form_fields(self.read_body())
            try:
                message = api.create(self.path, self.headers.get("Authorization", ""), fields)
            except TwilioError as problem:
                self.answer(problem.status, problem.body)
            else:
                self.answer(HTTPStatus.CREATED, api.describe(message))

    with serving(Handler) as base_url:
        api.base_url = base_url
        try:
            yield api
        finally:
            api.gate.open()
