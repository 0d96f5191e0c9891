"""What a password, or a stored hash, may cost: length, memory, time, and how many at once."""

import threading
import time
import tracemalloc
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.security import generate_password_hash

from flask_airlock.domain.legacy_hashes import LegacyHashes
from flask_airlock.domain.passwords import (
    LONGEST_PASSWORD,
    MOST_PARTS,
    PasswordCost,
    Passwords,
    canonical,
    is_too_long,
)
from flask_airlock.errors import PasswordRefused, WrongCredentials
from tests.domain.old_hashes import OLD_SALT, PASSLIB
from tests.forks import in_a_child

CHEAP = PasswordCost(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery staple"
HUGE = 10 * 1024 * 1024
MEGABYTE = 1024 * 1024


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every stored hash that the argon2 library is handed."""
    seen: list[str] = []
    original = argon2.low_level.verify_secret

    def watched(stored: bytes, secret: bytes, kind: argon2.Type) -> Any:
        seen.append(stored.decode())
        return original(stored, secret, kind)

    monkeypatch.setattr(argon2._password_hasher, "verify_secret", watched)
    return seen


def refused(passwords: Passwords, stored: str | None, candidate: str) -> bool:
    try:
        passwords.verify(stored, candidate)
    except WrongCredentials:
        return True
    return False


def argon2_hash(time_cost: int, memory_cost: int, parallelism: int) -> str:
    """A hash of the password by the library itself."""
    return argon2.PasswordHasher(time_cost, memory_cost, parallelism).hash(PASSWORD)


@contextmanager
def little_time_and_memory() -> Iterator[None]:
    """Generous for a slow machine, and far below what a huge input takes when it is worked on."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield
        assert time.monotonic() - began < 1
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "mark", ["x", "é", "\U0001f512", "e\u0301", "\u1f82", "\u03b1\u0313\u0300\u0345"], ids=ascii
)
def test_a_password_has_at_most_256_characters_in_its_one_form(mark: str) -> None:
    """S-03, S-04: code points after NFC, however they are typed."""
    longest = mark * LONGEST_PASSWORD
    assert not is_too_long(longest)
    assert is_too_long(longest + "x")
    passwords = Passwords(CHEAP)
    stored = passwords.hash(longest)
    passwords.verify(stored, longest)
    assert refused(passwords, stored, longest + "x")
    with pytest.raises(PasswordRefused, match="too_long"):
        passwords.hash(longest + "x")


def test_what_fits_in_characters_fits_in_bytes() -> None:
    """S-04: 1024 bytes, since no code point has more than four, and lone surrogates three."""
    for mark in ("\U0010ffff", "\ud800", "é", "x"):
        longest = canonical(mark * LONGEST_PASSWORD)
        assert len(longest.encode("utf-8", "surrogatepass")) <= 1024


def test_no_character_comes_apart_into_more_than_four() -> None:
    """What is over four times too long can't be made to fit by composing it."""
    longest = max(len(unicodedata.normalize("NFD", chr(number))) for number in range(0x110000))
    assert longest == MOST_PARTS


def test_a_password_that_is_too_long_costs_what_any_wrong_one_does(checked: list[str]) -> None:
    """S-04, S-18: one hash, and never of the text itself."""
    passwords = Passwords(CHEAP)
    stored = passwords.hash(PASSWORD)
    for candidate in ("x" * (LONGEST_PASSWORD + 1), "é" * 2000, "x" * HUGE):
        checked.clear()
        assert refused(passwords, stored, candidate)
        assert len(checked) == 1
        assert checked[0] != stored


@pytest.mark.parametrize("mark", ["x", "é", "e\u0301", "\u0301", "\U0001f512", "\ud800"], ids=ascii)
def test_ten_megabytes_cost_no_time_and_no_memory(mark: str) -> None:
    """S-04: given 257 and more, zero hashing calls; nothing is even normalised."""
    huge = mark * (HUGE // len(mark))
    passwords = Passwords(CHEAP, legacy=LegacyHashes(), old_salt=OLD_SALT)
    with little_time_and_memory():
        assert refused(passwords, PASSLIB["sha512-crypt"], huge)
        with pytest.raises(PasswordRefused, match="too_long"):
            passwords.hash(huge)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_hashed_or_refused_and_never_an_error(text: str) -> None:
    """S-05."""
    passwords = Passwords(CHEAP)
    if is_too_long(text):
        with pytest.raises(PasswordRefused):
            passwords.hash(text)
        return
    stored = passwords.hash(text)
    assert not passwords.verify(stored, text).outdated
    assert not passwords.verify(stored, unicodedata.normalize("NFC", text)).outdated
    assert refused(passwords, stored, text + "x")


@pytest.mark.parametrize(
    "affordable, too_dear",
    [
        (argon2_hash(50, 8, 1), argon2_hash(51, 8, 1)),
        (argon2_hash(1, 512, 64), argon2_hash(1, 520, 65)),
        (argon2_hash(1, 8, 1), argon2_hash(1, 8, 1).replace("m=8,", f"m={1024 * 1024 + 1},")),
        (
            generate_password_hash(PASSWORD, "scrypt:1024:1:16"),
            generate_password_hash(PASSWORD, "scrypt:1024:1:17"),
        ),
        (
            generate_password_hash(PASSWORD, "pbkdf2:sha256:1"),
            generate_password_hash(PASSWORD, "pbkdf2:sha256:1").replace(":1$", ":5000001$"),
        ),
        (
            generate_password_hash(PASSWORD, "scrypt:1024:8:1"),
            generate_password_hash(PASSWORD, "scrypt:1024:8:1").replace(":1024:", ":524288:"),
        ),
    ],
    ids=["passes", "lanes", "memory", "scrypt lanes", "rounds", "scrypt memory"],
)
def test_a_stored_hash_that_costs_too_much_is_not_computed(
    checked: list[str], affordable: str, too_dear: str
) -> None:
    """Refused after the one hash that a stranger costs: a row must not stop the service."""
    passwords = Passwords(CHEAP)
    passwords.verify(affordable, PASSWORD)
    checked.clear()
    assert refused(passwords, too_dear, PASSWORD)
    assert len(checked) == 1
    assert checked[0] != too_dear


def test_what_the_operator_asks_for_is_never_too_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cost above the ceiling that is set on purpose must not shut everybody out."""
    cost = PasswordCost(time_cost=1, memory_cost=2 * 1024 * 1024, parallelism=1)
    stored = argon2_hash(1, 8, 1).replace("m=8,", f"m={cost.memory_cost},")
    agreed: list[bytes] = []

    def agrees(hash: bytes, secret: bytes, kind: argon2.Type) -> bool:
        agreed.append(hash)
        return True

    monkeypatch.setattr(argon2._password_hasher, "verify_secret", agrees)
    Passwords(cost).verify(stored, PASSWORD)
    assert agreed == [stored.encode()]


class Crowd:
    """Counts who is inside; holds everybody up until as many are in as may be."""

    def __init__(self, expected: int) -> None:
        self.most = 0
        self._inside = 0
        self._expected = expected
        self._changed = threading.Condition()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Come in, wait until it is full, stay long enough for one too many, leave."""
        with self._changed:
            self._inside += 1
            self.most = max(self.most, self._inside)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self.most >= self._expected, 10)
        time.sleep(0.02)
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1


def crowded(monkeypatch: pytest.MonkeyPatch, crowd: Crowd, name: str) -> None:
    """Let each computation of the argon2 library be seen by the crowd."""
    original = getattr(argon2.low_level, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        with crowd.inside():
            return original(*args, **kwargs)

    monkeypatch.setattr(argon2._password_hasher, name, counted)


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_flood_of_logins_computes_a_few_hashes_at_once(
    monkeypatch: pytest.MonkeyPatch, parallel: int
) -> None:
    """Each takes 64 MiB by default: without a cap thirty threads would take two gigabytes."""
    passwords = Passwords(CHEAP, parallel=parallel)
    stored = passwords.hash(PASSWORD)
    crowd = Crowd(parallel)
    for name in ("hash_secret", "verify_secret"):
        crowded(monkeypatch, crowd, name)
    with ThreadPoolExecutor(16) as threads:
        right = [threads.submit(passwords.verify, stored, PASSWORD) for _ in range(8)]
        wrong = [threads.submit(refused, passwords, None, PASSWORD) for _ in range(8)]
        made = [threads.submit(passwords.hash, PASSWORD) for _ in range(8)]
    assert crowd.most == parallel
    assert not any(errand.result().outdated for errand in right)
    assert all(errand.result() for errand in wrong)
    assert len({errand.result() for errand in made}) == 8


def test_a_wrong_password_gives_its_turn_back() -> None:
    passwords = Passwords(CHEAP, parallel=1)
    for _ in range(3):
        assert refused(passwords, None, PASSWORD)
        assert refused(passwords, "$6$", PASSWORD)
    passwords.verify(passwords.hash(PASSWORD), PASSWORD)


def test_a_worker_that_was_forked_from_a_busy_parent_has_turns_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The threads that took the parent's turns do not exist in the child."""
    passwords = Passwords(CHEAP, parallel=1)
    inside, go_on = threading.Event(), threading.Event()
    original = argon2.low_level.hash_secret

    def slow(*args: Any, **kwargs: Any) -> Any:
        inside.set()
        go_on.wait(10)
        return original(*args, **kwargs)

    monkeypatch.setattr(argon2._password_hasher, "hash_secret", slow)
    busy = threading.Thread(target=passwords.hash, args=(PASSWORD,))
    busy.start()
    inside.wait(10)
    child_can = in_a_child(lambda: refused(passwords, None, PASSWORD))
    go_on.set()
    busy.join()
    assert child_can
