"""Commands as an administrator types them."""

import json
from typing import Any

from click.testing import Result

from tests.applications import Application


def run(application: Application, *arguments: str, typed: str | None = None) -> Result:
    """A command, and what came of it."""
    return application.app.test_cli_runner().invoke(args=list(arguments), input=typed)


def done(application: Application, *arguments: str) -> str:
    """What a command says that must succeed."""
    result = run(application, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def answer(application: Application, *arguments: str, status: int = 0) -> Any:
    """What a command answers as data; it is the only thing on standard output."""
    result = run(application, *arguments, "--json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def refusal(application: Application, *arguments: str, status: int = 1) -> tuple[str, str]:
    """Code and sentence of a command that can't be carried out."""
    error = answer(application, *arguments, status=status)["error"]
    said = run(application, *arguments)
    assert said.exit_code == status, said.output
    assert "Traceback" not in said.output
    assert said.stdout == ""
    return error["code"], error["message"]


def details(application: Application, name: str = "user_changed") -> list[Any]:
    """What the events of one name say beside the account, oldest first."""
    rows = sorted(application.rows("events"), key=lambda row: row["id"])
    return [json.loads(row["detail"]) for row in rows if row["name"] == name]


def users(application: Application) -> dict[str, dict[str, Any]]:
    """Every user as the database holds him, by address."""
    with application.app.app_context():
        found = {
            user.email: {
                **{column.name: getattr(user, column.name) for column in user.__table__.c},
                "roles": sorted(role.name for role in user.roles),
            }
            for user in application.datastore.list_users()
        }
        application.db.session.remove()
    return found
