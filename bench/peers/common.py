"""What every peer is asked to do, and with whom. Needs nothing but Python."""

import base64
import hmac
import struct
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial

from bench.visitor import Application, Visitor

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECRET_KEY = "a secret key that is long enough for a bench"
STEP = timedelta(seconds=30)
WINDOW = (-STEP, timedelta(0), STEP)

Chore = Callable[[], object]


def code_at(now: datetime) -> str:
    """What the app shows (RFC 6238)."""
    mac = hmac.digest(base64.b32decode(KEY), struct.pack(">Q", int(now.timestamp()) // 30), "sha1")
    number = struct.unpack_from(">I", mac, mac[-1] & 15)[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


class Peer(ABC):
    """An application with one person in it, who has a password and an authenticator app."""

    page, role_page = "/inside", "/admin"
    login, second_step = "/login", "/second-step"
    # How its forms name the address and the token against forged requests.
    email_field, token_field = "email", "csrf_token"

    def __init__(self, database: str, roles: int = 1) -> None:
        self.now = datetime.now(UTC)
        # How many the person has.
        self.roles = roles
        # What a browser keeps after it was signed out.
        self.kept: dict[str, str] = {}
        self.app = self.make(database)

    @abstractmethod
    def make(self, database: str) -> Application:
        """The application."""

    @abstractmethod
    def fill(self) -> None:
        """Its tables, and its person."""

    @abstractmethod
    def counted(self, counts: Counter[str]) -> AbstractContextManager[None]:
        """Adds the statements and commits of a while."""

    def code(self) -> str:
        """A code that was never used: the clock goes on for each."""
        self.now += STEP
        return code_at(self.now)

    def wrong_code(self) -> str:
        """One that is good at none of the three steps around now."""
        good = {code_at(self.now + by) for by in WINDOW}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)

    def visitor(self) -> Visitor:
        """A browser of hers, signed out."""
        return Visitor(self.app, cookies=dict(self.kept), token_field=self.token_field)

    def sign_in(self, visitor: Visitor) -> Visitor:
        """The four requests of a login: both forms, and both answers."""
        visitor.get(self.login)
        self.give_password(visitor)
        visitor.get(self.second_step)
        self.give_code(visitor)
        self.kept = self.marks(visitor)
        return visitor

    def give_password(self, visitor: Visitor) -> None:
        """Answer the login form, which is open."""
        visitor.post(self.login, **{self.email_field: EMAIL, "password": PASSWORD})

    def give_code(self, visitor: Visitor) -> None:
        """Answer the second form, which is open."""
        visitor.post(self.second_step, code=self.code())

    def marks(self, visitor: Visitor) -> dict[str, str]:
        """The cookies by which a browser is known again."""
        del visitor
        return {}

    def chores(self) -> dict[str, Chore]:
        """Parts of its work that are timed alone."""
        return {"three hmac": partial(_three_hmac, base64.b32decode(KEY))}


def _three_hmac(key: bytes) -> None:
    for counter in (b"\0\0\0\0\3\x93\x87\1", b"\0\0\0\0\3\x93\x87\2", b"\0\0\0\0\3\x93\x87\3"):
        hmac.digest(key, counter, "sha1")
