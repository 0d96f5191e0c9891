"""What an administrator reads about users: a list, one in full, or all that is kept of one."""

from collections.abc import Iterator
from typing import Any

from ..domain.directory import UserDetails, UserFilter, UserLine
from ..errors import NotDone
from .administration import find, must_have_role
from .own_sessions import alive
from .services import Services

PAGE = 200
LOGINS_SHOWN = 5


def listed(services: Services, wanted: UserFilter, limit: int | None) -> Iterator[UserLine]:
    """Users by address, read page by page, at most `limit`; raises NotDone."""
    if wanted.unconfirmed and not services.datastore.users.has_confirmed:
        raise NotDone("no_confirmed_at")
    if wanted.role is not None:
        with services.begin() as work:
            must_have_role(work, wanted.role)
    methods = [factor.name for factor in services.factors]
    left, last = limit, None
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        with services.begin() as work:
            page = work.unit.directory.page(wanted, methods, last, size)
        yield from page
        if len(page) < size:
            return
        last = page[-1]
        left = None if left is None else left - len(page)


def details(services: Services, name: str) -> UserDetails:
    """All about one user that an administrator may need; raises NotDone."""
    methods = [factor.name for factor in services.factors]
    with services.begin() as work:
        person, unit = find(services, work, name), work.unit
        account = unit.accounts.of_user(person.user_id)
        return UserDetails(
            id=person.user_id,
            email=person.email,
            username=person.username,
            active=person.active,
            confirmed=person.confirmed,
            has_password=bool(person.password_hash),
            roles=tuple(sorted(unit.users.role_names(person.user_id))),
            permissions=tuple(sorted(unit.roles.permissions(person.user_id))),
            methods=tuple(unit.credentials.lines(account.id, methods) if account else ()),
            needs_setup_link=bool(account and account.needs_setup_link),
            sessions=len(alive(services, work, account)) if account else 0,
            deletion_due_at=account.delete_at if account else None,
            last_logins=tuple(unit.events.logins(account.id, LOGINS_SHOWN) if account else ()),
        )


def export(services: Services, name: str) -> dict[str, Any]:
    """Everything about one person that is kept, but no secrets; raises NotDone.

    `user` is the application's own row, `left_out` names its columns that look like secrets;
    `airlock` holds the rows of our tables.
    """
    with services.begin() as work:
        person = find(services, work, name)
        account = work.unit.accounts.of_user(person.user_id)
        columns, left_out = work.unit.exports.columns(person.user_id)
        return {
            "exported_at": services.clock(),
            "user": columns,
            "left_out": left_out,
            "roles": sorted(work.unit.users.role_names(person.user_id)),
            "permissions": sorted(work.unit.roles.permissions(person.user_id)),
            "airlock": work.unit.exports.rows(account.id) if account else {},
        }
