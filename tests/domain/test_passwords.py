"""Passwords: hashed, checked, upgraded; and the one hash that an unknown name costs."""

from typing import Any

import argon2
import pytest
from werkzeug.security import generate_password_hash

from flask_airlock.domain.passwords import PasswordCost, Passwords
from flask_airlock.errors import WrongCredentials
from tests.domain.old_hashes import OLD_SALT, OTHERS, PASSLIB

CHEAP = PasswordCost(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery staple"
WERKZEUG = {
    "scrypt": generate_password_hash(PASSWORD, "scrypt:1024:8:1"),
    "pbkdf2": generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"),
}
ARGON = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$"
HOSTILE = {
    "empty": "",
    "the password itself": PASSWORD,
    "a bare scheme": "$argon2id$",
    "another kind of argon2": "$argon2zz$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA",
    "a cut hash": ARGON[:-1],
    "no tag": ARGON,
    "no memory": "$argon2id$v=19$m=0,t=1,p=1$c29tZXNhbHQ$c29tZXRhZ3NvbWV0YWc",
    "all memory": "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$c29tZXRhZ3NvbWV0YWc",
    "not ASCII": ARGON + "\u00e9\u00e9\u00e9\u00e9",
    "a lone surrogate": ARGON + "\ud800",
    "NUL": ARGON + "c29t\x00ZXRhZw",
    "crypt": "$6$salt$hash",
    "bcrypt": "$2b$12$" + "a" * 53,
    "werkzeug's plain scheme": f"plain$${PASSWORD}",
    "scrypt without anything": "scrypt:",
    "scrypt without a hash": "scrypt:1024:8:1$salt",
    "scrypt with words": "scrypt:a:b:c$salt$hash",
    "scrypt of all memory": "scrypt:1073741824:8:1$salt$hash",
    "scrypt beyond numbers": f"scrypt:{2**80}:8:1$salt$hash",
    "scrypt with a negative cost": "scrypt:-2:8:1$salt$hash",
    "pbkdf2 of an unknown digest": "pbkdf2:md99:1000$salt$hash",
    "pbkdf2 without rounds": "pbkdf2:sha256:0$salt$hash",
    "pbkdf2 beyond numbers": f"pbkdf2:sha256:{2**80}$salt$hash",
    "pbkdf2 with too many parts": "pbkdf2:sha256:1:1$salt$hash",
}
ODD_PASSWORDS = ["", " ", "\x00", "a\x00b", "\ud800", "\U0001f512" * 256, "x" * 255]


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(CHEAP)


@pytest.fixture
def hashing_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every computation that the argon2 library does, as the name of what was asked for."""
    calls: list[str] = []
    for name in ("hash_secret", "verify_secret"):
        monkeypatch.setattr(argon2._password_hasher, name, _counted(calls, name))
    return calls


def _counted(calls: list[str], name: str) -> Any:
    original = getattr(argon2.low_level, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return original(*args, **kwargs)

    return counted


def refused(passwords: Passwords, stored: str | None, candidate: str) -> bool:
    try:
        passwords.verify(stored, candidate)
    except WrongCredentials:
        return True
    return False


def test_the_default_cost_is_at_least_what_the_standards_ask() -> None:
    """S-11: begins $argon2id$ and parses to m>=19456, t>=2, salt of 16 bytes."""
    stored = Passwords(PasswordCost()).hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$")
    parameters = argon2.extract_parameters(stored)
    assert parameters.memory_cost >= 19456
    assert parameters.time_cost >= 2
    assert parameters.salt_len >= 16


def test_two_hashes_of_one_password_differ_and_both_are_right(passwords: Passwords) -> None:
    """S-11: given two users with the same password, hashes differ."""
    one, other = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    assert one != other
    passwords.verify(one, PASSWORD)
    passwords.verify(other, PASSWORD)


@pytest.mark.parametrize(
    "wrong", ["", "Correct horse battery staple", PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]]
)
def test_only_the_password_itself_is_right(passwords: Passwords, wrong: str) -> None:
    """S-06: no trim, no case change."""
    assert refused(passwords, passwords.hash(PASSWORD), wrong)


def test_a_password_is_the_same_however_its_accents_are_typed(passwords: Passwords) -> None:
    """S-06: 'é' set as U+00E9 and typed as e+U+0301; NFC alone, so that look-alikes differ."""
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    passwords.verify(passwords.hash(composed), decomposed)
    passwords.verify(passwords.hash(decomposed), composed)
    assert refused(passwords, passwords.hash("\ufb01ne"), "fine")


@pytest.mark.parametrize("password", ODD_PASSWORDS, ids=ascii)
def test_any_text_can_be_a_password_and_none_is_cut(passwords: Passwords, password: str) -> None:
    """S-04, S-05: any Unicode; never cut."""
    stored = passwords.hash(password)
    passwords.verify(stored, password)
    assert refused(passwords, stored, password + "x")
    for old in WERKZEUG.values():
        assert refused(passwords, old, password)


@pytest.mark.parametrize("stored", WERKZEUG.values(), ids=list(WERKZEUG))
def test_hashes_of_werkzeug_verify_and_are_outdated(passwords: Passwords, stored: str) -> None:
    """S-12: weaker parameters are rehashed at the next login."""
    passwords.verify(stored, PASSWORD)
    assert refused(passwords, stored, PASSWORD + "x")
    assert passwords.is_outdated(stored)


def test_a_hash_is_outdated_when_its_cost_is_another(passwords: Passwords) -> None:
    """S-12."""
    stored = passwords.hash(PASSWORD)
    dearer = Passwords(PasswordCost(time_cost=2, memory_cost=16, parallelism=1))
    assert not passwords.is_outdated(stored)
    assert dearer.is_outdated(stored)
    assert not passwords.verify(stored, PASSWORD).outdated
    assert dearer.verify(stored, PASSWORD).outdated
    assert not dearer.verify(dearer.hash(PASSWORD), PASSWORD).outdated


@pytest.mark.parametrize("scheme", ["argon2", "scrypt", "pbkdf2"])
def test_a_hash_of_what_was_typed_opens_once_and_is_replaced(
    passwords: Passwords, scheme: str
) -> None:
    """S-06: old un-normalised hash verifies once raw, then is rehashed."""
    raw = "cafe\u0301 au lait"
    stored = _hashed_as_typed(scheme, raw)
    assert passwords.verify(stored, raw).outdated
    assert refused(passwords, stored, "cafe au lait")
    # Composed it is another text to whoever hashed it; ours is right in either form.
    assert refused(passwords, stored, "caf\u00e9 au lait")
    ours = passwords.hash(raw)
    assert not passwords.verify(ours, "caf\u00e9 au lait").outdated


def _hashed_as_typed(scheme: str, text: str) -> str:
    if scheme == "argon2":
        return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(text)
    return generate_password_hash(
        text, "scrypt:1024:8:1" if scheme == "scrypt" else "pbkdf2:sha1:1"
    )


def test_a_stored_hash_is_not_a_password(passwords: Passwords) -> None:
    """Who reads the table can't sign in with what he reads."""
    for stored in (passwords.hash(PASSWORD), *WERKZEUG.values()):
        assert refused(passwords, stored, stored)
        again = passwords.hash(stored)
        assert again != stored
        passwords.verify(again, stored)
        assert refused(passwords, again, PASSWORD)


@pytest.mark.parametrize("stored", HOSTILE.values(), ids=list(HOSTILE))
def test_a_broken_stored_value_is_a_wrong_password(passwords: Passwords, stored: str) -> None:
    """One bad row of an old table is one person who can't sign in, not an error page."""
    assert refused(passwords, stored, PASSWORD)
    assert refused(passwords, stored, "")


@pytest.mark.parametrize(
    "stored", [None, "", PASSWORD, "$2b$12$" + "a" * 53], ids=["nobody", "empty", "plain", "bcrypt"]
)
def test_an_unknown_name_costs_the_one_hash_that_a_known_one_does(
    passwords: Passwords, hashing_calls: list[str], stored: str | None
) -> None:
    """S-18: count hash calls = 1 in each case."""
    assert refused(passwords, stored, PASSWORD)
    assert hashing_calls == ["verify_secret"]


@pytest.mark.parametrize("old_salt", [None, OLD_SALT])
@pytest.mark.parametrize(
    "wrong",
    ["wrong", "", "caf\u00e9", "cafe\u0301", "\ufb01ne", "\ufb01ne\u00e9e\u0301", "x" * 999],
)
def test_what_a_wrong_password_costs_tells_nothing_of_the_name(
    hashing_calls: list[str], old_salt: str | None, wrong: str
) -> None:
    """S-18: as many hashes for an unknown name, whatever forms of the password are tried."""
    passwords = Passwords(CHEAP, old_salt=old_salt)
    known = passwords.hash(PASSWORD)
    counts = []
    for stored in (known, None, "", PASSWORD, "$2b$12$" + "a" * 53):
        hashing_calls.clear()
        assert refused(passwords, stored, wrong)
        counts.append(len(hashing_calls))
    assert len(set(counts)) == 1
    if wrong.isascii():
        assert counts[0] == (1 if old_salt is None else 2)
    assert 1 <= counts[0] <= 5


@pytest.mark.parametrize("stored", [*PASSLIB.values(), *OTHERS.values()], ids=[*PASSLIB, *OTHERS])
def test_a_hash_that_needs_the_extra_is_refused_and_the_log_says_so(
    passwords: Passwords, caplog: pytest.LogCaptureFixture, stored: str
) -> None:
    """S-132: the extra is named, the hash is not."""
    assert refused(passwords, stored, PASSWORD)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "Flask-Airlock[legacy]" in record.getMessage()
    assert stored[:8] not in caplog.text
    assert stored[-8:] not in caplog.text


def test_a_known_name_costs_one_hash(passwords: Passwords, hashing_calls: list[str]) -> None:
    """S-18."""
    stored = passwords.hash(PASSWORD)
    hashing_calls.clear()
    passwords.verify(stored, PASSWORD)
    assert refused(passwords, stored, "wrong")
    assert hashing_calls == ["verify_secret", "verify_secret"]


def test_nobodys_hash_costs_as_much_as_anybodys(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-18: a hash of the same cost."""
    seen: list[bytes] = []
    original = argon2.low_level.verify_secret

    def watched(stored: bytes, secret: bytes, kind: argon2.Type) -> Any:
        seen.append(stored)
        return original(stored, secret, kind)

    monkeypatch.setattr(argon2._password_hasher, "verify_secret", watched)
    assert refused(passwords, None, PASSWORD)
    assert refused(passwords, passwords.hash(PASSWORD), "wrong")
    nobodys, somebodys = (argon2.extract_parameters(stored.decode()) for stored in seen)
    assert nobodys == somebodys


@pytest.mark.parametrize("guess", ["", "nobody", PASSWORD])
def test_no_password_opens_what_nobody_has(passwords: Passwords, guess: str) -> None:
    assert refused(passwords, None, guess)
