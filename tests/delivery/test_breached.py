"""Known from a breach: what leaves the process, what the answer means, what goes wrong."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flask_airlock.delivery.breached import LONGEST_ANSWER, WORKERS, BreachedPasswords
from flask_airlock.errors import DeliveryFailed
from tests.forks import in_a_child
from tests.servers.http import HOST, QuietHandler, serving

PASSWORD = "correct horse battery staple"
DIGITS = sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
OTHER = "0" * 35
LISTED = f"{OTHER}:3\r\n{DIGITS[5:]}:42\r\n{'F' * 35}:0"
TIMEOUT = 0.3
# Generous for a slow machine, and nothing like "for ever".
SOON = 5


@dataclass
class RangeService:
    """What the service was asked, and how it answers from now on."""

    url: str = ""
    body: bytes = LISTED.encode()
    status: int = 200
    location: str | None = None
    respond: Callable[[QuietHandler], None] | None = None
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@contextmanager
def running(certificate: Path | None = None) -> Iterator[RangeService]:
    """The range query of Have I Been Pwned on a port of its own."""
    kept = RangeService()

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 (the standard library looks for this name)
            kept.asked.append((self.path, dict(self.headers.items())))
            with suppress(OSError):
                (kept.respond or plain_answer)(self)

    def plain_answer(handler: QuietHandler) -> None:
        handler.send_response(kept.status)
        if kept.location:
            handler.send_header("Location", kept.location)
        handler.send_header("Content-Length", str(len(kept.body)))
        handler.end_headers()
        handler.wfile.write(kept.body)

    with serving(Handler, certificate) as url:
        kept.url = f"{url}/range"
        yield kept


@pytest.fixture
def service() -> Iterator[RangeService]:
    """A service without TLS."""
    with running() as kept:
        yield kept


def failure(url: str, timeout: float = TIMEOUT) -> str:
    """What is told of a failure, which must come soon and tell nothing of the password."""
    checker = BreachedPasswords(url, timeout)
    began = time.monotonic()
    with pytest.raises(DeliveryFailed) as told:
        checker.is_breached(PASSWORD)
    assert time.monotonic() - began < SOON
    assert DIGITS[:5] not in str(told.value)
    assert told.value.__cause__ is None
    return str(told.value)


def test_a_password_that_is_listed_is_known(service: RangeService) -> None:
    """X-01: given the stub returns the hash suffix, then refused."""
    checker = BreachedPasswords(service.url)
    assert checker.is_breached(PASSWORD)
    service.body = LISTED.lower().encode()
    assert checker.is_breached(PASSWORD)


@pytest.mark.parametrize(
    "body", ["", f"{OTHER}:1", f"{DIGITS[5:]}:0", f"{DIGITS[5:]}:0\r\n{OTHER}:7\r\n\r\n"[:-2]]
)
def test_a_password_that_is_not_listed_or_was_seen_no_times_is_not(
    service: RangeService, body: str
) -> None:
    """X-01: with Add-Padding, entries that count none are padding."""
    service.body = body.encode()
    assert not BreachedPasswords(service.url).is_breached(PASSWORD)


def test_five_digits_leave_the_process_and_nothing_else(service: RangeService) -> None:
    """X-01: only 5 hex chars leave."""
    BreachedPasswords(service.url + "/").is_breached(PASSWORD)
    ((path, headers),) = service.asked
    assert path == f"/range/{DIGITS[:5]}"
    assert headers["Add-Padding"] == "true"
    sent = path + str(headers)
    assert DIGITS[5:10] not in sent.upper()
    assert "horse" not in sent


def test_a_password_is_looked_up_in_its_one_form(service: RangeService) -> None:
    """S-06: NFC, before checking as before hashing."""
    checker = BreachedPasswords(service.url)
    for password in ("caf\u00e9", "cafe\u0301", "\ud800"):
        checker.is_breached(password)
    first, second, _ = (path for path, _ in service.asked)
    assert first == second


@pytest.mark.parametrize("status", [201, 204, 400, 403, 404, 429, 500, 503])
def test_any_other_status_is_a_failure(service: RangeService, status: int) -> None:
    service.status, service.body = status, b""
    assert failure(service.url, SOON) == f"the service answered {status}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(service: RangeService, status: int) -> None:
    service.status, service.location = status, "/elsewhere"
    assert str(status) in failure(service.url, SOON)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Please log in to this network</html>",
        LISTED.encode() + b"\r\n<html>",
        f"{DIGITS[5:]}".encode(),
        f"{DIGITS}:3".encode(),
        f"{DIGITS[5:]}:-3".encode(),
        f"{DIGITS[5:]}:many".encode(),
        f"{DIGITS[5:]}:{'9' * 5000}".encode(),
        b"\xff\xfe\x00",
        b"\n\n",
    ],
)
def test_an_answer_that_is_no_list_is_a_failure(service: RangeService, body: bytes) -> None:
    """A network's own page must not be read as "not known"."""
    service.body = body
    assert failure(service.url, SOON) == "the answer is not a list of digests"


def test_a_huge_answer_is_not_read(service: RangeService) -> None:
    service.body = f"{OTHER}:1\r\n".encode() * (LONGEST_ANSWER // 40 + 10_000)
    assert failure(service.url, SOON) == "the answer is too long"


def test_an_answer_without_an_end_is_not_read(service: RangeService) -> None:
    def respond(handler: QuietHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    service.respond = respond
    assert failure(service.url, SOON) == "the answer is too long"


@pytest.mark.parametrize(
    "header, value, told",
    [
        ("Content-Length", "5000", "the answer broke off"),
        ("Transfer-Encoding", "chunked", "IncompleteRead"),
    ],
)
def test_an_answer_that_breaks_off_is_a_failure(
    service: RangeService, header: str, value: str, told: str
) -> None:
    """What is missing might have been the password."""

    def respond(handler: QuietHandler) -> None:
        handler.send_response(200)
        handler.send_header(header, value)
        handler.end_headers()
        handler.wfile.write(b"1000\r\n" if value == "chunked" else b"")
        handler.wfile.write(f"{OTHER}:3\r\n".encode())

    service.respond = respond
    assert failure(service.url, SOON) == told


def hang(handler: QuietHandler) -> None:
    """Say nothing for a while."""
    time.sleep(3)


def drip_headers(handler: QuietHandler) -> None:
    """Send header upon header, slowly, so that no single wait is long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(60):
        handler.wfile.write(f"X-{number}: ".encode())
        time.sleep(0.05)
        handler.wfile.write(b"y\r\n")


def drip_status(handler: QuietHandler) -> None:
    """Send a status line that does not end."""
    handler.wfile.write(b"HTTP/1.1 200 ")
    for _ in range(60):
        handler.wfile.write(b"O")
        time.sleep(0.05)


def drip_body(handler: QuietHandler) -> None:
    """Send the list one byte at a time."""
    handler.send_response(200)
    handler.end_headers()
    for byte in LISTED.encode():
        handler.wfile.write(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize("respond", [hang, drip_headers, drip_status, drip_body])
def test_a_slow_service_is_given_up_however_it_drips(
    service: RangeService, respond: Callable[[QuietHandler], None]
) -> None:
    """X-01: short timeout, for the whole of it; and its thread is free again soon after."""
    service.respond = respond
    checker = BreachedPasswords(service.url, TIMEOUT)
    began = time.monotonic()
    for _ in range(WORKERS):
        with pytest.raises(DeliveryFailed):
            checker.is_breached(PASSWORD)
    assert time.monotonic() - began < WORKERS * TIMEOUT + 1
    service.respond = None
    time.sleep(TIMEOUT)
    assert checker.is_breached(PASSWORD)


def test_a_service_that_is_not_there_is_a_failure() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert failure(f"http://{HOST}:{port}/range")
    assert failure(f"http://{HOST}:{port}/range", SOON) == "URLError"
    assert failure(f"http://{'x' * 64}.invalid/range", SOON)


def test_a_worker_that_was_forked_asks_as_well(service: RangeService) -> None:
    """The threads of the parent do not exist in the child."""
    checker = BreachedPasswords(service.url)
    assert checker.is_breached(PASSWORD)
    assert in_a_child(lambda: checker.is_breached(PASSWORD))


def certificate(folder: Path) -> Path:
    """A certificate for this machine that nobody signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


def test_a_service_over_tls_is_asked_if_its_certificate_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path)
    with running(path) as service:
        assert failure(service.url, SOON) == "URLError"
        assert service.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert BreachedPasswords(service.url, SOON).is_breached(PASSWORD)
        service.respond = drip_body
        assert failure(service.url)
