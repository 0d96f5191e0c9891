"""Codes of authenticator apps, against the RFCs and two programs that are not ours."""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from flask_airlock.domain import totp
from tests.oath import oathtool_totp

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "rfc_vectors.json").read_text()
)
HOTP = [vector for vector in VECTORS if "counter" in vector]
TOTP = [vector for vector in VECTORS if "unix_time" in vector]
SECRET = b"12345678901234567890"
NOW = datetime(2030, 1, 1, 12, 0, 7, tzinfo=UTC)
STEP_OF_NOW = int(NOW.timestamp()) // 30
COMPARED = 10_000
SAMPLE = 25
END_OF_TIME = 2**36


def code_of(step: int, secret: bytes = SECRET) -> str:
    return totp.hotp(secret, step)


def test_all_vectors_of_both_standards_are_here() -> None:
    assert (len(HOTP), len(TOTP)) == (10, 18)
    assert {vector["algorithm"] for vector in TOTP} == {"SHA1", "SHA256", "SHA512"}


@pytest.mark.parametrize("vector", HOTP, ids=lambda vector: vector["counter"])
def test_the_counter_based_codes_are_those_of_rfc_4226(vector: dict[str, Any]) -> None:
    """S-40: HOTP core matches RFC 4226 (section 5.3, appendix D)."""
    secret = bytes.fromhex(vector["secret_hex"])
    assert totp.hotp(secret, vector["counter"], vector["digits"]) == vector["code"]
    assert totp.base32(secret) == vector["secret_base32"]


@pytest.mark.parametrize("vector", TOTP, ids=lambda v: f"{v['algorithm']}-{v['unix_time']}")
def test_the_time_based_codes_are_those_of_rfc_6238(vector: dict[str, Any]) -> None:
    """S-41: TOTP matches RFC 6238 for SHA-1/256/512, incl. times past 2^31."""
    step = totp.step_at(datetime.fromtimestamp(vector["unix_time"], UTC))
    assert step == int(vector["T_hex"], 16)
    secret = bytes.fromhex(vector["secret_hex"])
    code = totp.hotp(secret, step, vector["digits"], vector["algorithm"].lower())
    assert code == vector["code"]


def test_ten_thousand_random_secrets_and_times_agree_with_pyotp() -> None:
    seed = time.time_ns()
    chance = random.Random(seed)  # noqa: S311 (a test's dice, repeatable by their seed)
    for _ in range(COMPARED):
        secret = chance.randbytes(20)
        moment = chance.randrange(END_OF_TIME)
        ours = code_of(moment // 30, secret)
        theirs = pyotp.TOTP(totp.base32(secret)).at(moment)
        assert ours == theirs, f"seed {seed}, secret {secret.hex()}, time {moment}"


def test_a_sample_of_codes_agrees_with_oathtool() -> None:
    seed = time.time_ns()
    chance = random.Random(seed)  # noqa: S311
    for _ in range(SAMPLE):
        secret = chance.randbytes(20)
        moment = datetime.fromtimestamp(chance.randrange(2**32), UTC)
        theirs = oathtool_totp(totp.base32(secret), moment)
        assert totp.matching_step(secret, theirs, moment) == totp.step_at(moment), f"seed {seed}"


@pytest.mark.parametrize("away", range(-4, 5))
def test_the_window_is_one_step_each_side(away: int) -> None:
    """S-46: at T, codes T-1, T, T+1 pass, T-2 and T+2 fail."""
    found = totp.matching_step(SECRET, code_of(STEP_OF_NOW + away), NOW)
    assert found == (STEP_OF_NOW + away if abs(away) <= 1 else None)


@pytest.mark.parametrize("away", [-1, 0, 1])
@pytest.mark.parametrize("spent", [-2, -1, 0, 1, 2])
def test_steps_up_to_the_last_accepted_one_are_refused(away: int, spent: int) -> None:
    """S-45: each accepted step number is remembered; same or older steps are refused."""
    code, after = code_of(STEP_OF_NOW + away), STEP_OF_NOW + spent
    found = totp.matching_step(SECRET, code, NOW, after)
    assert found == (STEP_OF_NOW + away if away > spent else None)


def test_a_step_lasts_thirty_seconds_whatever_the_zone() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    first = totp.step_at(start)
    assert totp.step_at(start + timedelta(seconds=29, microseconds=999_999)) == first
    assert totp.step_at(start + timedelta(seconds=30)) == first + 1
    assert totp.step_at(start.astimezone()) == first


def test_the_first_steps_of_all_time_raise_nothing() -> None:
    beginning = datetime.fromtimestamp(0, UTC)
    assert totp.matching_step(SECRET, code_of(0), beginning) == 0
    assert totp.matching_step(SECRET, code_of(1), beginning) == 1


@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "\x00" * 6, "１２３４５６", "äöü"])  # noqa: RUF001
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert totp.matching_step(SECRET, code, NOW) is None


def test_a_code_is_padded_to_its_digits() -> None:
    """S-40: zero-padded. Step 33 of this secret has a leading zero, found by counting."""
    step = next(step for step in range(1000) if pyotp.HOTP(totp.base32(SECRET)).at(step) < "1")
    assert len(code_of(step)) == 6
    assert code_of(step).startswith("0")


def test_secrets_have_160_bits_and_differ() -> None:
    """S-42: the seed is 160 random bits, one per enrolled app."""
    secrets = [totp.new_secret() for _ in range(100)]
    assert {len(secret) for secret in secrets} == {20}
    assert len(set(secrets)) == 100


@pytest.mark.parametrize(
    "text,base32",
    [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
     ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")],
)  # fmt: skip
def test_secrets_are_written_in_base32_without_padding(text: str, base32: str) -> None:
    """S-48: unpadded base32; the examples of RFC 4648 section 10."""
    assert totp.base32(text.encode()) == base32


def test_the_provisioning_uri_is_that_of_the_key_uri_rules() -> None:
    """S-48: %20 not +, nothing that is the default."""
    assert totp.provisioning_uri(SECRET, "a b@x.org", "Ex Co") == (
        "otpauth://totp/Ex%20Co:a%20b%40x.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ex%20Co"
    )


@pytest.mark.parametrize(
    "issuer,account",
    [("Ex Co", "a b@x.org"), ("Müller & Söhne", "é@example.com"), ("a/b?c#d", "x+y%41@x.org")],
)
def test_an_app_reads_back_what_the_provisioning_uri_holds(issuer: str, account: str) -> None:
    """S-48: parse-back round trip, by our eyes and by another program's."""
    uri = totp.provisioning_uri(SECRET, account, issuer)
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    assert unquote(parts.path) == f"/{issuer}:{account}"
    assert parse_qs(parts.query) == {"secret": [totp.base32(SECRET)], "issuer": [issuer]}
    app = pyotp.parse_uri(uri)
    assert isinstance(app, pyotp.TOTP)
    assert (app.issuer, app.name, app.secret) == (issuer, account, totp.base32(SECRET))
    assert (app.digits, app.interval) == (6, 30)


def test_a_colon_ends_no_part_of_the_provisioning_uri_early() -> None:
    """S-48: no colon inside parts."""
    uri = totp.provisioning_uri(SECRET, "eve:x@x.org", "Bank: the real one")
    label = unquote(urlsplit(uri).path)
    assert label == "/Bank the real one:evex@x.org"
    assert parse_qs(urlsplit(uri).query)["issuer"] == ["Bank the real one"]
