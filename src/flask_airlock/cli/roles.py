"""`flask roles`: make roles, give them to users, and say what they permit."""

from collections.abc import Callable, Sequence

import click

from ..domain.accounts import Person
from ..domain.directory import RoleLine
from ..flows import roles
from ..flows.services import Services
from .answers import Ask, Group, examples, say, say_rows, words


def role_commands(services: Ask) -> Group:
    """The group, for one application."""
    group = Group(
        "roles",
        help="Make roles, give them to users, and say what they permit.\n\nA change holds from the "
        "next request, and is recorded as an event. What is so already is no error.",
        epilog=examples(
            """
            flask roles create editor --permission article.write --permission article.publish
            flask roles add ada@example.com editor
            flask roles remove-permission editor article.publish
            """
        ),
    )
    _list(group, services)
    _create(group, services)
    _member(group, services, "add", "Give a role to a user.", roles.give)
    _member(group, services, "remove", "Take a role away from a user.", roles.take)
    _permission(group, services, "add-permission", "Let a role permit more.", roles.permit)
    _permission(group, services, "remove-permission", "Let a role permit less.", roles.forbid)
    return group


def _list(group: Group, services: Ask) -> None:
    @group.command("list")
    def list_roles() -> None:
        """List roles with their permissions, and how many users have them."""
        rows = roles.listed(services())
        say_rows(
            "roles", rows, ("ROLE", "USERS", "PERMISSIONS", "DESCRIPTION"), _cells, none="no role"
        )


def _cells(role: RoleLine) -> Sequence[object]:
    return role.name, role.users, words(role.permissions), role.description or "-"


def _create(group: Group, services: Ask) -> None:
    @group.command(
        "create",
        epilog=examples('flask roles create editor --description "Writes" -p article.write'),
    )
    @click.argument("name")
    @click.option("--description", metavar="TEXT", help="What the role is for.")
    @click.option(
        "-p", "--permission", "permissions", multiple=True, metavar="NAME",
        help="What the role permits; repeatable.",
    )  # fmt: skip
    def create(name: str, description: str | None, permissions: tuple[str, ...]) -> None:
        """Make a role."""
        roles.create(services(), name, description, permissions)
        say({"role": name, "created": True}, f"created role {name}")


def _member(
    group: Group,
    services: Ask,
    verb: str,
    told: str,
    move: Callable[[Services, str, str], tuple[Person, bool]],
) -> None:
    @group.command(verb, help=told)
    @click.argument("email")
    @click.argument("role")
    def change(email: str, role: str) -> None:
        person, changed = move(services(), email, role)
        done = f"added {role} to {person.email}"
        had = f"{person.email} has {role} already"
        if verb == "remove":
            done, had = f"removed {role} from {person.email}", f"{person.email} has no {role}"
        say({"email": person.email, "role": role, "changed": changed}, done if changed else had)


def _permission(
    group: Group,
    services: Ask,
    verb: str,
    told: str,
    move: Callable[[Services, str, tuple[str, ...]], bool],
) -> None:
    @group.command(verb, help=told, epilog=examples(f"flask roles {verb} editor article.publish"))
    @click.argument("role")
    @click.argument("permissions", nargs=-1, required=True, metavar="PERMISSION...")
    def change(role: str, permissions: tuple[str, ...]) -> None:
        changed = move(services(), role, permissions)
        said = "permits" if verb == "add-permission" else "does not permit"
        already = "" if changed else " already" if verb == "add-permission" else " anyway"
        say(
            {"role": role, "permissions": permissions, "changed": changed},
            f"{role} {said} {words(permissions)}{already}",
        )
