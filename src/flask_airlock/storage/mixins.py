"""What an application's own models inherit: no columns, only behaviour."""

from typing import Any

from .permissions import permissions_of


def name_of(role: object) -> Any:
    """What a role is called that is given by name or as an object."""
    return role if isinstance(role, str) else getattr(role, "name", None)


class RoleMixin:
    """Makes a model a role; it needs a `name`, and may have a column `permissions`."""

    name: Any

    def get_permissions(self) -> frozenset[str]:
        """What the role permits; nothing without a column `permissions`.

        A text column holds names with commas between, any other a list or a set of them.
        """
        return permissions_of(self)

    def __eq__(self, other: object) -> bool:
        return bool(self.name == name_of(other))

    def __hash__(self) -> int:
        return hash(self.name)


class UserMixin:
    """Makes a model a user, with the attributes that Flask-Login and its friends look at."""

    @property
    def is_authenticated(self) -> bool:
        """True for every user; anonymous visitors are of another class."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """False for every user."""
        return False

    @property
    def is_active(self) -> bool:
        """The `active` column; a model without one has active users only."""
        return bool(getattr(self, "active", True))

    def get_id(self) -> str:
        """The primary key as text, as Flask-Login's contract asks."""
        keys = self.__mapper__.primary_key_from_instance(self)  # type: ignore[attr-defined]
        return str(keys[0])

    def has_role(self, role: object) -> bool:
        """Whether the user has a role, given by name or as an object."""
        name = name_of(role)
        return any(mine.name == name for mine in getattr(self, "roles", ()) or ())

    def has_permission(self, name: str) -> bool:
        """Whether one of the user's roles permits this."""
        return any(name in permissions_of(mine) for mine in getattr(self, "roles", ()) or ())
