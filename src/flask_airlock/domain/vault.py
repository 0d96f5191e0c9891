"""Seal and open, digest and sign. The newest key seals, every known key opens.

A box is bound to its table, column and owner (AES-256-GCM associated data), so that a sealed
value copied elsewhere does not open. Each use has a key of its own (HKDF-SHA-256, RFC 5869).
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..errors import Unsealable
from .records import Record

KEY_ID_BYTES = 8
NONCE_BYTES = 12
TOKEN_BYTES = 32
VERSION = b"\x01"


class Place(Record, kw_only=False):
    """Where a sealed value lies: it opens nowhere else."""

    table: str
    column: str
    owner: int | str

    def as_bytes(self) -> bytes:
        """The associated data of the seal."""
        return f"{self.table}|{self.column}|{self.owner}".encode()

    def __str__(self) -> str:
        # Without the owner, who may be known by a digest.
        return f"{self.table}, {self.column}"


def derive(master: bytes, use: str) -> bytes:
    """A 256-bit key for one use (HKDF-SHA-256)."""
    return HKDF(SHA256(), length=32, salt=b"flask-airlock", info=use.encode()).derive(master)


class Key(Record, kw_only=False):
    """The keys for each use that come from one master secret, derived once."""

    id: bytes
    sealer: AESGCM = field(repr=False)
    mac: bytes = field(repr=False)

    @classmethod
    def from_master(cls, master: bytes) -> "Key":
        """Derive all keys of one master secret."""
        name = derive(master, "key id")[:KEY_ID_BYTES]
        return cls(name, AESGCM(derive(master, "seal")), derive(master, "mac"))


class Vault:
    """The keys of one application, newest first."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        keys = [Key.from_master(master) for master in masters]
        self._newest = keys[0]
        self._by_id = {key.id: key for key in keys}

    def seal(self, secret: bytes, place: Place) -> bytes:
        """Version, key id, nonce and box, under the newest key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = self._newest.sealer.encrypt(nonce, secret, place.as_bytes())
        return VERSION + self._newest.id + nonce + box

    def open(self, sealed: bytes, place: Place) -> bytes:
        """The secret inside; raises Unsealable for an unknown key, a changed or a moved box."""
        key = self._by_id.get(sealed[1 : 1 + KEY_ID_BYTES])
        if key is None or sealed[:1] != VERSION:
            raise Unsealable("unknown_key", str(place))
        start = 1 + KEY_ID_BYTES + NONCE_BYTES
        if len(sealed) < start:
            raise Unsealable("cut_short", str(place))
        try:
            return key.sealer.decrypt(
                sealed[1 + KEY_ID_BYTES : start], sealed[start:], place.as_bytes()
            )
        except InvalidTag:
            raise Unsealable("changed", str(place)) from None

    @property
    def key_ids(self) -> list[str]:
        """The names of the keys, newest first, as `key_of` gives them."""
        return [key_id.hex() for key_id in self._by_id]

    def key_of(self, sealed: bytes, place: Place) -> str | None:
        """The name of the key that opens a box in its place; None if none does."""
        try:
            self.open(sealed, place)
        except Unsealable:
            return None
        return sealed[1 : 1 + KEY_ID_BYTES].hex()

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a box says that the newest key sealed it; only opening it shows."""
        return sealed.startswith(VERSION + self._newest.id)

    def seal_anew(self, sealed: bytes, place: Place) -> bytes:
        """The same secret under the newest key; raises Unsealable."""
        return self.seal(self.open(sealed, place), place)

    def mac(self, use: str, text: str) -> bytes:
        """A keyed digest (HMAC-SHA-256) of `text` for one use, under the newest key."""
        return _mac(self._newest, use, text)

    def macs(self, use: str, text: str) -> list[bytes]:
        """The same under every key, newest first: what a digest may have been made with."""
        return [_mac(key, use, text) for key in self._by_id.values()]

    def verify_mac(self, use: str, text: str, candidate: bytes) -> bool:
        """Whether `candidate` was made by any of our keys; compared in constant time."""
        matches = [hmac.compare_digest(mac, candidate) for mac in self.macs(use, text)]
        return any(matches)


def _mac(key: Key, use: str, text: str) -> bytes:
    # The length keeps a use and its text apart: "a|b" and "c" are not "a" and "b|c".
    bound = f"{len(use)}|{use}|{text}".encode("utf-8", "surrogatepass")
    return hmac.digest(key.mac, bound, "sha256")


def new_token() -> str:
    """256 random bits, safe in cookies and URLs."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is stored of a token that has 256 random bits of its own."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
