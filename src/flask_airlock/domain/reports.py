"""What the link of a letter reports as foreign: the address it went to, and what was added."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Report:
    """`credential_id` is the factor that the letter told of, where it told of a new one;
    `rescue_address_id` the rescue address."""

    address: str = field(repr=False)
    credential_id: int | None = None
    rescue_address_id: int | None = None

    def packed(self) -> str:
        """As one text, to be kept with the link."""
        return f"{self.credential_id or ''}/{self.rescue_address_id or ''} {self.address}"

    @classmethod
    def unpacked(cls, text: str) -> "Report":
        """What `packed` gave."""
        numbers, _, address = text.partition(" ")
        factor, _, mailbox = numbers.partition("/")
        return cls(address, int(factor) if factor else None, int(mailbox) if mailbox else None)
