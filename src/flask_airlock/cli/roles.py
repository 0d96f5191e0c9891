"""`flask roles`: create, add, remove."""

import click
from flask.cli import AppGroup

from ..flows.users import note_change
from .users import Ask, found_user, user_key, with_clear_errors


def role_commands(services: Ask) -> AppGroup:
    """The group, for one application."""
    group = AppGroup("roles", help="Create roles, give them and take them away.")
    services = with_clear_errors(services)
    _create(group, services)
    _change(group, services, "add")
    _change(group, services, "remove")
    return group


def _create(group: AppGroup, services: Ask) -> None:
    @group.command("create", help="Create a role.")
    @click.argument("name")
    def create(name: str) -> None:
        store = services().datastore
        if store.find_role(name) is not None:
            raise click.ClickException(f"there is a role {name} already")
        store.create_role(name)
        store.commit()
        click.echo(f"created role {name}")


def _change(group: AppGroup, services: Ask, verb: str) -> None:
    past = "added" if verb == "add" else "removed"

    @group.command(verb, help=f"{verb.capitalize()} a role, for a user.")
    @click.argument("email")
    @click.argument("role")
    def change(email: str, role: str) -> None:
        user, store = found_user(services(), email), services().datastore
        move = store.add_role_to_user if verb == "add" else store.remove_role_from_user
        try:
            changed = move(user, role)
        except LookupError as missing:
            raise click.ClickException(str(missing)) from None
        if not changed:
            raise click.ClickException(f"nothing to do: {user.email} and {role}")
        store.commit()
        note_change(services(), user_key(services(), user), f"role {role} {past}")
        click.echo(f"{past} {role} for {user.email}")
