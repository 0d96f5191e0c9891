"""Finding a person by what is typed: a mail address, or a user name where there are any."""

from ..domain.accounts import Person
from ..domain.addresses import normal_address
from ..domain.usernames import normal_username
from ..errors import InvalidAddress, InvalidUsername
from .services import Services, Work


def named(services: Services, work: Work, text: str) -> Person | None:
    """The person with this name; what can't be one costs the same look as one that nobody has."""
    by_name = services.settings.username_enable and "@" not in text
    try:
        normal = normal_username(text) if by_name else normal_address(text)
    except (InvalidAddress, InvalidUsername):
        normal = ""
    return work.unit.users.by_username(normal) if by_name else work.unit.users.by_email(normal)
