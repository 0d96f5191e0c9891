"""What an attack on the account's life tried: each way in that it found is closed."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    PASSWORD,
    ask_for_reset,
    change_email,
    fill_in,
    follow,
    letters_to,
    link_in,
    newcomer,
    reset,
)
from tests.journeys.support import (
    cookie,
    enrolled_person,
    give_cookie,
    known_marks,
    set_user,
    signed_in,
    tries_to_enrol,
)
from tests.people import Person


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    return applications(**WHOLE_LIFE)


def test_a_strangers_requests_do_not_keep_the_owners_letters_away(
    application: Application,
) -> None:
    """Whoever asks every ten minutes, for two days: the owner has a link that opens, always."""
    ada, _ = enrolled_person(application)
    for _ in range(2 * 24 * 6):
        ask_for_reset(application)
        application.clock.advance(minutes=10)
    ask_for_reset(application)
    assert application.browser().get(link_in(application, ada.email)).status == 200


def test_a_password_alone_does_not_end_the_hold(
    applications: Callable[..., Application],
) -> None:
    """S-36: where the second factor is optional, the first one is no second proof either."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada = application.person()
    reset(application, ada)
    thief = application.browser().give_password(ada)
    assert thief.is_signed_in
    (account,) = application.rows("accounts")
    assert account["mailbox_reset_at"] is not None
    thief.get("/login/set-up")
    assert "codes by mail are off until" in thief.page


@pytest.mark.parametrize("column", ["email", "password", "active"])
def test_what_the_application_changes_voids_links_of_before(
    application: Application, column: str
) -> None:
    """S-121: also by its own pages, which know nothing of links."""
    ada, _ = enrolled_person(application)
    thief = signed_in(application, ada)
    change_email(thief, ada, "thief@example.org")
    ask_for_reset(application)
    paths = [link_in(application, "thief@example.org"), link_in(application, ada.email)]
    value = {"email": "right@example.com", "password": "$argon2id$x", "active": False}[column]
    set_user(application, ada, **{column: value})
    for path in paths:
        assert application.browser().get(path).status == 410


def test_a_link_is_good_for_the_address_that_it_was_mailed_to_alone(
    application: Application,
) -> None:
    """Also where the table was changed by a statement that no listener sees."""
    ada, _ = enrolled_person(application)
    ask_for_reset(application)
    path = link_in(application, ada.email)
    model = application.datastore.user_model
    with application.app.app_context():
        application.db.session.query(model).update({"email": "right@example.com"})
        application.db.session.commit()
    assert application.browser().get(path).status == 410


def test_who_had_a_factor_gets_no_mark_for_a_mailbox(application: Application) -> None:
    """An account that was made unconfirmed later: confirming, then resetting, stays one proof."""
    ada, _ = enrolled_person(application, "email")
    set_user(application, ada, confirmed_at=None)
    thief = application.browser().get("/send-confirmation")
    thief.post("/send-confirmation", email=ada.email)
    thief.get(link_in(application, ada.email)).post("/confirm-email")
    reset(application, ada, browser=thief)
    thief.give_password(ada)
    assert "codes by mail are off until" in thief.page
    assert not thief.is_signed_in


def test_a_user_name_that_is_asked_for_twice_tells_nothing(application: Application) -> None:
    """S-19: a name that was stored at once would be refused where the address had been free."""
    application.person("ada@example.com")
    for number, address in enumerate(("ada@example.com", "fresh@example.com")):
        for _ in range(2):
            browser = fill_in(application, address)
            browser.get("/register").post(
                "/register", email=address, password=PASSWORD, username=f"probe{number}"
            )
            assert browser.status == 200
            application.clock.advance(minutes=2)


def test_the_name_comes_with_the_confirmation(application: Application) -> None:
    browser = application.browser().get("/register")
    browser.post("/register", email="ada@example.com", password=PASSWORD, username="Countess")
    follow(application, "ada@example.com", browser).post("/confirm-email")
    with application.app.app_context():
        assert application.datastore.get_user("ada@example.com").username == "countess"
    named = Person(application, "countess", PASSWORD)
    assert browser.give_password(named).path == "/login/set-up"


def test_an_undone_address_is_held_like_one_that_reset(application: Application) -> None:
    """The old mailbox and the password are not two proofs."""
    ada, known = newcomer(application)
    known.give_password(ada).set_up(ada, "email")
    change_email(known, ada, "new@example.org")
    known.get(link_in(application, "new@example.org")).post("/confirm-new-email")
    thief = application.browser().get(link_in(application, ada.email)).post("/undo-email")
    assert thief.give_password(ada).path == "/login"
    reset(application, ada, ANOTHER)
    letters = letters_to(application, ada.email)
    thief.give_password(ada)
    assert "codes by mail are off until" in thief.page
    assert letters_to(application, ada.email) == letters
    assert not application.browser().give_password(ada).is_signed_in


def test_a_browser_known_of_old_does_not_walk_in_behind_the_owners_proof(
    application: Application,
) -> None:
    """A mark that was copied once, and the password: what another browser proved is not its."""
    ada, owner = newcomer(application)
    owner.give_password(ada)
    (name,) = known_marks(owner)
    application.clock.advance(hours=2)
    thief = application.browser().get("/login")
    give_cookie(thief, name, cookie(owner, name))
    fresh = application.browser().give_password(ada).prove_mailbox(ada)
    thief.give_password(ada)
    assert not tries_to_enrol(thief)
    assert tries_to_enrol(fresh)


@pytest.mark.parametrize("way", ["undo", "reset-factors"])
def test_browsers_are_known_no_longer(application: Application, way: str) -> None:
    """Whoever changed the address may have been known; so may who found a lost device."""
    ada, thief = newcomer(application)
    thief.give_password(ada).set_up(ada, "email")
    if way == "undo":
        change_email(thief, ada, "thief@example.org")
        thief.get(link_in(application, "thief@example.org")).post("/confirm-new-email")
        application.browser().get(link_in(application, ada.email)).post("/undo-email")
    else:
        application.app.test_cli_runner().invoke(
            args=["users", "reset-factors", ada.email, "--reason", "lost"]
        )
    (account,) = application.rows("accounts")
    assert account["mark_series"] == 1
    thief.give_password(ada)
    assert not thief.is_signed_in
