"""Sealing, opening, digesting: under which key, in which place, for which use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_airlock.domain import vault
from flask_airlock.domain.vault import Key, Place, Vault
from flask_airlock.errors import Unsealable

NEW, OLD, OTHER = (name * 8 for name in (b"new!", b"old!", b"eve!"))
PLACE = Place("airlock_credentials", "secret", 7)
SECRET = b"twenty secret bytes!"
ELSEWHERE = {
    "another owner": Place("airlock_credentials", "secret", 8),
    "an owner of the same digits": Place("airlock_credentials", "secret", 77),
    "another column": Place("airlock_credentials", "number", 7),
    "another table": Place("airlock_setups", "secret", 7),
    "no owner": Place("airlock_credentials", "secret", ""),
}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_what_is_sealed_opens_in_its_place(secret: bytes) -> None:
    box = Vault([NEW])
    assert box.open(box.seal(secret, PLACE), PLACE) == secret


def test_the_same_secret_is_never_sealed_alike() -> None:
    """S-114: random 96-bit nonce; same plaintext twice differs."""
    box = Vault([NEW])
    sealed = {box.seal(SECRET, PLACE) for _ in range(50)}
    assert len(sealed) == 50
    assert all(SECRET not in each for each in sealed)
    assert {len(each) for each in sealed} == {1 + 8 + 12 + len(SECRET) + 16}


@pytest.mark.parametrize("place", ELSEWHERE.values(), ids=list(ELSEWHERE))
def test_a_box_that_was_moved_does_not_open(place: Place) -> None:
    """S-114: associated data naming table, column and owner: another user's row fails."""
    box = Vault([NEW])
    with pytest.raises(Unsealable):
        box.open(box.seal(SECRET, PLACE), place)


def test_a_box_with_any_bit_flipped_does_not_open() -> None:
    """S-114: flip bit: fails. Every bit of every byte."""
    box = Vault([NEW, OLD])
    sealed = box.seal(SECRET, PLACE)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(Unsealable):
                box.open(bytes(changed), PLACE)


def test_a_box_that_was_cut_or_lengthened_does_not_open() -> None:
    """A damaged row is an error of ours with a name, not whatever the library raises."""
    box = Vault([NEW])
    sealed = box.seal(SECRET, PLACE)
    for length in range(len(sealed)):
        with pytest.raises(Unsealable):
            box.open(sealed[:length], PLACE)
    with pytest.raises(Unsealable):
        box.open(sealed + b"\x00", PLACE)


def test_the_newest_key_seals_and_the_old_one_still_opens() -> None:
    """S-115: keys [new, old]: old reads, write uses new."""
    before, after, later = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
    assert after.open(before.seal(SECRET, PLACE), PLACE) == SECRET
    assert later.open(after.seal(SECRET, PLACE), PLACE) == SECRET
    with pytest.raises(Unsealable):
        before.open(after.seal(SECRET, PLACE), PLACE)


def test_a_key_that_is_not_configured_is_told_from_a_changed_box() -> None:
    sealed = Vault([OTHER]).seal(SECRET, PLACE)
    with pytest.raises(Unsealable, match="unknown_key"):
        Vault([NEW, OLD]).open(sealed, PLACE)


def test_what_does_not_open_says_where_it_lay_and_not_whose_it_was() -> None:
    """The owner may be a digest, which is nobody's to read in a log."""
    box = Vault([NEW])
    with pytest.raises(Unsealable) as broken:
        box.open(box.seal(SECRET, PLACE), Place("airlock_link_tokens", "payload", "d1935e"))
    assert broken.value.reason == "changed"
    assert str(broken.value) == "airlock_link_tokens, payload: changed"


def test_a_secret_that_is_sealed_anew_is_the_same_under_the_newest_key() -> None:
    """S-115: a command re-seals. A box that is moved does not become one that is in its place."""
    before, after, later = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
    old = before.seal(SECRET, PLACE)
    new = after.seal_anew(old, PLACE)
    assert later.open(new, PLACE) == SECRET
    assert (after.is_newest(old), after.is_newest(new)) == (False, True)
    assert [after.key_of(box, PLACE) for box in (new, old)] == after.key_ids
    assert later.key_of(old, PLACE) is None
    for place in ELSEWHERE.values():
        assert after.key_of(new, place) is None
        with pytest.raises(Unsealable):
            after.seal_anew(old, place)


def test_every_sealed_value_carries_the_id_of_its_key() -> None:
    """S-115: every sealed value carries a key id."""
    sealed = Vault([NEW, OLD]).seal(SECRET, PLACE)
    assert sealed[1:9] == Key.from_master(NEW).id != Key.from_master(OLD).id


def test_keys_differ_by_use() -> None:
    """S-116: separate sub-keys per purpose by HKDF-SHA-256 with distinct labels."""
    uses = ("key id", "seal", "mac", "", "seal ")
    assert len({vault.derive(NEW, use) for use in uses}) == len(uses)
    assert {len(vault.derive(NEW, use)) for use in uses} == {32}
    assert vault.derive(NEW, "seal") != vault.derive(OLD, "seal")


def test_a_digest_for_one_use_is_worth_nothing_for_another() -> None:
    """S-116: a token signed for purpose A is not verified as B even with the same text."""
    box = Vault([NEW])
    mac = box.mac("one", "text")
    assert box.verify_mac("one", "text", mac)
    assert not box.verify_mac("two", "text", mac)
    assert not box.verify_mac("one", "text ", mac)
    assert box.mac("one", "b|c") != box.mac("one|b", "c")


def test_digests_are_made_with_the_newest_key_and_known_by_every_key() -> None:
    """S-115: every keyed hash rotates without downtime."""
    before, after = Vault([OLD]), Vault([NEW, OLD])
    assert after.macs("use", "text") == [after.mac("use", "text"), before.mac("use", "text")]
    assert after.verify_mac("use", "text", before.mac("use", "text"))
    assert not before.verify_mac("use", "text", after.mac("use", "text"))
    assert not after.verify_mac("use", "text", b"")
    assert not after.verify_mac("use", "text", Vault([OTHER]).mac("use", "text"))


def test_a_lone_surrogate_can_be_digested() -> None:
    """Whatever comes in a cookie or a form is a wrong token, not an error."""
    assert len(vault.digest("\ud800")) == 32
    assert len(Vault([NEW]).mac("use", "\ud800")) == 32


def test_tokens_hold_256_random_bits_and_only_their_digest_is_kept() -> None:
    """S-101, S-120: 256-bit tokens, stored only as hash."""
    tokens = {vault.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
    assert len({vault.digest(token) for token in tokens}) == 100


def test_no_key_shows_in_any_representation() -> None:
    """S-117: repr masks."""
    box, key = Vault([NEW, OLD]), Key.from_master(NEW)
    shown = repr((box, key, vars(box))) + str(box) + str(key)
    for secret in (NEW, OLD, vault.derive(NEW, "seal"), vault.derive(NEW, "mac")):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown
