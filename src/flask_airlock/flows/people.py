"""Finding a person by what is typed: a mail address, or a user name where there are any."""

from ..domain.accounts import Person
from ..domain.addresses import normal_address
from ..domain.usernames import normal_username
from ..errors import InvalidAddress, InvalidUsername
from .services import Services, Work

# No normal name and no normal address is like this.
NO_NAME = "-"
NOBODYS_NAME = "name that nobody has"


def named(services: Services, work: Work, text: str) -> tuple[Person | None, str]:
    """The person with this name, and its normal form; what can't be one costs the same look as one
    that nobody has."""
    by_name = services.settings.username_enable and "@" not in text
    try:
        normal = normal_username(text) if by_name else normal_address(text)
    except (InvalidAddress, InvalidUsername):
        normal = NO_NAME
    users = work.unit.users
    found = users.by_username(normal) if by_name else users.by_email(normal)
    return found, text.lower() if normal == NO_NAME else normal


def owner_of_name(services: Services, name: str) -> bytes:
    """Under what wrong answers are counted for a name that nobody has; it may be a password that
    was typed into the wrong field, so it is kept as a keyed digest (S-133)."""
    return services.vault.mac(NOBODYS_NAME, name)
