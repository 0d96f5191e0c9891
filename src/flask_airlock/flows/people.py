"""Finding a person by what is typed: a mail address, or a user name where there are any."""

from ..domain.accounts import Person
from ..domain.addresses import normal_address
from ..domain.usernames import normal_username
from ..errors import InvalidAddress, InvalidUsername
from ..storage.entrants import Entrant
from ..storage.transaction import Unit
from .services import Services, Work

# No normal name and no normal address is like this.
NO_NAME = "-"
NOBODYS_NAME = "name that nobody has"


def named(services: Services, work: Work, text: str) -> Person | None:
    """The person with this name; what can't be one costs the same look as one that nobody has."""
    by_name, normal = _normal(services, text)
    users = work.unit.users
    return users.by_username(normal) if by_name else users.by_email(normal)


def at_the_door(services: Services, unit: Unit, text: str) -> tuple[Entrant | None, str]:
    """The same with the account and what belongs to it, and the name's normal form."""
    by_name, normal = _normal(services, text)
    entrants = unit.entrants
    found = entrants.by_username(normal) if by_name else entrants.by_email(normal)
    return found, text.lower() if normal == NO_NAME else normal


def _normal(services: Services, text: str) -> tuple[bool, str]:
    """Whether it is a user name or else an address, and its normal form."""
    by_name = services.settings.username_enable and "@" not in text
    try:
        return by_name, normal_username(text) if by_name else normal_address(text)
    except (InvalidAddress, InvalidUsername):
        return by_name, NO_NAME


def owner_of_name(services: Services, name: str) -> bytes:
    """Under what wrong answers are counted for a name that nobody has; it may be a password that
    was typed into the wrong field, so it is kept as a keyed digest (S-133)."""
    return services.vault.mac(NOBODYS_NAME, name)
