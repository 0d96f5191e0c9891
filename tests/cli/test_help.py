"""Every command of every group explains itself; a new one is found by walking the tree."""

from collections.abc import Iterator

import click

from tests.applications import Application
from tests.cli.support import run

LONGEST_FIRST_LINE = 79


def walk(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, groups too, with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, *path, name)


def leaves(application: Application) -> list[tuple[tuple[str, ...], click.Command]]:
    """What does something."""
    everything = walk(application.app.cli)
    return [(path, it) for path, it in everything if not isinstance(it, click.Group)]


def test_the_walk_finds_every_group(application: Application) -> None:
    groups = {path[0] for path, _ in leaves(application)}
    assert groups == {"users", "roles", "sessions", "airlock"}
    assert len(leaves(application)) == 28


def test_every_command_ends_well_on_help(application: Application) -> None:
    for path, _ in walk(application.app.cli):
        for word in ("--help", "-h"):
            result = run(application, *path, word)
            assert result.exit_code == 0, path
            assert f" {' '.join(path)} [OPTIONS]" in result.stdout.splitlines()[0], path
            assert result.stderr == "", path


def test_every_command_has_a_first_line_that_tells_what_it_does(application: Application) -> None:
    """As git and cargo say it: a verb first, one sentence."""
    for path, command in walk(application.app.cli):
        first = command.get_short_help_str(200)
        assert first[0].isupper(), path
        assert first.endswith("."), path
        assert len(first) <= LONGEST_FIRST_LINE, path
        assert not first.startswith(("This", "The ", "A ")), path


def test_every_command_takes_json(application: Application) -> None:
    for path, command in leaves(application):
        options = {name for parameter in command.params for name in parameter.opts}
        assert "--json" in options, path
        assert "--json" in run(application, *path, "--help").stdout, path


def test_every_option_is_described(application: Application) -> None:
    for path, command in leaves(application):
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)
                assert parameter.help.endswith("."), (path, parameter.name)


def test_no_command_takes_a_password(application: Application) -> None:
    """S-16, X-04: nobody types the password of somebody else."""
    for path, command in leaves(application):
        for parameter in command.params:
            assert "password" not in (parameter.name or ""), path
            assert not getattr(parameter, "hide_input", False), path


def test_every_group_says_how_its_commands_end(application: Application) -> None:
    for name, group in application.app.cli.commands.items():
        assert isinstance(group, click.Group)
        said = " ".join(run(application, name, "--help").stdout.split())
        assert "Exit status: 0 when what was wanted is so, 1" in said, name
        assert "Examples:" in said, name


def test_examples_name_commands_and_options_that_exist(application: Application) -> None:
    known = dict(walk(application.app.cli))
    for path, command in walk(application.app.cli):
        for line in (command.epilog or "").splitlines():
            if not line.strip().startswith("flask "):
                continue
            words = line.split("#")[0].split("|")[0].split()[1:]
            called = known.get(tuple(words[:3])) or known[tuple(words[:2])]
            options = {name for parameter in called.params for name in parameter.opts}
            options |= {name for it in called.params for name in it.secondary_opts}
            used = {word for word in words if word.startswith("-")}
            assert used <= options, (path, line)
