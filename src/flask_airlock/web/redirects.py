"""Where a person was going: on this very host, or nowhere."""

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from flask import Response, request, url_for

LONGEST_TARGET = 2000
# What stands there for itself; paths come decoded, queries as they were sent.
IN_A_PATH = "/!$&'()*+,:;=@~"
IN_A_QUERY = IN_A_PATH + "?%[]{}|^`"


def own_path(target: str | None) -> str | None:
    """`target` as a path on this host, or None for anything that might lead elsewhere."""
    if not target or len(target) > LONGEST_TARGET:
        return None
    if any(mark <= " " or mark in "\\\x7f" or not mark.isprintable() for mark in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if (parts.scheme or parts.netloc) and not _is_own(parts.scheme, parts.netloc):
        return None
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def asked_target() -> str | None:
    """Where this request says that the person was going, as `own_path` gives it."""
    try:
        return own_path(request.args.get("next"))
    except UnicodeDecodeError:
        # A page of the application's own with a logout button: its query is its business.
        return None


def _is_own(scheme: str, netloc: str) -> bool:
    return scheme in ("http", "https") and netloc == request.host


def here() -> str | None:
    """The page that was asked for, to come back to; None if it was not a plain GET."""
    if request.method != "GET":
        return None
    return this_page()


def this_page() -> str | None:
    """The address of this request on this host, as it was asked for; None for one that is too
    long."""
    query = f"?{quote(request.query_string, safe=IN_A_QUERY)}" if request.query_string else ""
    return own_path(f"{quote(request.script_root + request.path, safe=IN_A_PATH)}{query}")


def go(endpoint: str, **values: str | None) -> Response:
    """To a page of ours, by GET."""
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    return go_to(url_for(endpoint, **given))


def go_to(target: str) -> Response:
    """To a path, by GET; never kept by a cache."""
    response = Response(status=303, headers={"Location": target})
    response.headers["Cache-Control"] = "no-store"
    return response
