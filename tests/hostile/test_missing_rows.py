"""Rows that vanish under a live session: the visitor starts again, nothing breaks."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from tests.applications import Application
from tests.hostile.answers import wrong_with
from tests.hostile.attacks import Attack
from tests.hostile.bodies import form_of
from tests.hostile.routes import every_route
from tests.hostile.siege import ask, environ_of, report
from tests.hostile.states import STATES, Standing, State
from tests.hostile.values import RIGHT_PASSWORD
from tests.soak import in_turn

SUBJECTS = [
    "sessions", "accounts", "credentials", "setups", "codes", "throttles", "letters", "link_tokens",
]  # fmt: skip
ENDS_THE_SESSION = {"users", "accounts", "sessions"}
CODE = [
    ("code", "123456"), ("email", "ada@example.com"), ("password", "a long wrong one"),
    ("current", RIGHT_PASSWORD), ("username", "countess"),
]  # fmt: skip


def remove(application: Application, subject: str) -> None:
    """Delete every row of one table, as somebody with database access would."""
    tables = application.datastore.tables
    table = (
        application.datastore.user_model.__table__
        if subject == "users"
        else getattr(tables, subject)
    )
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(sa.delete(table))


def everything(application: Application, subject: str) -> Iterator[Attack]:
    """Each page opened, and each form sent, but for the way out."""
    for route in every_route(application.app):
        for path in [] if route.endpoint == "security.logout" else route.paths():
            yield Attack(subject, "GET", path)
            if route.takes_post:
                actions = ["begin", "confirm", "resend"] if "/set-up/" in path else ["prove"]
                for action in actions:
                    body = form_of([*CODE, ("action", action)])
                    yield Attack(f"{subject} {action}", "POST", path, body)


def wrong_after(standing: Standing, attack: Attack) -> list[str]:
    """What is wrong with the answer to a well-formed request."""
    kind, body = attack.body(standing) if attack.body else ("", b"")
    environ = environ_of(attack, standing.cookies, kind, body)
    answer = ask(standing.application.app, environ)
    return [f"{attack.method} {attack.path} ({attack.label}): {it}" for it in wrong_with(answer)]


@pytest.mark.parametrize(
    "subject,state",
    in_turn(
        ["users", *SUBJECTS],
        STATES,
        lambda value: value.name if isinstance(value, State) else value,
    ),
)
def test_nothing_breaks_when_rows_are_gone(
    applications: Callable[..., Application], subject: str, state: State
) -> None:
    application = applications(**state.settings)
    standing = state.enter(application)
    remove(application, subject)
    lets_in = state.is_signed_in and subject not in ENDS_THE_SESSION
    assert standing.opens_the_protected_page() is lets_in
    problems = [
        problem
        for attack in everything(application, subject)
        for problem in wrong_after(standing, attack)
    ]
    assert not problems, report(problems)
    assert lets_in or not standing.opens_the_protected_page()
