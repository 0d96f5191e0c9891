"""PostgreSQL at REPEATABLE READ: no session is overlooked that was opened just now."""

from collections.abc import Callable
from typing import Any

import pytest

from flask_airlock.errors import ConfigurationError
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER
from tests.journeys.support import live_sessions
from tests.people import Browser, Person

SNAPSHOTS = {"SQLALCHEMY_ENGINE_OPTIONS": {"isolation_level": "REPEATABLE READ"}}


@pytest.fixture
def application(postgres_url: str, applications: Callable[..., Application]) -> Application:
    """Who has no second factor is inside by the password alone."""
    settings = {**WHOLE_LIFE, **SNAPSHOTS, "SECURITY_TWO_FACTOR_REQUIRED": False}
    return applications(postgres_url, **settings)


@pytest.fixture
def ada(application: Application) -> Person:
    """Somebody who has an account, and is signed in nowhere."""
    person = application.person()
    application.browser().give_password(person).log_out()
    assert live_sessions(application) == []
    return person


def change_password(user: Any, application: Application) -> None:
    application.datastore.set_password(user, ANOTHER)


def change_address(user: Any, _: Application) -> None:
    user.email = "countess@example.com"


def switch_off(user: Any, application: Application) -> None:
    application.datastore.deactivate_user(user)


CHANGES = [change_password, change_address, switch_off]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_would_miss_a_session_is_refused(
    application: Application, ada: Person, change: Callable[[Any, Application], None]
) -> None:
    """S-105: the session was opened after the application's transaction began."""
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        inside = signed_in_meanwhile(application, ada)
        change(user, application)
        with pytest.raises(ConfigurationError, match="READ COMMITTED"):
            application.datastore.commit()
        application.db.session.remove()
    assert inside.is_signed_in
    assert application.browser().give_password(ada).is_signed_in


def test_other_changes_are_none_of_our_business(application: Application, ada: Person) -> None:
    with application.app.app_context():
        application.datastore.get_user(ada.email).nickname = "Countess"
        application.datastore.commit()
        assert application.datastore.get_user(ada.email).nickname == "Countess"


def test_what_ours_end_they_do_not_overlook(application: Application, ada: Person) -> None:
    """A reset of the password begins, somebody signs in, and the reset ends what there is."""
    services = application.app.extensions["security"].services
    (account,) = application.rows("accounts")
    with application.app.app_context(), services.begin() as work:
        assert work.unit.accounts.of_id(account["id"]) is not None
        inside = signed_in_meanwhile(application, ada)
        work.unit.sessions.end_all(account["id"], application.clock.now)
    assert not inside.is_signed_in
    assert live_sessions(application) == []


def signed_in_meanwhile(application: Application, person: Person) -> Browser:
    """A browser that came in on a connection of its own."""
    inside = application.browser().give_password(person)
    assert inside.is_signed_in
    return inside
