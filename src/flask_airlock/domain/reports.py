"""What the link of a letter reports as foreign: the address it went to, and what was added."""

from dataclasses import field

from .records import Record

SET = "set:"


class Report(Record, kw_only=False):
    """`credential_id` is the factor that the letter told of, where it told of a new one;
    `rescue_address_id` the rescue address, `batch` the set of recovery codes, likewise."""

    address: str = field(repr=False)
    credential_id: int | None = None
    rescue_address_id: int | None = None
    batch: bytes | None = field(default=None, repr=False)

    def packed(self) -> str:
        """As one text, to be kept with the link."""
        added = (self.credential_id, self.rescue_address_id, self.batch and self.batch.hex())
        return f"{'/'.join(str(it or '') for it in added)} {self.address}"

    @classmethod
    def unpacked(cls, text: str) -> "Report":
        """What `packed` gave."""
        added, _, address = text.partition(" ")
        factor, mailbox, batch = added.split("/")
        return cls(
            address,
            int(factor) if factor else None,
            int(mailbox) if mailbox else None,
            bytes.fromhex(batch) if batch else None,
        )
