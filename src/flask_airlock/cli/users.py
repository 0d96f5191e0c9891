"""`flask users`: make, find, read and change users."""

from collections.abc import Sequence

import click

from ..domain.directory import UserDetails, UserFilter, UserLine
from ..flows import administration, directory
from ..flows.administration import NewUser
from .answers import Ask, Group, as_json, examples, moment, printable, say, say_rows, words
from .rescues import approve

LIST_EXAMPLES = """
flask users list --inactive
flask users list --role admin --without-factor
flask users list --search example.org --limit 20
flask users list --json | jq -r ".users[].email"
"""


def user_commands(services: Ask) -> Group:
    """The group, for one application."""
    group = Group(
        "users",
        help="Make, find, read and change users.\n\nEMAIL is a mail address, or a user name where "
        "there are user names. Every change is recorded as an event.",
        epilog=examples(
            """
            flask users create ada@example.com --role admin
            flask users list --without-factor
            flask users show ada@example.com
            flask users reset-factors ada@example.com --reason "Lost phone, called back"
            """
        ),
    )
    for add in (_create, _invite, _list, _show, _export, _confirm, _reset, _delete):
        add(group, services)
    _switch(group, services, "activate", on=True)
    _switch(group, services, "deactivate", on=False)
    return group


def _create(group: Group, services: Ask) -> None:
    @group.command(
        "create",
        short_help="Make a user, and mail a link to set a password.",
        epilog=examples(
            """
            flask users create ada@example.com
            flask users create bob@example.com --username bob --role staff --role auditor
            flask users create guest@example.com --inactive
            """
        ),
    )
    @click.argument("email")
    @click.option("--username", metavar="NAME", help="A user name beside the address.")
    @click.option("--role", "roles", multiple=True, metavar="ROLE", help="A role; repeatable.")
    @click.option("--inactive", is_flag=True, help="Keep the user out for now; no letter is sent.")
    def create(email: str, username: str | None, roles: tuple[str, ...], inactive: bool) -> None:
        """Make a user, and mail a link to set a password.

        The link works once, for 24 hours; `flask users invite` sends another. Nobody but its
        owner ever chooses the password. All or nothing: without a way to write links no user is
        made.
        """
        new = NewUser(email=email, username=username, roles=roles, active=not inactive)
        person = administration.create(services(), new)
        say(
            {"id": person.user_id, "email": person.email, "invited": not inactive},
            f"created {person.email}",
            "no letter was sent: activate, then invite"
            if inactive
            else "a link to set a password is on its way (24 hours, once)",
        )


def _invite(group: Group, services: Ask) -> None:
    @group.command("invite", short_help="Mail another link to set a first password.")
    @click.argument("email")
    def invite(email: str) -> None:
        """Mail another link to set a first password.

        For active users who have none yet; whoever has one uses the page for forgotten passwords.
        At most three an hour.
        """
        person = administration.invite(services(), email)
        say(
            {"email": person.email, "invited": True},
            f"a link to set a password is on its way to {person.email} (24 hours, once)",
        )


def _list(group: Group, services: Ask) -> None:
    @group.command(
        "list",
        short_help="List users by address.",
        epilog=examples(LIST_EXAMPLES),
    )
    @click.option("--active/--inactive", default=None, help="Only active users, or only others.")
    @click.option("--role", metavar="ROLE", help="Only users with this role.")
    @click.option("--without-factor", is_flag=True, help="Only users without a second factor.")
    @click.option("--unconfirmed", is_flag=True, help="Only users with an unconfirmed address.")
    @click.option("--search", metavar="TEXT", help="Only users with this in address or user name.")
    @click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many users.")
    def list_users(
        active: bool | None, role: str | None, without_factor: bool, unconfirmed: bool,
        search: str | None, limit: int | None,
    ) -> None:  # fmt: skip
        """List users by address: state, roles and second factors.

        A user has to pass every filter that is given.
        """
        wanted = UserFilter(
            active=active,
            role=role,
            without_factor=without_factor,
            unconfirmed=unconfirmed,
            search=search,
        )
        rows = directory.listed(services(), wanted, limit)
        say_rows(
            "users",
            rows,
            ("ADDRESS", "STATE", "ROLES", "SECOND FACTORS"),
            _cells,
            none="no such user",
        )


def _cells(user: UserLine) -> Sequence[object]:
    state = "active" if user.active else "inactive"
    if not user.confirmed:
        state += ", unconfirmed"
    return user.email, state, words(user.roles), words(user.methods)


def _show(group: Group, services: Ask) -> None:
    @group.command("show", short_help="Show one user in full.")
    @click.argument("email")
    def show(email: str) -> None:
        """Show one user in full: state, roles, permissions, second factors, sessions, logins."""
        user = directory.details(services(), email)
        say(user, *_in_words(user))


def _in_words(user: UserDetails) -> list[str]:
    facts = {
        "id": user.id,
        "address": f"{user.email} ({'' if user.confirmed else 'not '}confirmed)",
        "user name": user.username or "-",
        "state": "active" if user.active else "inactive",
        "password": "set" if user.has_password else "none yet",
        "roles": words(user.roles),
        "permissions": words(user.permissions),
        "sessions": user.sessions,
        "removal due": moment(user.deletion_due_at) if user.deletion_due_at else "no",
        "set-up link": "needed at the next login" if user.needs_setup_link else "not needed",
    }
    lines = [f"{name:<12} {value}" for name, value in facts.items()]
    lines.append("second factors" if user.methods else "no second factor")
    lines += [
        f"  {it.method:<14} added {moment(it.added_at)}, last used {moment(it.last_used_at)}"
        for it in user.methods
    ]
    lines.append("last logins" if user.last_logins else "no login on record")
    lines += [
        f"  {moment(it.at)}  {words(it.proofs)}  {it.browser} {it.address}".rstrip()
        for it in user.last_logins
    ]
    return lines


def _export(group: Group, services: Ask) -> None:
    @group.command("export", short_help="Write all that is kept about one user, as JSON.")
    @click.argument("email")
    def export(email: str) -> None:
        """Write all that is kept about one user, as JSON, with --json or without.

        The application's own row, roles, sessions, events and what else our tables hold; never
        passwords, keys, codes, tokens, or what is sealed. Columns that look like secrets are
        named under `left_out`.
        """
        click.echo(as_json(directory.export(services(), email)))


def _switch(group: Group, services: Ask, name: str, *, on: bool) -> None:
    told = "Let a user in again." if on else "Keep a user out, and end all sessions."

    @group.command(name, help=told)
    @click.argument("email")
    def switch(email: str) -> None:
        person, changed = administration.switch(services(), email, on=on)
        state = "active" if on else "inactive"
        lines = [f"{name}d {person.email}" if changed else f"{person.email} is {state} already"]
        if on and not person.password_hash:
            lines.append("there is no password yet: invite sends a link to set one")
        say({"email": person.email, "active": on, "changed": changed}, *lines)


def _confirm(group: Group, services: Ask) -> None:
    @group.command("confirm", short_help="Mark the address of a user as confirmed.")
    @click.argument("email")
    def confirm(email: str) -> None:
        """Mark the address of a user as confirmed, without a letter."""
        person, changed = administration.confirm(services(), email)
        said = "confirmed" if changed else "confirmed already:"
        say(
            {"email": person.email, "confirmed": True, "changed": changed}, f"{said} {person.email}"
        )


def _reset(group: Group, services: Ask) -> None:
    @group.command(
        "reset-factors",
        short_help="Approve that all second factors are taken away, and a set-up link mailed.",
        epilog=examples('flask users reset-factors ada@example.com --reason "Lost phone"'),
    )
    @click.argument("email")
    @click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the event.")
    @click.option("--by", metavar="NAME", help="Who you are; needed where two have to approve.")
    def reset(email: str, reason: str, by: str | None) -> None:
        """Approve that all second factors are taken away, and a link to set up a new one is mailed.

        The answer to a request for help: first make sure who asks. The same as `flask airlock
        rescues approve`: carried out after SECURITY_RESCUE_DELAY, unless it is cancelled, or the
        user signs in with a second step.
        """
        approve(services(), email, reason, by)


def _delete(group: Group, services: Ask) -> None:
    @group.command(
        "delete",
        short_help="Remove a user at once, with everything of ours that is his.",
        epilog=examples("flask users delete ada@example.com --yes"),
    )
    @click.argument("email")
    @click.option("--yes", is_flag=True, help="Do not ask whether that is really wanted.")
    def delete(email: str, yes: bool) -> None:
        """Remove a user at once, with everything of ours that is his.

        Asks first, unless --yes is given. Events stay, without an owner. Where rows of the
        application's own still point to the user nothing is changed.
        """
        person = administration.named(services(), email)
        if not yes:
            click.confirm(f"Remove {printable(person.email)} for good?", abort=True, err=True)
        administration.delete(services(), person.user_id)
        say(
            {"id": person.user_id, "email": person.email, "deleted": True},
            f"removed {person.email}",
        )
