"""Text messages by any gateway that takes an HTTP request."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..domain.letters import LONGEST_TIMEOUT_S, Message, is_timeout
from ..errors import ConfigurationError, DeliveryFailed

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
PLACEHOLDER = re.compile(r"\{(to|text|sender)\}")


class _NoRedirects(HTTPRedirectHandler):
    """A gateway that moves elsewhere must not take credentials and messages along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class HttpSmsTransport:
    """`SECURITY_SMS_SERVICE = "http"`: url, method, headers, json or form, timeout, accept."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        wrong = [name for name in config if not _is_sound(name, config[name])]
        if wrong or "url" not in config or {"json", "form"} <= set(config):
            raise ConfigurationError(
                "SECURITY_SMS_SERVICE_CONFIG for http takes url (http or https), method, headers "
                "(a mapping of texts), json or form (not both), sender, timeout (seconds, up to "
                f"{LONGEST_TIMEOUT_S}), accept "
                f"(a list of statuses); not right: {', '.join(sorted(wrong)) or 'url, json, form'}"
            )
        self._config = config
        self._accept = tuple(config.get("accept", range(200, 300)))
        self._timeout = float(config.get("timeout", 10))
        self._opener = build_opener(_NoRedirects)

    def send(self, message: Message) -> None:
        """Send one text message; raises DeliveryFailed."""
        try:
            with self._opener.open(self._request(message), timeout=self._timeout) as answer:
                status = int(answer.status)
        except HTTPError as refusal:
            status = refusal.code
            refusal.close()
        except (OSError, HTTPException) as problem:
            raise DeliveryFailed(type(problem).__name__) from None
        if status not in self._accept:
            raise DeliveryFailed(f"the gateway answered {status}")

    def _request(self, message: Message) -> Request:
        config = self._config
        words = {"to": message.to, "text": message.text, "sender": str(config.get("sender", ""))}
        headers = {name: str(value) for name, value in config.get("headers", {}).items()}
        body = None
        if "json" in config:
            body = json.dumps(_filled(config["json"], words)).encode()
            headers.setdefault("Content-Type", "application/json")
        elif "form" in config:
            body = urlencode(_filled(config["form"], words)).encode()
        method = str(config.get("method", "POST" if body is not None else "GET")).upper()
        url = _filled_url(str(config["url"]), words)
        # Its scheme was checked at start: http or https, never a file.
        return Request(url, data=body, headers=headers, method=method)  # noqa: S310 (checked at start)


def _is_sound(name: str, value: Any) -> bool:
    """Whether a key of the configuration is known and its value of the right shape."""
    return name in CHECKS and CHECKS[name](value)


def _is_url(value: Any) -> bool:
    if not isinstance(value, str) or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _are_headers(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and TOKEN.fullmatch(name) and str(text).isprintable()
        for name, text in value.items()
    )


def _are_statuses(value: Any) -> bool:
    return (
        isinstance(value, Collection)
        and bool(value)
        and all(type(status) is int and 100 <= status <= 599 for status in value)
    )


CHECKS: dict[str, Callable[[Any], bool]] = {
    "url": _is_url,
    "method": lambda value: isinstance(value, str) and bool(TOKEN.fullmatch(value)),
    "headers": _are_headers,
    "json": lambda value: isinstance(value, Mapping | list | str),
    "form": lambda value: isinstance(value, Mapping),
    "sender": lambda value: isinstance(value, str),
    "timeout": is_timeout,
    "accept": _are_statuses,
}


def _filled(template: Any, words: Mapping[str, str]) -> Any:
    """The template with {to}, {text}, {sender} filled in, in one pass."""
    if isinstance(template, str):
        return PLACEHOLDER.sub(lambda match: words[match[1]], template)
    if isinstance(template, Mapping):
        return {key: _filled(value, words) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [_filled(value, words) for value in template]
    return template


def _filled_url(template: str, words: Mapping[str, str]) -> str:
    quoted = {name: urlencode({"": word})[1:] for name, word in words.items()}
    return PLACEHOLDER.sub(lambda match: quoted[match[1]], template)
