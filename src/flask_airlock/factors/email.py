"""Codes by mail to the address on file: eight digits, ten minutes."""

from datetime import timedelta
from typing import ClassVar

from ..domain.accounts import Person
from ..domain.addresses import masked_address
from ..domain.letters import Channel
from ..domain.one_time_codes import CodeShape
from .code_by_post import CodeByPost


class EmailFactor(CodeByPost):
    """The mailbox as a second factor. Nothing is kept: codes go to the stored address only."""

    name: ClassVar[str] = "email"
    mirror_name: ClassVar[str] = "mail"
    channel: ClassVar[Channel] = Channel.MAIL
    shape = CodeShape(digits=8, lifetime=timedelta(minutes=10))

    def new_secret(self, detail: str, person: Person) -> bytes:
        """Nothing: the address is the application's."""
        return b""

    def destination(self, secret: bytes, person: Person) -> str | None:
        """The address on file, masked."""
        return masked_address(person.email)

    def recipient(self, secret: bytes, person: Person) -> str:
        """The address on file."""
        return person.email
