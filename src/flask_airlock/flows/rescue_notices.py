"""What touches a person's way back is told to every mailbox that is his (S-78, S-81)."""

from typing import Any

from ..domain.accounts import Visitor
from ..domain.addresses import same_address
from ..domain.rescue import RescueAddress
from . import notices
from .services import Services, Work


def proved(work: Work, account_id: int) -> list[RescueAddress]:
    """The rescue addresses that were proved and can be read, also those that do not count yet."""
    return [it for it in work.unit.rescue_addresses.live(account_id) if it.proved_at and it.address]


def tell_all(
    services: Services, work: Work, account_id: int, on_file: str, template: str,
    visitor: Visitor, *, also: str | None = None, but_for: int | None = None,
    credential_id: int | None = None, rescue_address_id: int | None = None, **facts: Any,
) -> None:  # fmt: skip
    """A letter to the address on file, whose reader may stop what it tells of, and one to each
    proved rescue address, but for one that it is about; `also` to one that is none any more."""
    notices.tell(
        services, work, account_id, on_file, template, visitor,
        credential_id=credential_id, rescue_address_id=rescue_address_id, **facts,
    )  # fmt: skip
    others = [it.address for it in proved(work, account_id) if it.id != but_for]
    for reader in dict.fromkeys((*others, also)):
        if reader and not same_address(on_file, reader):
            notices.tell(
                services, work, account_id, reader, template, visitor, is_on_file=False, **facts
            )
