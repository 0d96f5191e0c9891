"""What mail and text messages share: a short code goes out, and comes back once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from ..domain.accounts import Person
from ..domain.letters import Channel, Letter
from ..domain.one_time_codes import CodeShape, new_code
from ..domain.vault import Vault
from ..errors import WrongAnswer
from ..storage.credentials import Credential
from ..storage.transaction import Unit
from .protocol import Case, PostedCode

USE = "one-time code"


class CodeByPost(ABC):
    """The base of factors whose codes travel."""

    name: ClassVar[str]
    channel: ClassVar[Channel]
    posts_codes: ClassVar[bool] = True
    template: ClassVar[str] = "code"
    shape: CodeShape

    def __init__(self, vault: Vault, service: str) -> None:
        self._vault = vault
        self._service = service

    @abstractmethod
    def recipient(self, secret: bytes, person: Person) -> str:
        """Where codes go, in full."""

    def challenge(self, case: Case, secret: bytes) -> PostedCode:
        """A fresh code, bound to this case, and the letter that carries it."""
        code = self.new_code()
        letter = Letter(
            to=self.recipient(secret, case.person),
            channel=self.channel,
            template=self.template,
            lifetime=self.shape.lifetime,
            account_id=case.account.id,
            facts=self.facts(case, self.as_read(code)),
        )
        digest = self._vault.mac(USE, case.binding(self.name).text(code))
        return PostedCode(digest=digest, expires_at=case.now + self.shape.lifetime, letter=letter)

    def new_code(self) -> str:
        """A random code of the shape."""
        return new_code(self.shape.digits)

    def as_read(self, code: str) -> str:
        """The code as its letter shows it."""
        return code

    def answer(self, unit: Unit, case: Case, credentials: Sequence[Credential], code: str) -> None:
        """Spend the code; raises WrongAnswer for a wrong, spent or expired one."""
        state = unit.codes.state(case.binding(self.name))
        self._spend(unit, case, code)
        for credential in credentials:
            if state is not None and credential.id == state.credential_id:
                unit.credentials.note_used(credential.id, case.now)
                unit.credentials.seal_anew(credential)

    def confirm(self, unit: Unit, case: Case, secret: bytes, code: str) -> int:
        """Spend the code that was sent to the new number or address."""
        self._spend(unit, case, code)
        return -1

    def _spend(self, unit: Unit, case: Case, code: str) -> None:
        # One digest per known key, so that a new key does not void the codes in flight. The
        # comparison is the database's: keyed digests leave nothing to learn from its time.
        if not unit.codes.spend(case.binding(self.name), self.digests(case, code), case.now):
            raise WrongAnswer

    def digests(self, case: Case, code: str) -> list[bytes]:
        """What the code may be stored as: one digest per known key, the newest first."""
        return self._vault.macs(USE, case.binding(self.name).text(code))

    def facts(self, case: Case, code: str) -> dict[str, object]:
        """What the letter says."""
        return {
            "code": code,
            "minutes": int(self.shape.lifetime.total_seconds()) // 60,
            "service": self._service,
            "purpose": case.purpose.value,
            "at": f"{case.now:%H:%M} UTC",
            "browser": case.visitor.browser,
            "address": case.visitor.address,
        }
