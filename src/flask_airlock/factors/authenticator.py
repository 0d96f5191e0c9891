"""Codes of an authenticator app: RFC 6238, each step accepted once ever."""

from collections.abc import Sequence
from typing import ClassVar

from ..domain import totp
from ..domain.accounts import Person
from ..domain.one_time_codes import CodeShape
from ..errors import MethodNotOffered, WrongAnswer
from ..storage.credentials import Credential
from ..storage.transaction import Unit
from .protocol import Case, PostedCode


class AuthenticatorFactor:
    """An app that holds a 160-bit seed of ours."""

    name: ClassVar[str] = "authenticator"
    mirror_name: ClassVar[str] = "google_authenticator"
    posts_codes: ClassVar[bool] = False
    shape = CodeShape(digits=totp.DIGITS, lifetime=totp.STEP)

    def new_secret(self, detail: str, person: Person) -> bytes:
        """A fresh seed."""
        return totp.new_secret()

    def destination(self, secret: bytes, person: Person) -> str | None:
        """Nothing is sent anywhere."""
        return None

    def challenge(self, case: Case, secret: bytes) -> PostedCode:
        """An app needs no challenge: asking for one is a mistake of the visitor's."""
        raise MethodNotOffered(self.name)

    def answer(self, unit: Unit, case: Case, credentials: Sequence[Credential], code: str) -> None:
        """Spend the step that the code belongs to; raises WrongAnswer for a wrong or spent one."""
        for credential in credentials:
            step = totp.matching_step(credential.secret, code, case.now, credential.last_step)
            if step is not None and unit.credentials.spend_step(credential.id, step, case.now):
                unit.credentials.seal_anew(credential)
                return
        raise WrongAnswer

    def confirm(self, unit: Unit, case: Case, secret: bytes, code: str) -> int:
        """The step of the first good code; the credential begins with it spent."""
        step = totp.matching_step(secret, code, case.now)
        if step is None:
            raise WrongAnswer
        return step
