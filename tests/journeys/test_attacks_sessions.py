"""Sessions that were kept warm, copied, mixed up or brought back."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.applications import Application
from tests.journeys.support import (
    HALF_OPEN,
    SESSION,
    cookie,
    copied,
    enrolled_person,
    live_sessions,
    moved,
    signed_in,
)
from tests.people import Browser, Person

Make = Callable[..., Application]


def keep_warm(application: Application, browser: Browser) -> None:
    """Every nine minutes the set-up of the mailbox is begun; no code is ever typed."""
    for _ in range(3):
        application.clock.advance(minutes=9)
        browser.get("/login/set-up")
        browser.post("/login/set-up/email", action="begin")


def test_freshness_does_not_renew_itself(application: Application) -> None:
    """S-84: a change of factors needs a proof of the last ten minutes."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    keep_warm(application, browser)
    assert browser.get("/login/set-up").path == "/login/verify"
    assert [row["method"] for row in application.rows("credentials")] == ["authenticator"]


def test_the_token_does_not_rotate_without_a_proof(application: Application) -> None:
    """S-102: else a copy could move on, and outlive the owner's logout."""
    ada, owner = application.person(), application.browser()
    owner.enrol(ada, "authenticator")
    thief = copied(application, owner, SESSION)
    before = cookie(thief, SESSION)
    thief.get("/login/set-up")
    thief.post("/login/set-up/email", action="begin")
    assert cookie(thief, SESSION) == before
    owner.log_out()
    assert not thief.is_signed_in
    assert live_sessions(application) == []


def test_beginning_a_set_up_leaves_the_proofs_alone(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    (before,) = live_sessions(application)
    keep_warm(application, browser)
    (after,) = live_sessions(application)
    assert (before["proofs"], before["proved_at"]) == (after["proofs"], after["proved_at"])


def left_behind(applications: Make, uri: str) -> tuple[Application, Browser]:
    """Xavier's password-only session in a browser; since then all need a factor."""
    before = applications(uri, SECURITY_TWO_FACTOR_REQUIRED=False)
    xavier, browser = before.person("xavier@example.com"), before.browser()
    before.person("yvonne@example.com")
    browser.give_password(xavier)
    assert browser.is_signed_in
    after = applications(uri)
    return after, moved(browser, after)


def test_a_stale_session_does_not_capture_another_persons_set_up(
    applications: Make, tmp_path: Any
) -> None:
    """Yvonne signs in where Xavier did: her mail, her code, her factor."""
    application, browser = left_behind(applications, f"sqlite:///{tmp_path}/stale.sqlite")
    yvonne = Person(application, "yvonne@example.com", "correct horse battery staple")
    assert not browser.is_signed_in
    browser.give_password(yvonne)
    assert "y•••" in browser.page
    assert "x•••" not in browser.page
    browser.prove_mailbox(yvonne).set_up(yvonne, "authenticator")
    assert "yvonne@example.com" in browser.get("/inside").page
    (credential,) = application.rows("credentials")
    (session,) = live_sessions(application)
    assert session["account_id"] == credential["account_id"]


def test_the_stale_sessions_owner_sets_up_in_one_go(applications: Make, tmp_path: Any) -> None:
    application, browser = left_behind(applications, f"sqlite:///{tmp_path}/stale.sqlite")
    xavier = Person(application, "xavier@example.com", "correct horse battery staple")
    browser.give_password(xavier).prove_mailbox(xavier).set_up(xavier, "authenticator")
    assert browser.is_signed_in


def test_a_new_login_ends_the_session_of_the_old_one(application: Application) -> None:
    """An application's own first factor comes back in a browser where somebody is inside."""
    ada, bob = application.person(), application.person("bob@example.com")

    @application.app.get("/oauth")
    def oauth() -> Any:
        user = application.datastore.get_user(bob.email)
        return application.security.continue_login(user, proofs=["oauth"])

    browser = signed_in(application, ada)
    old = cookie(browser, SESSION)
    assert browser.is_signed_in
    browser.client.get("/oauth")
    assert not browser.is_signed_in
    assert not cookie(browser, SESSION)
    assert cookie(browser, HALF_OPEN)
    copy = application.browser()
    copy.client.set_cookie(SESSION, old)
    assert not copy.is_signed_in
    assert live_sessions(application) == []


def off_and_on_by_code(application: Application, person: Person) -> None:
    """An administrator's page calls the datastore, in two requests."""
    store = application.datastore
    for change in (store.deactivate_user, store.activate_user):
        with application.app.app_context():
            change(store.get_user(person.email))
            store.db.session.commit()


def off_and_on_by_command(application: Application, person: Person) -> None:
    """An administrator types `flask users deactivate`, later `activate`."""
    for command in ("deactivate", "activate"):
        with application.app.app_context():
            arguments = ["users", command, person.email]
            assert application.app.test_cli_runner().invoke(args=arguments).exit_code == 0


@pytest.mark.parametrize("off_and_on", [off_and_on_by_code, off_and_on_by_command])
def test_sessions_do_not_come_back_with_a_user(
    application: Application, off_and_on: Callable[[Application, Person], None]
) -> None:
    ada, owner = enrolled_person(application)
    inside, between = signed_in(application, ada), owner.give_password(ada)
    off_and_on(application, ada)
    assert not inside.is_signed_in
    between.answer("authenticator", ada.app_code())
    assert not between.is_signed_in
    application.clock.advance(minutes=1)
    between.log_in(ada, "authenticator")
    assert between.is_signed_in


def test_a_new_password_ends_every_session(application: Application) -> None:
    """S-105: also one that stands between the doors by the old password."""
    ada, owner = enrolled_person(application)
    bob = application.person("bob@example.com")
    inside, between = signed_in(application, ada), owner.give_password(ada)
    others = signed_in(application, bob)
    with application.app.app_context():
        store = application.datastore
        store.set_password(store.get_user(ada.email), "another long password")
        store.db.session.commit()
    assert not inside.is_signed_in
    between.answer("authenticator", ada.app_code())
    assert not between.is_signed_in
    assert others.is_signed_in
    ada.password = "another long password"
    application.clock.advance(minutes=1)
    assert application.browser().log_in(ada, "authenticator").is_signed_in


def switch_off(_mapper: Any, _connection: Any, user: Any) -> None:
    """A rule of the application's, that is asked after ours."""
    user.active = False


def test_an_applications_own_listener_that_switches_a_user_off_ends_every_session(
    application: Application,
) -> None:
    ada, _ = enrolled_person(application)
    inside = signed_in(application, ada)
    store = application.datastore
    sa.event.listen(store.user_model, "before_update", switch_off)
    try:
        with application.app.app_context():
            store.get_user(ada.email).nickname = "Countess"
            store.db.session.commit()
    finally:
        sa.event.remove(store.user_model, "before_update", switch_off)
    assert live_sessions(application) == []
    assert not inside.is_signed_in


def test_whoever_takes_the_place_of_a_user_in_one_flush_is_not_signed_in(
    application: Application,
) -> None:
    """SQLAlchemy makes one UPDATE of a deletion and an addition under the same key."""
    ada, _ = enrolled_person(application)
    inside = signed_in(application, ada)
    store = application.datastore
    with application.app.app_context():
        before = store.get_user(ada.email)
        store.db.session.delete(before)
        new = store.user_model(id=before.id, email="bob@example.com", password="x", active=True)
        store.db.session.add(new)
        store.db.session.commit()
    assert not inside.is_signed_in
    assert live_sessions(application) == []


def test_a_new_password_that_is_rolled_back_ends_nothing(application: Application) -> None:
    """The sessions end in the application's transaction, with the password or not at all."""
    ada, _ = enrolled_person(application)
    inside = signed_in(application, ada)
    with application.app.app_context():
        store = application.datastore
        store.set_password(store.get_user(ada.email), "another long password")
        store.db.session.rollback()
    assert inside.is_signed_in
