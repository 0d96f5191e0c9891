"""Begun before, finished after: what a password opened is worth nothing once it was reset.

A password is checked outside any transaction, and that takes its time. Here something else happens
in just that time.
"""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from flask_airlock.domain.passwords import Passwords, Verified
from flask_airlock.testing import CHEAP
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER, letters_to, reset
from tests.journeys.support import prove_before_first_setup, set_user, signed_in
from tests.people import Browser, Person

NEW = "countess@example.org"


class SlowPasswords(Passwords):
    """Something else is done, once, after a password was checked and before anybody knows."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.meanwhile: Callable[[], object] | None = None

    def verify(self, stored: str | None, candidate: str) -> Verified:
        """Check, and let the other thing happen in a thread of its own."""
        verified = super().verify(stored, candidate)
        happening, self.meanwhile = self.meanwhile, None
        if happening is not None:
            other = threading.Thread(target=happening)
            other.start()
            other.join()
        return verified


@pytest.fixture(params=["sqlite", "postgres_url", "mariadb_url"])
def application(
    request: pytest.FixtureRequest, applications: Callable[..., Application]
) -> Application:
    """Everything is on; who has no factor is inside by the password alone."""
    where = None if request.param == "sqlite" else request.getfixturevalue(request.param)
    return applications(where, **WHOLE_LIFE, SECURITY_TWO_FACTOR_REQUIRED=False)


@pytest.fixture
def passwords(application: Application) -> SlowPasswords:
    """The application's passwords, put there before its first request."""
    slow = SlowPasswords()
    application.app.extensions["security"].passwords = slow
    return slow


def live_sessions(application: Application) -> list[str]:
    """The stages of the sessions that have not ended."""
    return [row["stage"] for row in application.rows("sessions") if row["ended_at"] is None]


@pytest.mark.parametrize("has_factor", [False, True])
def test_a_login_that_was_checked_before_a_reset_comes_too_late(
    application: Application, passwords: SlowPasswords, has_factor: bool
) -> None:
    """S-105: whoever held the old password is out, also if he was just coming in."""
    ada = application.person()
    if has_factor:
        owner = prove_before_first_setup(application.browser().give_password(ada), ada)
        assert owner.set_up(ada, "authenticator").log_out().path == "/"
    thief = application.browser().get("/login")
    passwords.meanwhile = lambda: reset(
        application, Person(application, ada.email, ada.password), ANOTHER
    )
    thief.post("/login", email=ada.email, password=ada.password)
    assert "password_reset" in application.events()
    assert not thief.is_signed_in
    assert live_sessions(application) == []


@pytest.mark.parametrize("column", ["password", "active"])
def test_a_login_that_was_checked_before_an_administrators_change_comes_too_late(
    application: Application, passwords: SlowPasswords, column: str
) -> None:
    """S-105: what `set_password` and `deactivate_user` promise holds for this login as well."""
    ada = application.person()
    browser = application.browser().get("/login")
    value = False if column == "active" else None
    passwords.meanwhile = lambda: set_user(application, ada, **{column: value})
    browser.post("/login", email=ada.email, password=ada.password)
    assert not browser.is_signed_in
    assert live_sessions(application) == []


@pytest.mark.parametrize("past_the_models", [False, True])
@pytest.mark.parametrize("column", ["email", "confirmed_at", "password"])
def test_a_login_does_not_go_on_with_what_a_user_was_before(
    application: Application, passwords: SlowPasswords, column: str, past_the_models: bool
) -> None:
    """Who has a factor: the code would go to the old address, by the old password."""
    ada = application.person()
    owner = prove_before_first_setup(application.browser().give_password(ada), ada)
    owner.set_up(ada, "email").log_out()
    letters = letters_to(application, ada.email)
    values = {"email": NEW, "confirmed_at": None, "password": "another hash"}

    def change() -> None:
        if not past_the_models:
            set_user(application, ada, **{column: values[column]})
            return
        users = application.datastore.user_model.__table__
        with application.app.app_context():
            mine = sa.update(users).where(users.c.email == ada.email)
            application.db.session.execute(mine.values(**{column: values[column]}))
            application.db.session.commit()

    browser = application.browser().get("/login")
    passwords.meanwhile = change
    browser.post("/login", email=ada.email, password=ada.password)
    assert live_sessions(application) == []
    assert letters_to(application, ada.email) == letters


@pytest.mark.parametrize(
    "path, fields",
    [
        ("/change-password", {"password": "the thief's own long password"}),
        ("/change-email", {"email": NEW}),
        ("/change-username", {"username": "countess"}),
        ("/delete-account", {}),
    ],
)
def test_a_change_that_was_begun_before_a_reset_comes_too_late(
    application: Application, passwords: SlowPasswords, path: str, fields: dict[str, str]
) -> None:
    """A thief inside by the old password changes nothing with it after the owner's reset."""
    ada = application.person()
    thief = signed_in(application, ada).get(path)
    passwords.meanwhile = lambda: reset(
        application, Person(application, ada.email, ada.password), ANOTHER
    )
    thief.post(path, current=ada.password, **fields)
    assert "password_reset" in application.events()
    assert thief.path == "/login"
    assert letters_to(application, NEW) == 0
    live = [row["purpose"] for row in application.rows("link_tokens") if row["used_at"] is None]
    assert [purpose for purpose in live if purpose != "not_me"] == []
    (account,) = application.rows("accounts")
    assert account["delete_at"] is None
    assert "username_changed" not in application.events()
    owner = Person(application, ada.email, ANOTHER)
    assert application.browser().give_password(owner).is_signed_in


def test_a_login_that_was_checked_before_the_removal_was_asked_for_keeps_the_account(
    application: Application, passwords: SlowPasswords
) -> None:
    """Nobody is inside an account that goes in a week all the same."""
    ada = application.person()
    leaving = signed_in(application, ada).get("/delete-account")
    browser = application.browser().get("/login")

    def leave() -> Browser:
        return leaving.post("/delete-account", current=ada.password)

    passwords.meanwhile = leave
    browser.post("/login", email=ada.email, password=ada.password)
    (account,) = application.rows("accounts")
    assert browser.is_signed_in is (account["delete_at"] is None)


def test_a_login_that_was_checked_before_the_account_was_removed_is_refused(
    application: Application, passwords: SlowPasswords
) -> None:
    """Nothing is left of a removed account, and nothing is made for it again."""
    ada = application.person()
    browser = application.browser().get("/login")
    run = application.app.test_cli_runner().invoke
    passwords.meanwhile = lambda: run(args=["users", "delete", ada.email, "--yes"])
    browser.post("/login", email=ada.email, password=ada.password)
    assert "user_deleted" in application.events()
    assert browser.path == "/login"
    assert "not right" in browser.page
    for subject in ("accounts", "sessions"):
        assert application.rows(subject) == []
