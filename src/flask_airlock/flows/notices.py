"""Letters that tell a person what was done with the account: when, by which browser, from where."""

from datetime import datetime

from ..domain.accounts import Visitor
from ..domain.letters import Channel, Letter
from . import letters
from .services import Services, Work


def tell(
    services: Services,
    work: Work,
    account_id: int | None,
    to: str,
    template: str,
    visitor: Visitor,
    **facts: object,
) -> None:
    """Write a letter of that template in the flow's own transaction."""
    letter = Letter(
        to=to,
        channel=Channel.MAIL,
        template=template,
        account_id=account_id,
        facts={**circumstances(services, visitor), **facts},
    )
    letters.write(services, work, letter)


def circumstances(services: Services, visitor: Visitor) -> dict[str, object]:
    """What every letter can say of the moment it was written in."""
    return {
        "service": services.service_name,
        "at": in_words(services.clock()),
        "browser": visitor.browser,
        "address": visitor.address,
    }


def in_words(time: datetime) -> str:
    """A day and a time with its zone: `24 November 2026, 14:32 UTC`."""
    return f"{time.day} {time:%B %Y, %H:%M} UTC"
