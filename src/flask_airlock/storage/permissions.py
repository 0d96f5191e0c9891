"""What a role permits, in whatever kind of column the application keeps it."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import String

from ..domain.permissions import permission_names, unknown_names

BETWEEN = ","


def permissions_of(role: Any) -> frozenset[str]:
    """The names that a role holds; one without the column permits nothing."""
    return permitted_by(getattr(role, "permissions", None))


def permitted_by(kept: Any) -> frozenset[str]:
    """The names in the column of a role: a text with commas between, or a list or set of texts.

    Anything else permits nothing.
    """
    names = kept.split(BETWEEN) if isinstance(kept, str) else kept
    if not isinstance(names, Iterable):
        return frozenset()
    return frozenset(name.strip() for name in names if isinstance(name, str) and name.strip())


def permit(role: Any, names: Iterable[str], known: Collection[str] | None) -> bool:
    """Let a role permit more; False if it permitted all of this.

    `known` are the names there are, if somebody said so. Raises ValueError for what can't be a
    permission, LookupError for an unknown one and for a role without the column.
    """
    before = permissions_of(role)
    return _keep(role, before, before.union(_checked(names, known)))


def forbid(role: Any, names: Iterable[str], known: Collection[str] | None) -> bool:
    """Let a role permit less; False if it permitted nothing of this. Raises like `permit`.

    A name that nobody knows any more can be taken away, of course.
    """
    before = permissions_of(role)
    asked = _checked(names, None if known is None else {*known, *before})
    return _keep(role, before, before.difference(asked))


def _checked(names: Iterable[str], known: Collection[str] | None) -> tuple[str, ...]:
    asked = permission_names([names] if isinstance(names, str) else names)
    unknown = unknown_names(asked, known)
    if unknown:
        raise LookupError(f"SECURITY_PERMISSIONS does not list {', '.join(unknown)}")
    return asked


def _keep(role: Any, before: frozenset[str], after: frozenset[str]) -> bool:
    """Write the names as the role's column keeps them.

    Always a fresh value: the ORM does not notice a list that was changed in place.
    """
    if after == before:
        return False
    kept, ordered = getattr(role, "permissions", None), sorted(after)
    column = _column(type(role))
    if isinstance(kept, set | frozenset):
        role.permissions = set(ordered)
    elif isinstance(kept, str) or (kept is None and isinstance(column.type, String)):
        role.permissions = BETWEEN.join(ordered)
    else:
        role.permissions = ordered
    return True


def _column(model: type[Any]) -> Any:
    attribute = model.__mapper__.column_attrs.get("permissions")
    if attribute is None:
        raise LookupError(f"{model.__name__} has no column named permissions")
    return attribute.columns[0]
