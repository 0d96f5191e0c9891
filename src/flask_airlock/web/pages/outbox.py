"""The developer's outbox: every message as its reader would see it. Debug and loopback only."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Response, abort, current_app, jsonify, request

from ...domain.letters import KeptMessage
from ..context import services
from .rendering import page

LONGEST_WAIT = 2.0
PROXY_HEADERS = ("forwarded", "via", "x-real-ip")


def show_outbox() -> Response:
    """GET of `security.outbox`; everybody else gets 404."""
    if not (current_app.debug and _is_local()):
        abort(404)
    # Who has just asked for a code looks here next: the thread that carries it may be behind.
    services().delivery().wait(LONGEST_WAIT)
    kept = [_shown(message) for message in reversed(services().outbox.messages())]
    accepted = request.accept_mimetypes
    if accepted["application/json"] > accepted["text/html"]:
        fields = ("to", "channel", "subject", "text", "at")
        return jsonify([{name: letter[name] for name in fields} for letter in kept])
    return page("outbox.html", letters=kept)


def _is_local() -> bool:
    """A loopback client that asks a loopback host: neither a proxy nor a rebound name."""
    names = [name.lower() for name, _ in request.headers]
    if any(name in PROXY_HEADERS or name.startswith("x-forwarded") for name in names):
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _shown(kept: KeptMessage) -> dict[str, str]:
    message = kept.message
    return {
        "to": message.to,
        "channel": message.channel.value,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "at": kept.at.isoformat(),
    }
