"""`flask users` and `flask roles`: what they do, what they say, and how they end."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.applications import Application
from tests.journeys.support import live_sessions


def run(application: Application, *arguments: str, typed: str | None = None) -> Result:
    """A command as an administrator types it."""
    return application.app.test_cli_runner().invoke(args=list(arguments), input=typed)


def user(application: Application, email: str) -> dict[str, object]:
    """A user's state, read anew."""
    with application.app.app_context():
        found = application.datastore.get_user(email)
        return {"active": found.active, "roles": sorted(role.name for role in found.roles)}


def test_the_listed_commands_exist(application: Application) -> None:
    commands = application.app.cli.commands
    assert set(commands["users"].commands) == {  # type: ignore[attr-defined]
        "create", "list", "activate", "deactivate", "reset-factors",
    }  # fmt: skip
    assert set(commands["roles"].commands) == {"create", "add", "remove"}  # type: ignore[attr-defined]


def test_a_user_is_created_and_can_sign_in(application: Application) -> None:
    secret = "a long enough password"
    result = run(application, "users", "create", "Ada@Example.com", typed=f"{secret}\n{secret}\n")
    assert result.exit_code == 0, result.output
    assert "created ada@example.com" in result.output
    assert secret not in result.output
    browser = application.browser()
    browser.get("/login")
    browser.post("/login", email="ada@example.com", password=secret)
    assert browser.path == "/login/set-up"


def test_a_user_is_created_with_roles(application: Application) -> None:
    run(application, "roles", "create", "admin")
    result = run(
        application,
        "users",
        "create",
        "ada@example.com",
        "--role",
        "admin",
        typed="secret\nsecret\n",
    )
    assert result.exit_code == 0, result.output
    assert user(application, "ada@example.com") == {"active": True, "roles": ["admin"]}


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["users", "create", "ada@example.com", "--password", "x"], "already"),
        (["users", "create", "ADA@EXAMPLE.COM", "--password", "x"], "already"),
        (["users", "create", "no address", "--password", "x"], "not a mail address"),
        (["users", "create", "b@example.com", "--role", "none", "--password", "x"], "no role"),
        (["users", "activate", "nobody@example.com"], "no user nobody@example.com"),
        (["users", "deactivate", "nobody@example.com"], "no user"),
        (["users", "reset-factors", "nobody@example.com", "--reason", "x"], "no user"),
        (["roles", "create", "admin"], "already"),
        (["roles", "add", "nobody@example.com", "admin"], "no user"),
        (["roles", "add", "ada@example.com", "none"], "no role"),
        (["roles", "remove", "ada@example.com", "admin"], "nothing to do"),
    ],
)
def test_what_can_not_be_done_ends_with_1_and_a_sentence(
    application: Application, arguments: list[str], said: str
) -> None:
    application.person()
    run(application, "roles", "create", "admin")
    result = run(application, *arguments)
    assert result.exit_code == 1, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    with application.app.app_context():
        assert len(application.datastore.list_users()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["users", "reset-factors", "ada@example.com"],
        ["users", "activate"],
        ["users", "fly"],
        ["roles", "add", "ada@example.com"],
    ],
)
def test_a_wrong_call_ends_with_2(application: Application, arguments: list[str]) -> None:
    """A reset without a reason is no reset."""
    application.person()
    assert run(application, *arguments).exit_code == 2


def test_users_are_listed_with_state_and_roles(application: Application) -> None:
    application.person("bob@example.com", active=False)
    application.person("ada@example.com")
    run(application, "roles", "create", "staff")
    run(application, "roles", "add", "ada@example.com", "staff")
    result = run(application, "users", "list")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "ada@example.com\tactive\tstaff",
        "bob@example.com\tinactive\t",
    ]


def test_deactivation_ends_the_sessions_for_good(application: Application) -> None:
    """S-91: switching the user on again revives no old cookie."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    assert run(application, "users", "deactivate", ada.email).exit_code == 0
    assert not browser.is_signed_in
    assert live_sessions(application) == []
    assert run(application, "users", "activate", ada.email).exit_code == 0
    assert user(application, ada.email)["active"] is True
    assert not browser.is_signed_in


def test_roles_come_and_go(application: Application) -> None:
    ada = application.person()
    run(application, "roles", "create", "admin")
    assert run(application, "roles", "add", ada.email, "admin").exit_code == 0
    assert user(application, ada.email)["roles"] == ["admin"]
    assert run(application, "roles", "add", ada.email, "admin").exit_code == 1
    assert run(application, "roles", "remove", ada.email, "admin").exit_code == 0
    assert user(application, ada.email)["roles"] == []


def test_every_change_is_recorded(application: Application) -> None:
    """S-131: who, what, and from the command line."""
    run(application, "users", "create", "ada@example.com", "--password", "x")
    run(application, "roles", "create", "admin")
    run(application, "roles", "add", "ada@example.com", "admin")
    run(application, "users", "deactivate", "ada@example.com")
    changes = [row for row in application.rows("events") if row["name"] == "user_changed"]
    assert [row["detail"] for row in changes] == [
        '{"change": "created"}',
        '{"change": "role admin added"}',
        '{"change": "deactivated"}',
    ]
    assert {row["agent"] for row in changes} == {"command line"}


def test_a_reset_names_its_reason_and_shows_no_link(application: Application) -> None:
    """S-82: the administrator sees neither code nor link."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    result = run(application, "users", "reset-factors", ada.email, "--reason", "lost her phone")
    assert result.exit_code == 0, result.output
    assert "link" in result.output
    assert "http" not in result.output
    (event,) = [row for row in application.rows("events") if row["name"] == "factors_reset"]
    assert event["detail"] == '{"reason": "lost her phone"}'
    assert all(row["revoked_at"] for row in application.rows("credentials"))


def test_a_reset_of_somebody_who_never_signed_in_works(application: Application) -> None:
    ada = application.person()
    result = run(application, "users", "reset-factors", ada.email, "--reason", "new here")
    assert result.exit_code == 0, result.output


def test_a_wrong_set_up_is_said_in_the_terminal_too(
    applications: Callable[..., Application],
) -> None:
    application = applications()
    with application.app.app_context():
        application.db.drop_all()
    result = run(application, "users", "list")
    assert result.exit_code != 0
    assert "airlock_accounts" in f"{result.output}{result.exception}"


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
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    made = flask("users", "create", "ada@example.com", "--password", "secret")
    assert made.returncode == 0, made.stderr
    assert flask("users", "list").stdout == "ada@example.com\tactive\t\n"
    assert flask("users", "deactivate", "bob@example.com").returncode == 1
