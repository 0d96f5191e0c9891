"""Secrets that are pushed through every flow, and the forms in which they might show again."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any

import sqlalchemy as sa

from tests.applications import Application
from tests.people import Browser, Person

# Not part of a longer word or number: a random id may hold six digits by chance.
ALONE = "(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
QUICK = re.compile(r"\[(?:cached since|generated in|no key|caching disabled)[^\]]*\]")


@dataclass
class Canaries:
    """Secrets by what they are; the short ones are codes and numbers, the private ones are what
    the application may know and our tables have to keep to themselves: addresses."""

    long: dict[str, str] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    private: dict[str, str] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)

    def note_cookies(self, browser: Browser) -> None:
        """The tokens that a browser holds now, the form token's cookie aside."""
        header = browser.client.get("/inside").request.headers.get("Cookie", "")
        jar: SimpleCookie = SimpleCookie(header)
        for name, morsel in jar.items():
            if name != "session" and morsel.value:
                # The token of a trusted browser has two halves, either of them secret.
                for part in morsel.value.split("."):
                    self.long[f"{name} #{len(self.long)}"] = part

    def note_code(self, what: str, code: str) -> str:
        """A code or a number; gives it back."""
        self.short[f"{what} #{len(self.short)}"] = code
        return code

    def note_link(self, path: str) -> str:
        """The token at the end of a link's path; gives the path back."""
        token = path.rpartition("/")[2]
        assert len(token) > 40
        self.long[f"link token #{len(self.long)}"] = token
        return path

    def note_key(self, person: Person) -> None:
        """The key that an authenticator app holds."""
        text = person.app_key
        self.keys[f"key #{len(self.keys)}"] = base64.b32decode(text)
        self.long[f"key as text #{len(self.long)}"] = text
        groups = [text[start : start + 4] for start in range(0, len(text), 4)]
        self.long[f"key in groups #{len(self.long)}"] = " ".join(groups)

    def found_in(self, content: bytes) -> list[str]:
        """Which secrets can be read in a text or a cell."""
        found = [name for name, form in self._forms() if form in content]
        readable = content.decode("latin-1")
        for name, code in self.short.items():
            if re.search(ALONE.format(re.escape(code)), readable):
                found.append(name)
        return found

    def found_in_private(self, content: bytes) -> list[str]:
        """The same, and the addresses: as they are, or as digests that anybody could make."""
        found = self.found_in(content)
        for name, address in self.private.items():
            plain = address.encode()
            digests = (
                form
                for algorithm in ALGORITHMS
                for form in _written(hashlib.new(algorithm, plain, usedforsecurity=False).digest())
            )
            if any(form in content for form in (*_written(plain), *digests)):
                found.append(name)
        return found

    def _forms(self) -> Iterator[tuple[str, bytes]]:
        for name, text in self.long.items():
            yield from ((name, form) for form in _written(text.encode()))
        for name, key in self.keys.items():
            yield from ((name, form) for form in _written(key))
        for name, code in self.short.items():
            yield from ((f"{name}, coded", form) for form in list(_written(code.encode()))[1:])
            # A digest without a key: anybody can try every code.
            for algorithm in ALGORITHMS:
                plain = hashlib.new(algorithm, code.encode(), usedforsecurity=False).digest()
                yield f"{name}, {algorithm}", plain
                yield f"{name}, {algorithm}", plain.hex().encode()


def _written(secret: bytes) -> Iterator[bytes]:
    """The secret itself first, then the ways in which programs write bytes."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode):
        yield encode(secret).rstrip(b"=")


def cells(application: Application) -> Iterator[tuple[str, bytes]]:
    """Every cell of every table of ours, as bytes, with where it lies."""
    with application.app.app_context(), application.datastore.engine().connect() as connection:
        for table in application.datastore.tables.all():
            for row in connection.execute(sa.select(table)).mappings():
                for name, value in row.items():
                    yield f"{table.name}.{name}", _as_bytes(value)


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    # A time is no hiding place, but its microseconds may look like a code.
    return b"" if isinstance(value, datetime) else str(value).encode()


def without_timings(text: str) -> str:
    """A log without the fractions of seconds that SQLAlchemy adds: they look like codes."""
    return QUICK.sub("", text)
