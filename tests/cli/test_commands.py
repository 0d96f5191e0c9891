"""What all commands share: how they end, what they answer, and how they are run."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flask_airlock.cli.wording import SENTENCES
from tests.applications import Application
from tests.cli.support import answer, done, refusal, run
from tests.house.source import package_modules
from tests.journeys.support import signed_in


@pytest.mark.parametrize(
    "arguments",
    [
        ["users", "reset-factors", "ada@example.com"],
        ["users", "activate"],
        ["users", "fly"],
        ["users", "list", "--limit", "0"],
        ["users", "create", "ada@example.com", "--password", "x"],
        ["roles", "add", "ada@example.com"],
        ["roles", "add-permission", "admin"],
        ["sessions", "end", "ada@example.com", "--id", "x"],
        ["airlock", "purge", "--batch", "0"],
        ["airlock", "purge", "--batch", "10001"],
        ["airlock", "adopt-legacy", "--clear"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2(application: Application, arguments: list[str]) -> None:
    application.person()
    code, sentence = refusal(application, *arguments, status=2)
    assert code == "wrong_call"
    assert sentence


def test_an_error_is_a_sentence_on_the_other_stream_or_data(application: Application) -> None:
    said = run(application, "users", "show", "nobody@example.com")
    assert said.exit_code == 1
    assert said.stdout == ""
    assert said.stderr == "Error: there is no user nobody@example.com\n"
    assert answer(application, "users", "show", "nobody@example.com", status=1) == {
        "error": {"code": "unknown_user", "message": "there is no user nobody@example.com"}
    }


def test_a_wrong_set_up_is_said_in_the_terminal_too(
    applications: Callable[..., Application],
) -> None:
    application = applications()
    with application.app.app_context():
        application.db.drop_all()
    code, sentence = refusal(application, "users", "list")
    assert code == "configuration"
    assert "airlock_accounts" in sentence


def test_every_reason_has_its_sentence_and_every_sentence_its_reason() -> None:
    """A reason without one would end in a trace."""
    raised: set[str] = set()
    for module in package_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "NotDone":
                raised.add(ast.literal_eval(node.args[0]))
    others = {"changed_meanwhile", "collision", "impossible", "stuck"}
    of_keys = {"sealed_by_newest", "sealed_by_none", "sealed_by_older"}
    assert raised | others | of_keys == set(SENTENCES)


def test_what_others_wrote_can_not_command_the_terminal(application: Application) -> None:
    """A name with an escape sequence is shown, never obeyed."""
    ada = application.person(nickname="ada", username="a\x1b[2Jda")
    shown = done(application, "users", "show", ada.email)
    assert "\x1b" not in shown
    assert "\x1b" not in run(application, "users", "show", "\x1b[2J@example.com").output
    assert "\x1b" not in run(application, "users", "show", ada.email, "--json").output


def test_lists_are_tables_with_a_heading(application: Application) -> None:
    application.person("ada@example.com")
    application.person("a.longer.name@example.com", active=False)
    assert done(application, "users", "list").splitlines() == [
        "ADDRESS                    STATE     ROLES  SECOND FACTORS",
        "a.longer.name@example.com  inactive  -      -",
        "ada@example.com            active    -      -",
    ]


@pytest.mark.parametrize(
    "arguments, said, key",
    [
        (["users", "list"], "no such user", "users"),
        (["roles", "list"], "no role", "roles"),
        (["airlock", "check-emails"], "every address is in normal form", "addresses"),
        (["airlock", "adopt-legacy"], "nothing to adopt", "users"),
    ],
    ids=str,
)
def test_an_empty_list_is_said_in_words_and_empty_as_data(
    application: Application, arguments: list[str], said: str, key: str
) -> None:
    assert done(application, *arguments) == f"{said}\n"
    assert answer(application, *arguments)[key] == []


def test_a_user_without_sessions_has_none_in_words(application: Application) -> None:
    ada = application.person()
    assert done(application, "sessions", "list", ada.email) == "no session\n"
    signed_in(application, ada)
    assert "no session" not in done(application, "sessions", "list", ada.email)


def test_the_flask_program_runs_them(tmp_path: Path) -> None:
    """As it is typed: a file, `flask --app`, and an exit code."""
    (tmp_path / "small.py").write_text(
        "from pathlib import Path\n"
        "from tests.applications import make_application\n"
        f"made = make_application('sqlite:///{tmp_path}/cli.sqlite').__enter__()\n"
        "app = made.app\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "flask", "--app", "small"]
    environment = {"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin:/bin"}

    def flask(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip

    made = flask("users", "create", "ada@example.com")
    assert made.returncode == 0, made.stderr
    listed = flask("users", "list", "--json")
    assert [user["email"] for user in json.loads(listed.stdout)["users"]] == ["ada@example.com"]
    assert flask("users", "deactivate", "bob@example.com").returncode == 1
    assert flask("users", "deactivate").returncode == 2
    # Nobody is there to say yes.
    refused = flask("users", "delete", "ada@example.com")
    assert refused.returncode == 1
    assert json.loads(flask("users", "list", "--json").stdout)["users"] != []
