"""Fifty megabytes, with their length told or in chunks: refused before anybody holds them."""

import io
import tracemalloc
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests.applications import Application

MEGABYTE = 1_000_000
FIFTY = 50 * MEGABYTE
# What a page takes while it is drawn for the first time.
AT_MOST = 3 * MEGABYTE
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
PATHS = ("/login", "/login/set-up", "/logout")


class Huge(io.RawIOBase):
    """A body that is never anywhere as a whole: a beginning, then one letter again and again."""

    def __init__(self, beginning: bytes) -> None:
        super().__init__()
        self._beginning = io.BytesIO(beginning)
        self.taken = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As much as is asked for."""
        size = self._beginning.readinto(buffer)
        if not size:
            size = min(len(buffer), FIFTY - self.taken)
            buffer[:size] = b"x" * size
        self.taken += size
        return size


PART = b'--b\r\nContent-Disposition: form-data; name="password"'
BODIES = {
    "form": (FORM, b"password="),
    "one name": (FORM, b""),
    "part": (PARTS, PART + b"\r\n\r\n"),
    "file": (PARTS, PART + b'; filename="x"\r\n\r\n'),
    "head of a part": (PARTS, PART),
    "document": ("application/json", b'{"password":"'),
    "text": ("text/plain", b""),
}


@pytest.mark.parametrize("is_told", [True, False], ids=["length told", "in chunks"])
def test_a_huge_body_is_never_held(application: Application, is_told: bool) -> None:
    """Werkzeug itself reads every form whole that is not in parts, and files onto the disk."""
    length = {"CONTENT_LENGTH": str(FIFTY)} if is_told else {"wsgi.input_terminated": True}
    client = application.app.test_client()
    client.get("/login")
    for path, kind in product(PATHS, BODIES):
        content_type, beginning = BODIES[kind]
        body = Huge(beginning)
        tracemalloc.start()
        try:
            answer = client.post(
                path, content_type=content_type, environ_overrides={**length, "wsgi.input": body}
            )
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        answer.close()
        if is_told:
            assert (answer.status_code, body.taken) == (413, 0), (path, kind)
        # What comes in chunks is cut, or not read at all.
        assert answer.status_code < 500, (path, kind)
        assert body.taken < MEGABYTE, (path, kind)
        assert peak < AT_MOST, (path, kind)


def test_an_application_may_take_less_and_no_limit_is_its_choice(
    applications: Callable[..., Application],
) -> None:
    cases: list[tuple[int, dict[str, Any], bool]] = [
        (900_000, {}, True),
        (400_000, {}, False),
        (400_000, {"MAX_CONTENT_LENGTH": 300_000}, True),
        (900_000, {"MAX_CONTENT_LENGTH": 2 * MEGABYTE}, True),
        (900_000, {"MAX_FORM_MEMORY_SIZE": None}, False),
    ]
    for sent, settings, is_refused in cases:
        client = applications(**settings).app.test_client()
        answer = client.post("/login", data={"password": "x" * sent})
        assert answer.status_code == (413 if is_refused else 400), (sent, settings)
