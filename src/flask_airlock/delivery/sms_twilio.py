"""Text messages by Twilio's own SDK."""

from collections.abc import Mapping
from typing import Any

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ..domain.letters import LONGEST_TIMEOUT_S, Message, is_timeout
from ..errors import ConfigurationError, DeliveryFailed

NEEDED = {"account_sid", "auth_token"}
KEYS = NEEDED | {"sender", "messaging_service_sid", "timeout", "base_url"}


class TwilioSmsTransport:
    """`SECURITY_SMS_SERVICE = "twilio"`: account_sid, auth_token, sender (or a service's sid)."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        texts = [config.get(name) for name in KEYS - {"timeout"} if name in config]
        sound = not set(config) - KEYS and set(config) >= NEEDED
        sound = sound and bool({"sender", "messaging_service_sid"} & set(config))
        sound = sound and all(isinstance(text, str) and text for text in texts)
        if not sound or not is_timeout(config.get("timeout", 10)):
            raise ConfigurationError(
                "SECURITY_SMS_SERVICE_CONFIG for twilio takes account_sid, auth_token, sender or "
                "messaging_service_sid, and optionally timeout (seconds, up to "
                f"{LONGEST_TIMEOUT_S}) and base_url"
            )
        http = TwilioHttpClient(timeout=float(config.get("timeout", 10)))
        self._client = Client(config["account_sid"], config["auth_token"], http_client=http)
        if "base_url" in config:
            self._client.api.base_url = config["base_url"]
        if "messaging_service_sid" in config:
            self._from = {"messaging_service_sid": config["messaging_service_sid"]}
        else:
            self._from = {"from_": config["sender"]}

    def send(self, message: Message) -> None:
        """Send one text message; raises DeliveryFailed."""
        try:
            self._client.messages.create(to=message.to, body=message.text, **self._from)
        except (TwilioException, RequestException) as problem:
            code = getattr(problem, "code", "")
            raise DeliveryFailed(f"{type(problem).__name__} {code}".strip()) from None
