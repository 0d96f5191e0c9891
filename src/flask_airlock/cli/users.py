"""`flask users`: create, list, activate, deactivate, reset-factors."""

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from ..errors import ConfigurationError, InvalidAddress, UnknownUser
from ..flows import rescue
from ..flows.services import Services
from ..flows.users import TERMINAL, note_change

Ask = Callable[[], Services]


def user_commands(services: Ask) -> AppGroup:
    """The group, for one application."""
    group = AppGroup("users", help="Create, list and change users.")
    services = with_clear_errors(services)
    _create(group, services)
    _list(group, services)
    _switch(group, services, "activate", on=True)
    _switch(group, services, "deactivate", on=False)
    _reset(group, services)
    return group


def with_clear_errors(services: Ask) -> Ask:
    """The same; a mistake of the configuration ends the command with its sentence."""

    def ask() -> Services:
        try:
            return services()
        except ConfigurationError as problem:
            raise click.ClickException(str(problem)) from None

    return ask


def found_user(services: Services, email: str) -> Any:
    """The user with this address, or a clear end of the command."""
    try:
        return services.datastore.get_user(email)
    except UnknownUser:
        raise click.ClickException(f"there is no user {email}") from None


def user_key(services: Services, user: Any) -> Any:
    """The user's primary key."""
    return getattr(user, services.datastore.users.key.key)


def _create(group: AppGroup, services: Ask) -> None:
    @group.command("create", help="Create a user; the password is asked for, never shown.")
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


def _list(group: AppGroup, services: Ask) -> None:
    @group.command("list", help="List users with their state and roles.")
    def list_users() -> None:
        for user in services().datastore.list_users():
            state = "active" if getattr(user, "active", True) else "inactive"
            roles = ", ".join(sorted(role.name for role in getattr(user, "roles", ())))
            click.echo("\t".join((user.email, state, roles)))


def _switch(group: AppGroup, services: Ask, name: str, *, on: bool) -> None:
    @group.command(name, help=f"{name.capitalize()} a user.")
    @click.argument("email")
    def switch(email: str) -> None:
        user = found_user(services(), email)
        store = services().datastore
        (store.activate_user if on else store.deactivate_user)(user)
        store.commit()
        note_change(services(), user_key(services(), user), f"{name}d")
        click.echo(f"{name}d {user.email}")


def _reset(group: AppGroup, services: Ask) -> None:
    @group.command(
        "reset-factors",
        help="Take a user's second factors away and mail a one-use link to set up a new one.",
    )
    @click.argument("email")
    @click.option("--reason", required=True, help="Why; kept with the event.")
    def reset(email: str, reason: str) -> None:
        user = found_user(services(), email)
        try:
            rescue.reset_factors(services(), user_key(services(), user), reason, TERMINAL)
        except ConfigurationError as problem:
            raise click.ClickException(str(problem)) from None
        click.echo(f"removed the second factors of {user.email} and ended all sessions")
        click.echo("a link to set up a new one is on its way to that address (24 hours, once)")
