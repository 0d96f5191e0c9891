"""Recovery codes: how they are made, and how kindly they are read."""

import re
import secrets

import pytest

from flask_airlock.domain.letter_codes import ALPHABET, in_groups, typed_letters
from flask_airlock.domain.passwords import PasswordCost, Passwords
from flask_airlock.domain.policy import check_own_proofs, proved_second_factor
from flask_airlock.domain.recovery_codes import (
    CODE_LENGTH,
    RECOVERY,
    batch_of,
    codes_from,
    is_seed,
    sent_back,
)
from flask_airlock.domain.vault import new_token

CODE = "0A1BCDEFGHJKMNPQ"
CHEAP = PasswordCost(time_cost=1, memory_cost=8, parallelism=1)


def test_a_set_has_ten_codes_of_eighty_bits() -> None:
    """S-69: 16 letters of 32, none of which looks like another one."""
    codes = codes_from(secrets.token_bytes(32))
    assert len(set(codes)) == 10
    assert all(re.fullmatch(f"[{ALPHABET}]{{16}}", code) for code in codes)
    assert len(set(ALPHABET)) == 32
    assert set("ILOU").isdisjoint(ALPHABET)


def test_every_letter_comes_up_in_every_place() -> None:
    """No bit of the 80 stands still."""
    codes = [code for _ in range(60) for code in codes_from(secrets.token_bytes(32))]
    assert {len(set(column)) for column in zip(*codes, strict=True)} == {32}


def test_one_seed_makes_one_set_in_one_session() -> None:
    seed = new_token()
    assert is_seed(seed)
    assert batch_of(1, seed) == batch_of(1, seed)
    assert len({batch_of(1, seed), batch_of(2, seed), batch_of(1, new_token())}) == 3
    assert codes_from(b"a" * 32) == codes_from(b"a" * 32)
    assert set(codes_from(b"a" * 32)).isdisjoint(codes_from(b"b" * 32))


@pytest.mark.parametrize("text", ["", "a", "a" * 42, "a" * 44, "a" * 42 + "!", "a" * 43 + "\n"])
def test_what_is_shorter_than_256_bits_is_no_seed(text: str) -> None:
    assert not is_seed(text)


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        in_groups(CODE),
        f"  {in_groups(CODE).lower()}\n",
        "oa1b cdef ghjk mnpq",
        "OAIB-CDEF-GHJK-MNPQ",
        "0alb_cdef_ghjk_mnpq",
        "0A1B\u2013CDEF\u2013GHJK\u2013MNPQ",
        "\uff10\uff21\uff11\uff22CDEFGHJKMNPQ",
        "\ufeff0A1B\u00a0CDEF\u200bGHJK MNPQ",
    ],
)
def test_a_code_is_read_however_it_was_typed(text: str) -> None:
    assert typed_letters(text, CODE_LENGTH) == CODE


@pytest.mark.parametrize(
    "text", ["", CODE[:-1], CODE + "0", CODE[:-1] + "U", CODE[:-1] + "é", " " * 90 + CODE, "123456"]
)
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert typed_letters(text, CODE_LENGTH) is None


def test_a_set_comes_back_whole_or_not_at_all() -> None:
    codes = codes_from(secrets.token_bytes(32))
    shown = [in_groups(code) for code in codes]
    assert sent_back(shown) == codes
    for wrong in (shown[:-1], [*shown, shown[0]], [*shown[:-1], "<script>"], []):
        assert sent_back(wrong) is None


def test_the_hashes_of_a_set_share_one_salt() -> None:
    """S-70: argon2id, and whichever code is typed, one hash tells which it is."""
    passwords = Passwords(CHEAP)
    codes = codes_from(secrets.token_bytes(32))
    stored = passwords.hash_alike(codes)
    assert all(re.match(r"\$argon2id\$v=19\$m=8,t=1,p=1\$", one) for one in stored)
    assert len({one.split("$")[4] for one in stored}) == 1
    assert len({one.split("$")[5] for one in stored}) == 10
    assert [passwords.place_of(code, stored) for code in codes] == list(range(10))
    assert passwords.place_of(codes[0], stored[1:]) is None
    assert passwords.place_of(codes[0], []) is None
    assert passwords.hash_alike(codes) != stored


def test_a_set_is_read_under_the_cost_it_was_made_with() -> None:
    codes = codes_from(secrets.token_bytes(32))
    stored = Passwords(CHEAP).hash_alike(codes)
    assert Passwords(PasswordCost(2, 16, 1)).place_of(codes[4], stored) == 4


def test_a_recovery_code_is_a_second_proof_that_no_application_claims() -> None:
    """S-75: beside the password it counts; an application's own first factor has another name."""
    assert proved_second_factor(("password", RECOVERY))
    with pytest.raises(ValueError, match="of your own"):
        check_own_proofs([RECOVERY])
