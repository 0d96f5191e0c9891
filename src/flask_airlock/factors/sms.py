"""Codes by text message: six digits, five minutes, to a number that a code has proved."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from ..domain.accounts import Person, Visitor
from ..domain.addresses import masked_phone
from ..domain.letters import Channel
from ..domain.one_time_codes import CodeShape
from ..domain.phones import e164
from ..domain.vault import Vault
from .code_by_post import CodeByPost
from .protocol import Case


class SmsFactor(CodeByPost):
    """The phone as a second factor; numbers are kept in E.164."""

    name: ClassVar[str] = "sms"
    mirror_name: ClassVar[str] = "sms"
    channel: ClassVar[Channel] = Channel.SMS
    shape = CodeShape(digits=6, lifetime=timedelta(minutes=5))

    def __init__(
        self, vault: Vault, service: str, region: str | None, host_of: Callable[[Visitor], str]
    ) -> None:
        super().__init__(vault, service)
        self._region = region
        self._host_of = host_of

    def new_secret(self, detail: str, person: Person) -> bytes:
        """The number in E.164; raises InvalidPhoneNumber."""
        return e164(detail, self._region).encode()

    def destination(self, secret: bytes, person: Person) -> str | None:
        """The last digits of the number."""
        return masked_phone(secret.decode())

    def recipient(self, secret: bytes, person: Person) -> str:
        """The number that was proved, or is about to be."""
        return secret.decode()

    def facts(self, case: Case, code: str) -> dict[str, object]:
        """What the message says; its last line names the one host the code is for."""
        return {**super().facts(case, code), "host": self._host_of(case.visitor)}
