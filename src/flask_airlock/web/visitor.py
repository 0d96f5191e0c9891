"""The browser that asks, as plain data for flows."""

import unicodedata
from urllib.parse import urlsplit

from flask import request

from ..domain.accounts import Visitor
from . import cookies

LONGEST_AGENT = 255


def visitor() -> Visitor:
    """Who asks. The address is the one the server saw; behind a proxy, use werkzeug's ProxyFix."""
    return Visitor(
        address=_plain(request.remote_addr or "")[:64],
        agent=_plain(request.user_agent.string)[:LONGEST_AGENT],
        host=urlsplit(f"//{request.host}").hostname or "",
        marks=cookies.marks(),
    )


def _plain(text: str) -> str:
    """Printable ASCII: what is kept of a header can neither break a log line nor a column."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        mark if mark.isascii() and unicodedata.category(mark)[0] != "C" else "?" for mark in text
    )
