"""What has to be true of every answer, whatever was asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.datastructures import Headers

OWN_HOST = "localhost"
BLUEPRINTS = ("security", "airlock_outbox")
KINDS = ("text/html; charset=utf-8", "application/json", "text/css", "text/javascript")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# What is left of `values.MARKED` where something forgot to escape it.
# Long enough that no random token begins with it.
UNESCAPED = re.compile(r"zqxj[<>'\"]|[<>'\"]jxqz")
# A quote is as good as any character in an address that stands in a header.
UNESCAPED_IN_ADDRESS = re.compile(r"zqxj[<>\"]|[<>\"]jxqz")
# What a browser drops from an address before it reads it, at its ends and anywhere.
ENDS = "".join(map(chr, range(0x21)))
DROPPED = re.compile(r"[\t\r\n]")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


@dataclass
class Answer:
    """What came back, and where in the application it was made."""

    status: int
    headers: Headers
    body: bytes
    blueprint: str | None = None
    endpoint: str | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")


def wrong_with(answer: Answer, claimed_host: str = OWN_HOST) -> Iterator[str]:
    """Everything that should not be so; `claimed_host` is the Host header of the request."""
    if answer.status >= 500:
        yield f"status {answer.status}"
    yield from answer.errors
    if answer.place and leads_to(answer.place) not in (OWN_HOST, claimed_host.lower()):
        yield f"leads to {answer.place[:80]!r}"
    body = answer.body.decode("utf-8", "replace")
    if found := UNESCAPED.search(body) or UNESCAPED_IN_ADDRESS.search(answer.place):
        yield f"not escaped: {found[0]!r}"
    if answer.body and "Content-Type" not in answer.headers:
        yield "no content type"
    if answer.blueprint in BLUEPRINTS:
        yield from _wrong_with_page(answer)


def _wrong_with_page(answer: Answer) -> Iterator[str]:
    for name, part in HEADERS.items():
        if part not in answer.headers.get(name, ""):
            yield f"{name} is missing"
    is_file = answer.endpoint == "security.static"
    if not is_file and answer.headers.get("Cache-Control") != "no-store":
        yield "may be kept by a cache"
    if answer.body and not answer.headers.get("Content-Type", "").startswith(KINDS):
        yield f"content type {answer.headers.get('Content-Type')}"


def leads_to(place: str) -> str:
    """The host that a browser on this one goes to, by the URL standard's parser: it drops tabs
    and line ends, takes backslashes for slashes, and needs no slashes after a scheme."""
    text = DROPPED.sub("", place.strip(ENDS)).replace("\\", "/")
    scheme = SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return f"{scheme[1]}:"
    rest = text[scheme.end() :] if scheme else text
    if not scheme and not rest.startswith("//"):
        return OWN_HOST
    authority = re.split(r"[/?#]", rest.lstrip("/"), maxsplit=1)[0]
    return authority.lower()
