"""A rescue address is taken away, whoever does it."""

from ..domain.accounts import Visitor
from ..domain.addresses import masked_address, same_address
from ..domain.events import RescueAddressRemoved
from . import rescue_notices
from .services import Services, Work

BY_NEW_ADDRESS = "new_address"


def take(
    services: Services, work: Work, account_id: int, on_file: str, number: int, by: str,
    visitor: Visitor,
) -> None:  # fmt: skip
    """Take one away that the account has, and tell all mailboxes, itself as well; one that was
    never proved goes without a word."""
    unit, now = work.unit, services.clock()
    was = next((it for it in unit.rescue_addresses.live(account_id) if it.id == number), None)
    removed = unit.rescue_addresses.remove(account_id, number, now)
    if was is None or not removed or was.proved_at is None:
        return
    # Whoever is coming back by it at this moment does not.
    unit.sessions.end_half_open(account_id, now)
    work.record(RescueAddressRemoved(account_id=account_id, by=by), visitor)
    rescue_notices.tell_all(
        services, work, account_id, on_file, "rescue_address_removed", visitor, also=was.address,
        destination=masked_address(was.address) if was.address else None,
    )  # fmt: skip


def take_if_on_file(
    services: Services, work: Work, account_id: int, on_file: str, visitor: Visitor
) -> None:
    """What is the address on file now is no rescue address any more: one mailbox is one proof."""
    for it in work.unit.rescue_addresses.live(account_id):
        if it.address and same_address(on_file, it.address):
            take(services, work, account_id, on_file, it.id, BY_NEW_ADDRESS, visitor)


def take_all(services: Services, work: Work, account_id: int, by: str, visitor: Visitor) -> None:
    """Take all away without a letter, where one tells of more than that."""
    for it in work.unit.rescue_addresses.live(account_id):
        removed = work.unit.rescue_addresses.remove(account_id, it.id, services.clock())
        if removed and it.proved_at:
            work.record(RescueAddressRemoved(account_id=account_id, by=by), visitor)
