"""What an administrator does with roles: makes them, gives them, lets them permit things."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..domain.accounts import Person
from ..domain.directory import RoleLine
from ..domain.events import RoleChanged
from ..domain.permissions import permission_names, unknown_names
from ..errors import NotDone
from .administration import TERMINAL, change, must_have_role
from .services import Services, Work


def listed(services: Services) -> list[RoleLine]:
    """Every role, what it permits, and how many users have it; raises NotDone."""
    with services.begin() as work, _lookup():
        return work.unit.roles.all()


def create(
    services: Services, name: str, description: str | None, permissions: tuple[str, ...]
) -> None:
    """Make a role; raises NotDone."""
    if permissions:
        _must_be_known(services, permissions)
    known = services.settings.permissions

    def make(work: Work) -> None:
        with _lookup():
            made = work.unit.roles.create(name, description, permissions, known)
        if not made:
            raise NotDone("role_exists", role=name)
        work.record(RoleChanged(role=name, change=_told("created", permissions)), TERMINAL)

    services.in_one_go(make)


def give(services: Services, name: str, role: str) -> tuple[Person, bool]:
    """Give a user a role; False if he had it. Raises NotDone."""

    def add(work: Work, person: Person) -> str | None:
        must_have_role(work, role)
        return f"role {role} added" if work.unit.roles.give(person.user_id, role) else None

    return change(services, name, add)


def take(services: Services, name: str, role: str) -> tuple[Person, bool]:
    """Take a role away from a user; False if he did not have it. Raises NotDone."""

    def remove(work: Work, person: Person) -> str | None:
        must_have_role(work, role)
        return f"role {role} removed" if work.unit.roles.take(person.user_id, role) else None

    return change(services, name, remove)


def permit(services: Services, role: str, names: tuple[str, ...]) -> bool:
    """Let a role permit more; False if it permitted all of this. Raises NotDone."""
    _must_be_known(services, names)
    known = services.settings.permissions
    return _change(
        services,
        role,
        _told("permits", names),
        lambda work: work.unit.roles.permit(role, names, known),
    )


def forbid(services: Services, role: str, names: tuple[str, ...]) -> bool:
    """Let a role permit less; False if it permitted nothing of this. Raises NotDone."""
    known = services.settings.permissions
    return _change(
        services,
        role,
        _told("no longer permits", names),
        lambda work: work.unit.roles.forbid(role, names, known),
    )


def _change(services: Services, role: str, told: str, do: Callable[[Work], bool]) -> bool:
    def carry_out(work: Work) -> bool:
        must_have_role(work, role)
        with _lookup():
            changed = do(work)
        if changed:
            work.record(RoleChanged(role=role, change=told), TERMINAL)
        return changed

    return services.in_one_go(carry_out)


def _must_be_known(services: Services, names: tuple[str, ...]) -> None:
    with _lookup():
        unknown = unknown_names(permission_names(names), services.settings.permissions)
    if unknown:
        raise NotDone("unknown_permission", names=", ".join(unknown))


@contextmanager
def _lookup() -> Iterator[None]:
    """What the application's models lack, or can't take, as the administrator hears it."""
    try:
        yield
    except LookupError as missing:
        raise NotDone("missing", what=str(missing)) from None
    except ValueError as wrong:
        raise NotDone("invalid_permission", what=str(wrong)) from None


def _told(verb: str, names: tuple[str, ...]) -> str:
    return f"{verb}: {', '.join(names)}" if names else verb
