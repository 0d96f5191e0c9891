"""Hashes of other programs: read once, and replaced by ours."""

import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_airlock.domain.legacy_hashes import LegacyHashes
from flask_airlock.domain.passwords import PasswordCost, Passwords
from flask_airlock.errors import WrongCredentials
from tests.domain.old_hashes import (
    ACCENTS,
    LIGATURE,
    LONG,
    LONG_BCRYPT,
    OLD_SALT,
    OTHERS,
    PASSLIB,
    PASSWORD,
    SALTED,
    SALTED_LIGATURE,
    UNSALTED_ACCENTS,
)
from tests.servers.missing import program

CHEAP = PasswordCost(time_cost=1, memory_cost=8, parallelism=1)
LEGACY = LegacyHashes()
READER = Passwords(CHEAP, legacy=LEGACY)
HEIR = Passwords(CHEAP, legacy=LEGACY, old_salt=OLD_SALT)
OF_PASSWORD = {**PASSLIB, **OTHERS}
BCRYPT = PASSLIB["bcrypt"]
SHA512 = PASSLIB["sha512-crypt"]
TOO_DEAR = {
    "bcrypt": BCRYPT.replace("$04$", "$17$"),
    "bcrypt beyond numbers": BCRYPT.replace("$04$", "$99$"),
    "pbkdf2 sha1": PASSLIB["pbkdf2 sha1"].replace("$1000$", "$5000001$"),
    "pbkdf2 sha256": PASSLIB["pbkdf2 sha256"].replace("$1000$", "$9999999999$"),
    "pbkdf2 sha512": PASSLIB["pbkdf2 sha512"].replace("$1000$", f"${10**30}$"),
    "sha512-crypt": SHA512.replace("=1000$", "=5000001$"),
    "sha512-crypt beyond numbers": SHA512.replace("=1000$", "=9999999999$"),
    "scrypt memory": PASSLIB["scrypt"].replace("ln=10", "ln=19"),
    "scrypt blocks": PASSLIB["scrypt"].replace("r=8", "r=4096"),
    "scrypt lanes": PASSLIB["scrypt"].replace("p=1", "p=17"),
    "scrypt beyond numbers": PASSLIB["scrypt"].replace("ln=10", "ln=99"),
}
RUBBISH = {
    "empty": "",
    "plain": PASSWORD,
    "argon2": "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$c29tZXRhZ3NvbWV0YWc",
    "cut bcrypt": BCRYPT[:-1],
    "bcrypt with more": BCRYPT + "a",
    "bcrypt with a line": BCRYPT + "\n",
    "bcrypt of no rounds": BCRYPT.replace("$04$", "$00$"),
    "bcrypt of odd digits": BCRYPT.replace("$04$", "$٠٤$"),
    "bcrypt with a salt of no bcrypt": "$2b$04$abcdefghijklmnopqrstuv" + BCRYPT[29:],
    "a broken bcrypt": "$2x$" + BCRYPT[4:],
    "pbkdf2 of no rounds": PASSLIB["pbkdf2 sha256"].replace("$1000$", "$0$"),
    "pbkdf2 of an unknown digest": PASSLIB["pbkdf2 sha256"].replace("sha256", "md5"),
    "pbkdf2 without a digest": "$pbkdf2-sha512$1000$abcd$",
    "pbkdf2 of a short digest": "$pbkdf2-sha512$1000$abcd$abcd",
    "pbkdf2 of odd base64": "$pbkdf2-sha256$1000$a$a",
    "few rounds": SHA512.replace("=1000$", "=999$"),
    "short crypt": SHA512[:-1],
    "scrypt of nothing": "$scrypt$ln=0,r=0,p=0$abcd$abcd",
    "scrypt without a digest": "$scrypt$ln=10,r=8,p=1$abcd$",
    "NUL": BCRYPT[:-1] + "\x00",
    "a lone surrogate": BCRYPT[:-1] + "\ud800",
}


def opens(passwords: Passwords, stored: str, candidate: str) -> bool:
    """Whether the candidate is right; what is right must be hashed anew."""
    try:
        assert passwords.verify(stored, candidate).outdated
    except WrongCredentials:
        return False
    return True


@pytest.mark.parametrize("stored", OF_PASSWORD.values(), ids=list(OF_PASSWORD))
def test_a_hash_of_another_program_opens_once_and_is_replaced(stored: str) -> None:
    """S-12: given a bcrypt or pbkdf2 hash, on success the stored hash becomes ours."""
    assert opens(READER, stored, PASSWORD)
    assert opens(HEIR, stored, PASSWORD)
    ours = READER.hash(PASSWORD)
    assert not READER.verify(ours, PASSWORD).outdated


@pytest.mark.parametrize("stored", OF_PASSWORD.values(), ids=list(OF_PASSWORD))
@pytest.mark.parametrize(
    "wrong", ["", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), PASSWORD + "\x00x", "\ud800"]
)
def test_only_the_password_itself_is_right(stored: str, wrong: str) -> None:
    """S-06: no trim, no case change, whatever the scheme."""
    assert LEGACY.knows(stored)
    assert not LEGACY.agrees(stored, wrong)
    assert not opens(READER, stored, wrong)


@pytest.mark.parametrize("stored", OF_PASSWORD.values(), ids=list(OF_PASSWORD))
def test_an_old_hash_is_not_a_password(stored: str) -> None:
    assert not opens(HEIR, stored, stored)


@pytest.mark.parametrize("stored", LONG_BCRYPT.values(), ids=list(LONG_BCRYPT))
def test_a_long_password_is_compared_as_bcrypt_did(stored: str) -> None:
    """Today's library refuses more than 72 bytes; what hashed these cut them silently."""
    assert opens(READER, stored, LONG)
    assert not opens(READER, stored, LONG[:71])


@pytest.mark.parametrize("stored", SALTED.values(), ids=list(SALTED))
def test_flask_securitys_salted_hashes_open_with_its_salt_alone(stored: str) -> None:
    """S-12: upgraded on success, so that the old salt can go one day."""
    assert opens(HEIR, stored, PASSWORD)
    assert not opens(HEIR, stored, PASSWORD + "x")
    assert not opens(READER, stored, PASSWORD)
    assert not opens(Passwords(CHEAP, legacy=LEGACY, old_salt=OLD_SALT[:-1]), stored, PASSWORD)


@pytest.mark.parametrize("stored", SALTED_LIGATURE.values(), ids=list(SALTED_LIGATURE))
def test_flask_securitys_own_unicode_form_is_tried(stored: str) -> None:
    """S-06: it hashed NFKD since its version 4, and before that what was typed."""
    assert opens(HEIR, stored, LIGATURE)
    assert not opens(HEIR, stored, LIGATURE.replace("è", "e"))


@pytest.mark.parametrize("stored", UNSALTED_ACCENTS.values(), ids=list(UNSALTED_ACCENTS))
def test_accents_open_old_hashes_without_a_salt(stored: str) -> None:
    """S-06: taken apart or not."""
    assert opens(READER, stored, ACCENTS)
    assert not opens(READER, stored, ACCENTS.replace("è", "e"))


def test_a_salted_hash_of_our_own_cost_is_replaced_too() -> None:
    """Flask-Security's argon2 costs what ours does by default: the cost alone tells nothing."""
    cost = PasswordCost(time_cost=1, memory_cost=64, parallelism=1)
    heir = Passwords(cost, old_salt=OLD_SALT)
    stored = SALTED["5 argon2"]
    assert not heir.is_outdated(stored)
    assert heir.verify(stored, PASSWORD).outdated
    assert not heir.verify(heir.hash(PASSWORD), PASSWORD).outdated


def test_openssl_and_we_read_the_same_hash() -> None:
    openssl = program("openssl", how="apt-get install openssl")
    made = subprocess.run(
        [openssl, "passwd", "-6", "-salt", "a.b/c", "-stdin"],
        input=ACCENTS,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert opens(READER, made.stdout.strip(), ACCENTS)
    assert not opens(READER, made.stdout.strip(), PASSWORD)


@pytest.mark.parametrize("stored", TOO_DEAR.values(), ids=list(TOO_DEAR))
def test_a_hash_that_costs_too_much_is_refused_at_once(stored: str) -> None:
    """One bad row must not hold a worker for minutes, or take its memory."""
    began = time.monotonic()
    assert not LEGACY.knows(stored)
    assert not LEGACY.agrees(stored, PASSWORD)
    assert not opens(READER, stored, PASSWORD)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "stored",
    [
        BCRYPT.replace("$04$", "$16$"),
        PASSLIB["pbkdf2 sha256"].replace("$1000$", "$5000000$"),
        SHA512.replace("=1000$", "=5000000$"),
        PASSLIB["scrypt"].replace("ln=10", "ln=18"),
        PASSLIB["scrypt"].replace("p=1", "p=16"),
    ],
)
def test_a_hash_at_the_ceiling_is_still_read(stored: str) -> None:
    assert LEGACY.knows(stored)


@pytest.mark.parametrize("stored", RUBBISH.values(), ids=list(RUBBISH))
def test_rubbish_is_a_wrong_password(stored: str) -> None:
    assert not LEGACY.agrees(stored, PASSWORD)
    assert not opens(HEIR, stored, PASSWORD)


# A damaged cost may be a high one.
@settings(deadline=None)
@given(
    st.sampled_from([BCRYPT, PASSLIB["pbkdf2 sha1"], PASSLIB["scrypt"]]),
    st.integers(0, 120),
    st.text(max_size=3),
    st.text(max_size=8),
)
def test_no_damage_makes_an_error(stored: str, place: int, damage: str, candidate: str) -> None:
    damaged = stored[:place] + damage + stored[place + len(damage) :]
    assert not LEGACY.agrees(damaged, candidate)
