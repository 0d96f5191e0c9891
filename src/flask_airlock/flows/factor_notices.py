"""What a person is told when his second factors change: by mail, and on the phone itself."""

from typing import Any

from ..domain.accounts import Person, Visitor
from ..domain.letters import Channel, Letter
from ..errors import Unsealable
from . import letters, notices
from .services import Services, Work

TEXTS = "sms"


def tell(
    services: Services, work: Work, account_id: int, person: Person, template: str,
    visitor: Visitor, *, method: str, name: str | None, destination: str | None,
    credential_id: int | None = None, **facts: Any,
) -> None:  # fmt: skip
    """A letter to the address on file that says which factor it was; `destination` is masked, and
    `credential_id` the one that the reader may stop."""
    told: dict[str, Any] = {"method": method, "name": name, "destination": destination, **facts}
    notices.tell(
        services, work, account_id, person.email, template, visitor,
        credential_id=credential_id, **told,
    )  # fmt: skip


def phones(work: Work, account_id: int) -> list[bytes]:
    """The numbers that an account has, the preferred one first; none where they can't be read:
    that is a reason to set up another, or to be rescued, and must hinder neither."""
    try:
        return [phone.secret for phone in work.unit.credentials.of_method(account_id, TEXTS)]
    except Unsealable:
        return []


def text(services: Services, work: Work, account_id: int, template: str, number: bytes) -> None:
    """A text message to a phone of the account that was there before (S-86)."""
    letter = Letter(
        to=number.decode(),
        channel=Channel.SMS,
        template=template,
        account_id=account_id,
        facts={"service": services.service_name},
    )
    letters.write(services, work, letter)
