"""A password that somebody else has opens nothing, until its owner set another by a link."""

from ..domain.accounts import Account, Person, Visitor
from ..domain.link_tokens import LinkPurpose
from ..domain.vault import digest
from . import mailboxes, mailed_links
from .services import Services, Work


def close(
    services: Services, work: Work, account: Account, person: Person, address: str,
    visitor: Visitor,
) -> None:  # fmt: skip
    """Close it, and mail the link to this very address: no other sets a new one. Nothing where
    there is no password."""
    if person.password_hash is None:
        return
    mailbox = mailboxes.digests(services, address)[0]
    work.unit.accounts.close_password(account.id, digest(person.password_hash), mailbox)
    purpose = LinkPurpose.RESET
    mailed_links.post(
        services, work, account, purpose, visitor, to=address, template="reset_password",
        closed=True,
    )  # fmt: skip
