"""What a factor is. Returning means proved; anything else is an exception."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import ClassVar, Protocol

from ..domain.accounts import Account, Person, Visitor
from ..domain.letters import Letter
from ..domain.one_time_codes import CodeBinding, CodeShape, Purpose
from ..domain.records import Record
from ..storage.credentials import Credential
from ..storage.transaction import Unit


class Case(Record):
    """Who is asked, in which session, for which purpose, and by which browser."""

    account: Account
    person: Person
    session_id: int
    purpose: Purpose
    visitor: Visitor
    now: datetime

    def binding(self, method: str) -> CodeBinding:
        """What a code of this case is bound to."""
        return CodeBinding(self.account.id, self.session_id, method, self.purpose)


class PostedCode(Record):
    """A code that is about to travel: its digest for the table, its letter for the reader."""

    digest: bytes = field(repr=False)
    expires_at: datetime
    letter: Letter


class Poster(Protocol):
    """What sends codes: a factor, or what proves a mailbox that is none."""

    name: ClassVar[str]
    shape: CodeShape

    def challenge(self, case: Case, secret: bytes) -> PostedCode:
        """A fresh code and its letter; only where codes are posted."""


class Factor(Poster, Protocol):
    """One kind of second factor."""

    mirror_name: ClassVar[str]
    posts_codes: ClassVar[bool]

    def new_secret(self, detail: str, person: Person) -> bytes:
        """What a set-up keeps until it is confirmed: a seed, a number, or nothing.

        Raises InvalidPhoneNumber where `detail`, a person's typing, is no number.
        """

    def destination(self, secret: bytes, person: Person) -> str | None:
        """Where a code goes, masked; None for factors that post nothing."""

    def answer(self, unit: Unit, case: Case, credentials: Sequence[Credential], code: str) -> None:
        """Return quietly if the answer is right, and spend it; raise WrongAnswer if not."""

    def confirm(self, unit: Unit, case: Case, secret: bytes, code: str) -> int:
        """Check the first answer of a set-up; the time step it spent, or -1 where there is none.

        Raises WrongAnswer.
        """
