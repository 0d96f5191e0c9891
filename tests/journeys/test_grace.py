"""Who is asked for a first second factor may do without for a while, and not a second longer."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Response

from flask_airlock.flows.notices import in_words
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER, change_password, fill_in, newest_text, reset
from tests.journeys.support import (
    counted_statements,
    give_role,
    live_sessions,
    opens,
    press,
    prove_before_first_setup,
    read,
)
from tests.people import Browser, Person

GRACE = timedelta(days=14)
SHORT = "twelve chars"
NOT_ME = re.compile(r"(?<=/)link/not_me/\S+")


@pytest.fixture
def graceful(applications: Callable[..., Application]) -> Application:
    """Everybody needs a second factor, and has two weeks to set one up."""
    return applications(SECURITY_TWO_FACTOR_GRACE=GRACE, **WHOLE_LIFE)


def due(application: Application, asked: datetime | None = None) -> str:
    """The end of the grace, as pages and letters say it."""
    return in_words((asked or application.clock.now) + GRACE)


def asked_at(application: Application) -> Any:
    """When the only account was first asked; None without a day."""
    (account,) = application.rows("accounts")
    return account["asked_for_factor_at"]


def log_in_anew(application: Application, person: Person) -> Browser:
    """The first door, in a browser that nobody has used."""
    return application.browser().give_password(person)


def later(browser: Browser) -> str | None:
    """Where the button leads that puts it off."""
    (button,) = [it for it in read(browser).all("a") if it.text.strip() == "Later"]
    return button.get("href")


def test_who_is_asked_for_the_first_time_enters_and_is_told_until_when(
    graceful: Application,
) -> None:
    ada, browser = graceful.person(), graceful.browser()
    browser.get("/login?next=/inside").post(
        "/login?next=/inside", email=ada.email, password=ada.password
    )
    assert browser.path == "/login/set-up"
    assert f"Until {due(graceful)}" in browser.page
    assert browser.is_signed_in
    (session,) = live_sessions(graceful)
    assert session["proofs"] == "password"
    assert later(browser) == "/inside"
    assert f"Until {due(graceful)}" in newest_text(graceful, ada.email)
    (event,) = [row for row in graceful.rows("events") if row["name"] == "factor_asked_for"]
    assert json.loads(event["detail"]) == {"due_at": (graceful.clock.now + GRACE).isoformat()}


def test_who_did_not_sign_in_ends_it_by_the_letter(graceful: Application) -> None:
    """The password that a thief knows opens nothing any more, grace or not."""
    ada = graceful.person()
    thief = log_in_anew(graceful, ada)
    found = NOT_ME.search(newest_text(graceful, ada.email))
    assert found
    owner = graceful.browser().get(f"/{found[0]}")
    press(owner, "Stop it")
    assert not thief.is_signed_in
    assert not log_in_anew(graceful, ada).is_signed_in


def test_without_a_destination_later_leads_home(graceful: Application) -> None:
    browser = log_in_anew(graceful, graceful.person())
    assert later(browser) == "/"


def test_there_is_no_grace_unless_it_is_set(application: Application) -> None:
    ada = application.person()
    browser = log_in_anew(application, ada)
    assert not browser.is_signed_in
    assert "Later" not in browser.page
    assert asked_at(application) is None
    assert "factor_asked_for" not in application.events()


def test_the_letter_comes_once_and_the_page_each_time(graceful: Application) -> None:
    ada, first = graceful.person(), due(graceful)
    for _ in range(3):
        browser = log_in_anew(graceful, ada)
        assert browser.path == "/login/set-up"
        assert f"Until {first}" in browser.page
        graceful.clock.advance(days=1)
    letters = [row["template"] for row in graceful.rows("letters")]
    assert letters.count("second_factor_due") == 1
    assert graceful.events().count("factor_asked_for") == 1


def test_at_the_deadline_the_password_alone_opens_nothing_and_keeps_nothing_open(
    graceful: Application,
) -> None:
    ada = graceful.person()
    log_in_anew(graceful, ada)
    graceful.clock.advance(days=14, seconds=-1)
    last = log_in_anew(graceful, ada)
    assert last.is_signed_in
    graceful.clock.advance(seconds=1)
    assert not last.is_signed_in
    late = log_in_anew(graceful, ada)
    assert late.path == "/login/set-up"
    assert not late.is_signed_in
    assert "Later" not in late.page
    late.prove_mailbox(ada).set_up(ada, "authenticator")
    assert late.is_signed_in


def test_a_clock_that_is_put_back_lengthens_nothing(graceful: Application) -> None:
    ada = graceful.person()
    browser = log_in_anew(graceful, ada)
    graceful.clock.advance(days=-14)
    assert not log_in_anew(graceful, ada).is_signed_in
    assert not browser.is_signed_in


def test_the_deadline_costs_a_request_no_statement(graceful: Application) -> None:
    browser = log_in_anew(graceful, graceful.person())
    with counted_statements(graceful) as sent:
        assert opens(browser, "/inside") == 200
    assert len(sent) == 1


def test_who_sets_one_up_before_is_asked_for_it_from_then_on(graceful: Application) -> None:
    ada = graceful.person()
    elsewhere, browser = log_in_anew(graceful, ada), log_in_anew(graceful, ada)
    prove_before_first_setup(browser, ada).set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert not elsewhere.is_signed_in
    assert log_in_anew(graceful, ada).path == "/login/second-step"
    assert asked_at(graceful) is None


def test_views_that_ask_for_a_second_factor_go_on_asking(graceful: Application) -> None:
    """S-23: the level of a session never exceeds what was proved."""
    browser = log_in_anew(graceful, graceful.person())
    assert opens(browser, "/strong") == 302
    assert browser.get("/strong").path == "/login/set-up"


def test_a_role_that_is_given_later_counts_from_then(
    applications: Callable[..., Application],
) -> None:
    """S-22: the session from before ends, and the next login tells the deadline."""
    application = applications(
        SECURITY_TWO_FACTOR_GRACE=GRACE, SECURITY_TWO_FACTOR_REQUIRED=["admin"]
    )
    ada = application.person()
    before = log_in_anew(application, ada)
    assert before.path == "/"
    application.clock.advance(days=30)
    before = log_in_anew(application, ada)
    give_role(application, ada, "admin")
    assert not before.is_signed_in
    browser = log_in_anew(application, ada)
    assert f"Until {due(application)}" in browser.page
    assert opens(browser, "/admin") == 200
    application.clock.advance(days=14, seconds=-1)
    browser = log_in_anew(application, ada)
    assert browser.is_signed_in
    give_role(application, ada)
    assert "Later" not in browser.get("/login/set-up").page
    application.clock.advance(seconds=1)
    assert browser.is_signed_in
    give_role(application, ada, "admin")
    assert not browser.is_signed_in


def test_the_security_page_shows_the_deadline(graceful: Application) -> None:
    ada = graceful.person()
    browser = log_in_anew(graceful, ada).get("/security")
    assert f"Until {due(graceful)}" in browser.page
    prove_before_first_setup(browser, ada).set_up(ada, "authenticator")
    assert "Until" not in browser.get("/security").page


def test_a_mailbox_that_is_held_leaves_a_way_on(graceful: Application) -> None:
    """S-36: after a reset it proves nothing for a day; that keeps nobody out of the grace."""
    ada = graceful.person()
    log_in_anew(graceful, ada)
    browser = reset(graceful, ada).give_password(ada)
    assert browser.path == "/login/set-up"
    assert browser.status == 403
    assert later(browser) == "/"
    assert browser.is_signed_in


def test_an_own_first_factor_leads_there_as_well(graceful: Application) -> None:
    ada, browser = graceful.person(password=None), graceful.browser()

    @graceful.app.get("/oauth/callback")
    def callback() -> Response:
        user = graceful.datastore.get_user(ada.email)
        return graceful.security.continue_login(user, proofs=["oauth"], next="/inside")

    browser.get("/oauth/callback")
    assert browser.path == "/login/set-up"
    assert browser.is_signed_in
    assert later(browser) == "/inside"


def test_who_comes_new_chooses_a_long_password(graceful: Application) -> None:
    """S-01: it stands alone from the first login until the deadline."""
    assert "at least 15" in fill_in(graceful, password=SHORT).page


def test_in_the_grace_a_new_password_is_a_long_one(graceful: Application) -> None:
    """S-01: until there is a factor."""
    ada = graceful.person()
    browser = log_in_anew(graceful, ada)
    assert "at least 15" in change_password(browser, ada.password, SHORT).page
    prove_before_first_setup(browser, ada).set_up(ada, "authenticator")
    assert "was changed" in change_password(browser, ada.password, SHORT).page


def test_after_the_grace_a_short_password_does_again(graceful: Application) -> None:
    """S-01: from the deadline on it opens nothing alone."""
    ada = graceful.person()
    assert "at least 15" in reset(graceful, ada, SHORT).page
    ada.password = ANOTHER
    reset(graceful, ada)
    log_in_anew(graceful, ada)
    graceful.clock.advance(days=14)
    assert "is set" in reset(graceful, ada, SHORT).page
    assert not log_in_anew(graceful, ada).is_signed_in
