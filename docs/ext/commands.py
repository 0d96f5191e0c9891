"""`.. commands:: users`: a group of commands, as `--help` shows it, and each of its commands."""

from collections.abc import Iterator
from typing import Any, NoReturn

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from flask_airlock.cli.airlock import airlock_commands
from flask_airlock.cli.roles import role_commands
from flask_airlock.cli.sessions import session_commands
from flask_airlock.cli.users import user_commands

GROUPS = {
    "users": user_commands,
    "roles": role_commands,
    "sessions": session_commands,
    "airlock": airlock_commands,
}
WIDTH = 88


def no_services() -> NoReturn:
    """Help needs no application."""
    raise RuntimeError("the documentation runs no command")


def help_of(command: click.Command, words: str) -> str:
    """What `words --help` prints."""
    context = click.Context(command, info_name=words, terminal_width=WIDTH, max_content_width=WIDTH)
    return command.get_help(context)


class Commands(SphinxDirective):
    """A section for each command of a group, made from the program itself."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The group's own help, then one section a command."""
        # Made from the program: what Sphinx keeps of the page says nothing about that.
        self.env.note_reread()
        name = self.arguments[0]
        group = GROUPS[name](no_services)
        return [_shown(help_of(group, f"flask {name}")), *_sections(group, f"flask {name}")]


def _sections(group: click.Group, path: str) -> Iterator[nodes.Node]:
    for name in sorted(group.commands):
        command, words = group.commands[name], f"{path} {name}"
        section = nodes.section(ids=[nodes.make_id(words)])
        section += nodes.title(words, words)
        section += _shown(help_of(command, words))
        yield section
        if isinstance(command, click.Group):
            yield from _sections(command, words)


def _shown(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="text")


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known to Sphinx."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
