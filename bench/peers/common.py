"""What every peer is asked to do, and with whom."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pyotp
from flask import Flask

from bench.visitor import Visitor

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECRET_KEY = "a secret key that is long enough for a bench"
STEP = timedelta(seconds=30)


class Peer(ABC):
    """An application with one person in it, who has a password and an authenticator app."""

    page, role_page = "/inside", "/admin"
    login, second_step = "/login", "/second-step"

    def __init__(self, database: str) -> None:
        self.now = datetime.now(UTC)
        # What a browser keeps after it was signed out.
        self.kept: dict[str, str] = {}
        self.app = self.make(database)

    @abstractmethod
    def make(self, database: str) -> Flask:
        """The application, with its table and its person."""

    def code(self) -> str:
        """A code that was never used: the clock goes on for each."""
        self.now += STEP
        return pyotp.TOTP(KEY).at(self.now)

    def sign_in(self, visitor: Visitor) -> Visitor:
        """The four requests of a login: both forms, and both answers."""
        visitor.get(self.login)
        visitor.post(self.login, email=EMAIL, password=PASSWORD)
        visitor.get(self.second_step)
        visitor.post(self.second_step, method="authenticator", code=self.code())
        self.kept = self.marks(visitor)
        return visitor

    def marks(self, visitor: Visitor) -> dict[str, str]:
        """The cookies by which a browser is known again."""
        del visitor
        return {}
