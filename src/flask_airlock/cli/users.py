"""`flask users`: create, list, activate, deactivate, reset-factors."""

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from ..errors import InvalidAddress, UnknownUser
from ..flows import rescue
from ..flows.services import Services
from ..flows.users import TERMINAL, note_change

Ask = Callable[[], Services]


def user_commands(services: Ask) -> AppGroup:
    """The group, for one application."""
    group = AppGroup("users", help="Create, list and change users.")
    group.add_command(_create(services))
    group.add_command(_list(services))
    group.add_command(_switch(services, "activate", on=True))
    group.add_command(_switch(services, "deactivate", on=False))
    group.add_command(_reset(services))
    return group


def found_user(services: Services, email: str) -> Any:
    """The user with this address, or a clear end of the command."""
    try:
        return services.datastore.get_user(email)
    except UnknownUser:
        raise click.ClickException(f"there is no user {email}") from None


def user_key(services: Services, user: Any) -> Any:
    """The user's primary key."""
    return getattr(user, services.datastore.users.key.key)


def _create(services: Ask) -> click.Command:
    @click.command("create", help="Create a user; the password is asked for, never shown.")
    @click.argument("email")
    @click.option("--role", "roles", multiple=True, help="A role to give; may be repeated.")
    @click.password_option()
    def create(email: str, roles: tuple[str, ...], password: str) -> None:
        store = services().datastore
        if store.find_user(email=email) is not None:
            raise click.ClickException(f"there is a user {email} already")
        try:
            user = store.create_user(email=email, password=password, roles=roles)
        except InvalidAddress:
            raise click.ClickException(f"{email} is not a mail address") from None
        except LookupError as missing:
            raise click.ClickException(str(missing)) from None
        store.commit()
        note_change(services(), user_key(services(), user), "created")
        click.echo(f"created {user.email}")

    return create


def _list(services: Ask) -> click.Command:
    @click.command("list", help="List users with their state and roles.")
    def list_users() -> None:
        for user in services().datastore.list_users():
            state = "active" if getattr(user, "active", True) else "inactive"
            roles = ", ".join(sorted(role.name for role in getattr(user, "roles", ())))
            click.echo("\t".join((user.email, state, roles)))

    return list_users


def _switch(services: Ask, name: str, *, on: bool) -> click.Command:
    @click.command(name, help=f"{name.capitalize()} a user.")
    @click.argument("email")
    def switch(email: str) -> None:
        user = found_user(services(), email)
        store = services().datastore
        (store.activate_user if on else store.deactivate_user)(user)
        store.commit()
        note_change(services(), user_key(services(), user), f"{name}d")
        click.echo(f"{name}d {user.email}")

    return switch


def _reset(services: Ask) -> click.Command:
    @click.command(
        "reset-factors",
        help="Take a user's second factors away and mail a one-use link to set up a new one.",
    )
    @click.argument("email")
    @click.option("--reason", required=True, help="Why; kept with the event.")
    def reset(email: str, reason: str) -> None:
        user = found_user(services(), email)
        rescue.reset_factors(services(), user_key(services(), user), reason, TERMINAL)
        click.echo(f"second factors of {user.email} removed, all sessions ended, link mailed")

    return reset
