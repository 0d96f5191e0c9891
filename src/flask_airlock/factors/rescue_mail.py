"""Codes to rescue addresses: they prove a mailbox, and open nothing. `secret` is the address."""

from datetime import timedelta
from typing import ClassVar

from ..domain.accounts import Person
from ..domain.letter_codes import in_groups, new_letters
from ..domain.letters import Channel
from ..domain.one_time_codes import CodeShape
from ..domain.policy import RESCUE
from ..domain.rescue import CODE_LETTERS, CODE_LIFETIME
from .code_by_post import CodeByPost


class RescueAddressProof(CodeByPost):
    """The code by which somebody shows that a mailbox is his: eight digits, ten minutes."""

    name: ClassVar[str] = "rescue_address"
    channel: ClassVar[Channel] = Channel.MAIL
    template: ClassVar[str] = "rescue_address_code"
    shape = CodeShape(digits=8, lifetime=timedelta(minutes=10))

    def recipient(self, secret: bytes, person: Person) -> str:
        """The address that was named."""
        return secret.decode()


class RescueMail(CodeByPost):
    """The code by which somebody who lost every factor comes back: 40 bits, 15 minutes (S-79)."""

    name: ClassVar[str] = RESCUE
    channel: ClassVar[Channel] = Channel.MAIL
    template: ClassVar[str] = "rescue_code"
    shape = CodeShape(digits=CODE_LETTERS, lifetime=CODE_LIFETIME)

    def recipient(self, secret: bytes, person: Person) -> str:
        """The rescue address."""
        return secret.decode()

    def new_code(self) -> str:
        """Random letters, of five bits each."""
        return new_letters(CODE_LETTERS)

    def as_read(self, code: str) -> str:
        """In two groups."""
        return in_groups(code)
