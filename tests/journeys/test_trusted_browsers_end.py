"""What ends the trust in every browser of an account (S-112), and the sessions that lean on it."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.applications import Application
from tests.cli.support import details, done
from tests.journeys.life import ANOTHER, change_password, follow, reset
from tests.journeys.support import enrolled_person, give_role, moved, set_user
from tests.journeys.test_step_up import prove
from tests.journeys.trust import (
    OFFERED,
    is_asked,
    skips,
    trust,
    trusted,
    trusting,
    with_copy,
)
from tests.people import Browser, Person

NEW_ADDRESS = "ada@example.org"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """An application that offers it, for the fourteen days that are advised."""
    return applications(**OFFERED)


def by_page(application: Application, ada: Person, inside: Browser) -> None:
    """She changes the password."""
    change_password(inside, ada.password, ANOTHER)
    ada.password = ANOTHER


def by_mail(application: Application, ada: Person, inside: Browser) -> None:
    """She forgot it, and chose a new one by a link."""
    reset(application, ada)


def by_the_application(application: Application, ada: Person, inside: Browser) -> None:
    """A page of the application's own sets it."""
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        application.datastore.set_password(user, ANOTHER)
        application.db.session.commit()
    ada.password = ANOTHER


def past_everybody(application: Application, ada: Person, inside: Browser) -> None:
    """A program writes another hash into the table, past the datastore and its listeners."""
    hashed = application.app.extensions["security"].passwords.hash(ANOTHER)
    users = application.datastore.user_model.__table__
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(sa.update(users).values(password=hashed))
    ada.password = ANOTHER


def add_a_factor(application: Application, ada: Person, inside: Browser) -> None:
    """She sets up another method."""
    inside.set_up(ada, "sms")


def change_address(application: Application, ada: Person, inside: Browser) -> None:
    """She moves to another mailbox."""
    inside.get("/change-email")
    inside.post("/change-email", current=ada.password, email=NEW_ADDRESS)
    follow(application, NEW_ADDRESS, inside).post("/confirm-new-email")
    ada.email = NEW_ADDRESS


def written_address(application: Application, ada: Person, inside: Browser) -> None:
    """The application writes another address."""
    set_user(application, ada, email=NEW_ADDRESS)
    ada.email = NEW_ADDRESS


def switched_off_and_on(application: Application, ada: Person, inside: Browser) -> None:
    """An administrator keeps her out for a while."""
    done(application, "users", "deactivate", ada.email)
    done(application, "users", "activate", ada.email)


def switched_off_by_the_application(application: Application, ada: Person, inside: Browser) -> None:
    """The application does."""
    set_user(application, ada, active=False)
    set_user(application, ada, active=True)


def signed_out_everywhere(application: Application, ada: Person, inside: Browser) -> None:
    """An administrator ends all her sessions."""
    done(application, "sessions", "end", ada.email)


def goes_and_stays(application: Application, ada: Person, inside: Browser) -> None:
    """She wants the account removed, and thinks better of it."""
    inside.get("/delete-account").post("/delete-account", current=ada.password)


ENDINGS: dict[str, tuple[Callable[[Application, Person, Browser], None], str]] = {
    "changed password": (by_page, "password"),
    "reset password": (by_mail, "password"),
    "set_password": (by_the_application, "password"),
    "hash written past everybody": (past_everybody, "changed"),
    "factor added": (add_a_factor, "factors"),
    "address changed": (change_address, "address"),
    "address written": (written_address, "address"),
    "deactivated": (switched_off_and_on, "deactivated"),
    "deactivated by the application": (switched_off_by_the_application, "deactivated"),
    "signed out everywhere": (signed_out_everywhere, "signed_out"),
    "removal asked for": (goes_and_stays, "deletion"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_ends_whenever_something_that_opens_is_another(
    application: Application, ending: str
) -> None:
    """S-91, S-105, S-112: the next login asks for the factor, and who leant on it is out."""
    act, reason = ENDINGS[ending]
    ada, browser = trusting(application)
    leaning = trust(application, ada, application.browser())
    assert skips(leaning, ada)
    inside = application.browser().log_in(ada, "authenticator")
    assert inside.is_signed_in, inside.page
    act(application, ada, inside)
    # Who writes past the datastore ends no session; see the documentation of sessions.
    assert leaning.is_signed_in == (act is past_everybody)
    leaning.log_out()
    application.clock.advance(minutes=1)
    assert is_asked(browser, ada)
    assert is_asked(leaning, ada)
    assert {row["reason"] for row in application.rows("trusted_browsers")} == {reason}


def test_a_factor_that_is_gone_ends_it_by_whatever_hand(application: Application) -> None:
    """S-112: the trust is bound to the very factors that there were."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    trust(application, ada, browser)
    assert skips(browser, ada)
    browser.log_out()
    rows = application.datastore.tables.credentials
    gone = sa.update(rows).where(rows.c.method == "sms")
    now = application.clock.now.replace(tzinfo=None)
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        connection.execute(gone.values(revoked_at=now))
    assert is_asked(browser, ada)
    assert details(application, "trusted_browser_ended") == [{"ended": 1, "reason": "changed"}]


def test_after_a_rescue_no_browser_is_trusted(application: Application) -> None:
    """S-112."""
    ada, browser = trusting(application)
    done(application, "users", "reset-factors", ada.email, "--reason", "lost")
    assert trusted(application) == []
    browser.give_password(ada)
    assert not browser.is_signed_in
    assert details(application, "trusted_browser_ended")[-1]["reason"] == "recovery"


def test_a_session_that_proved_a_factor_outlives_the_trust(application: Application) -> None:
    """S-112: it stands on a factor of its own by then; the other leans, and is over."""
    ada, browser = trusting(application)
    leaning = with_copy(application, browser)
    assert skips(browser, ada)
    assert skips(leaning, ada)
    browser.get("/strong")
    prove(browser, code=ada.app_code(), do="prove")
    browser.set_up(ada, "sms")
    assert browser.is_signed_in
    assert not leaning.is_signed_in
    assert trusted(application) == []


def test_a_restored_address_voids_it(application: Application) -> None:
    """S-112: whoever changed the address may have trusted a browser of his own."""
    ada, _ = trusting(application)
    thief = application.browser().log_in(ada, "authenticator")
    change_address(application, ada, thief)
    thief.log_out()
    application.clock.advance(minutes=1)
    assert skips(trust(application, ada, thief), ada)
    follow(application, "ada@example.com").post("/undo-email")
    assert trusted(application) == []
    assert not thief.is_signed_in
    ada.email = "ada@example.com"
    assert not skips(thief, ada)
    reset(application, ada)
    assert is_asked(thief, ada)


def test_no_session_lives_on_trust_that_is_not_offered_any_longer(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    """S-109: switched off again, it is as if it had never been on."""
    uri = f"sqlite:///{tmp_path}/shared.sqlite"
    before = applications(uri, **OFFERED)
    ada, browser = trusting(before)
    assert skips(browser, ada)
    after = applications(uri)
    after.clock.now = before.clock.now
    later = moved(browser, after)
    assert not later.is_signed_in
    assert is_asked(later, ada)


def test_what_is_no_change_ends_nothing(application: Application) -> None:
    """Another name, another role, another preferred method: nothing opens that did not before."""
    ada, browser = trusting(application)
    set_user(application, ada, username="countess")
    give_role(application, ada, "staff")
    done(application, "sessions", "list", ada.email)
    assert skips(browser, ada)
