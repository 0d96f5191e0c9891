"""What a person's security page tells at a glance."""

from dataclasses import dataclass

from ..domain.directory import MethodLine
from . import sessions
from .services import Services


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What an account has; `methods` are its second factors, oldest first."""

    methods: tuple[MethodLine, ...]


def look(services: Services, token: str | None) -> Overview:
    """The account of who is signed in; raises LoginLapsed."""
    standing = sessions.find_signed_in(services, token)
    names = [factor.name for factor in services.factors]
    with services.begin() as work:
        return Overview(methods=tuple(work.unit.credentials.lines(standing.account.id, names)))
