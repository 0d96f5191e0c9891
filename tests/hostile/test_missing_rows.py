"""Rows that vanish under a live session: the visitor starts again, nothing breaks."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.applications import Application
from tests.hostile.attacks import Attack, endpoints, form_of
from tests.hostile.firing import fire_once
from tests.hostile.states import STATES, State
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


@pytest.mark.parametrize(
    "state,subject",
    in_turn(
        STATES,
        ["users", *SUBJECTS],
        lambda value: value.name if isinstance(value, State) else value,
        each=3,
    ),
)
def test_nothing_breaks_when_rows_are_gone(
    applications: Callable[..., Application], state: State, subject: str
) -> None:
    application = applications(**state.settings)
    places = [place for place in endpoints(application.app) if len(place[0]) < 40]
    standing = state.enter(application)
    remove(application, subject)
    lets_in = state.is_signed_in and subject not in ENDS_THE_SESSION
    assert standing.opens_the_protected_page() is lets_in
    problems: list[str] = []
    for path, takes_post in places:
        if path == "/logout":
            continue
        attacks = [Attack(subject, "GET", path)]
        if takes_post:
            actions = ["begin", "confirm", "resend"] if "/set-up/" in path else ["prove"]
            attacks += [
                Attack(action, "POST", path, form_of([*CODE, ("action", action)]))
                for action in actions
            ]
        for attack in attacks:
            problems += fire_once(standing, attack)
    assert not problems, problems
    assert lets_in or not standing.opens_the_protected_page()
