"""An account that an administrator made: its owner chooses the password, by a mailed link."""

from ..domain.accounts import Person, Visitor
from ..domain.events import LinkRequested
from ..domain.link_tokens import LinkPurpose, allowance
from ..errors import NotDone
from . import mailed_links
from .services import Services, Work


def invite(services: Services, work: Work, person: Person, visitor: Visitor) -> None:
    """Write a letter with a link by which a user sets his first password.

    Raises NotDone for who has one (the link would be a reset without its hold), for who is
    switched off, and where three such letters went out within the hour.
    """
    if person.password_hash:
        raise NotDone("has_password", email=person.email)
    if not person.active:
        raise NotDone("inactive", email=person.email)
    now, purpose = services.clock(), LinkPurpose.INVITATION
    account = work.unit.accounts.ensure(person.user_id, now)
    work.unit.accounts.lock(account.id)
    if not allowance(purpose, work.unit.link_tokens.sent(account.id, purpose, now), now).may_send:
        raise NotDone("too_many_links", email=person.email)
    mailed_links.post(
        services, work, account, purpose, visitor, to=person.email, template="invitation"
    )
    work.record(LinkRequested(account_id=account.id, purpose=purpose.value), visitor)
