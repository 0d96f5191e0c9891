"""What the link of a letter reports as foreign: the address it went to, and what was added."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Report:
    """`credential_id` is the factor that the letter told of, where it told of a new one."""

    address: str = field(repr=False)
    credential_id: int | None = None

    def packed(self) -> str:
        """As one text, to be kept with the link."""
        return f"{self.credential_id or ''} {self.address}"

    @classmethod
    def unpacked(cls, text: str) -> "Report":
        """What `packed` gave."""
        number, _, address = text.partition(" ")
        return cls(address, int(number) if number else None)
