"""Browsers in which no code is asked for a while: how they come to it, and what it is worth."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.applications import Application
from tests.cli.support import details
from tests.journeys.support import (
    enrolled_person,
    give_cookie,
    known_marks,
    live_sessions,
    opens,
)
from tests.journeys.test_step_up import prove
from tests.journeys.trust import (
    FORTNIGHT,
    OFFERED,
    PAGE,
    held,
    is_asked,
    skips,
    trust,
    trusted,
    trusting,
)

TICK = "ask for a code in this browser"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """An application that offers it, for the fourteen days that are advised."""
    return applications(**OFFERED)


def test_a_ticked_box_skips_the_second_step_of_the_next_logins(application: Application) -> None:
    """S-109, S-111: and each login is given another token."""
    ada, browser = trusting(application)
    seen = [held(browser)]
    for _ in range(3):
        assert skips(browser, ada)
        seen.append(held(browser))
        browser.log_out()
        application.clock.advance(days=1)
    assert len(set(seen)) == 4
    assert details(application, "login_completed")[-1]["proofs"] == ["password", "trusted_browser"]
    assert is_asked(application.browser(), ada)


def test_it_is_off_unless_it_is_switched_on(applications: Callable[..., Application]) -> None:
    """S-109: no box, no page, and a forged field gives nothing."""
    application = applications()
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    assert TICK not in browser.page
    trust(application, ada, browser)
    assert held(browser) == ("", "")
    assert is_asked(browser, ada)
    browser.answer("authenticator", ada.app_code())
    assert opens(browser, PAGE) == 404


def test_without_the_tick_nothing_is_kept(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").log_out()
    assert held(browser) == ("", "")
    assert is_asked(browser, ada)


def test_the_token_is_a_cookie_of_this_host_for_as_long_as_it_is_good(
    application: Application,
) -> None:
    """S-107, S-111: 256 bits, and nothing of them in the database."""
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    form = {"csrf_token": browser.token(), "code": ada.app_code(), "trusts": "y"}
    answer = browser.client.post("/login/second-step?method=authenticator", data=form)
    (line,) = [it for it in answer.headers.getlist("Set-Cookie") if "airlock_trusted_" in it]
    assert line.startswith("__Host-airlock_trusted_")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"):
        assert f"; {part}" in line
    _, value = held(browser)
    assert [len(half) for half in value.split(".")] == [43, 43]
    (row,) = application.rows("trusted_browsers")
    for half in value.split("."):
        assert half.encode() not in b"".join(it for it in row.values() if isinstance(it, bytes))


def test_the_fourteenth_day_is_the_last(application: Application) -> None:
    """S-111: 14 days after the tick, not after the last use."""
    ada, browser = trusting(application)
    application.clock.advance(days=13, hours=23)
    assert skips(browser, ada)
    browser.log_out()
    other, second = trusting(application, "bob@example.com")
    application.clock.advance(minutes=59)
    assert is_asked(browser, ada)
    application.clock.advance(days=13, hours=23, seconds=-60)
    assert skips(second, other)
    second.log_out()
    application.clock.advance(minutes=2)
    assert is_asked(second, other)


def test_a_session_that_leans_on_trust_ends_with_it(application: Application) -> None:
    """S-111: on the last day it does not outlive the trust by a night."""
    ada, browser = trusting(application)
    application.clock.advance(days=13, hours=23)
    assert skips(browser, ada)
    application.clock.advance(minutes=58)
    assert browser.is_signed_in
    application.clock.advance(minutes=2)
    assert not browser.is_signed_in


@pytest.mark.parametrize("method", ["email", "sms"])
def test_only_a_strong_method_may_earn_it(application: Application, method: str) -> None:
    """S-110: the box is not there for a code by mail, and a forged field is not looked at."""
    ada, browser = enrolled_person(application, method)
    browser.give_password(ada)
    strong = method == "sms"
    assert (TICK in browser.page) == strong
    code = ada.texted_code() if strong else ada.mailed_code()
    browser.post("/login/second-step", method=method, code=code, trusts="y")
    assert browser.is_signed_in
    assert bool(trusted(application)) == strong
    assert bool(held(browser)[0]) == strong


def test_setting_up_a_factor_and_a_step_up_earn_nothing(application: Application) -> None:
    """S-110: only a full login by the second door does."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.prove_mailbox(ada)
    browser.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    ada.app_key = browser.shown_key()
    confirm = {"action": "confirm", "code": ada.app_code(), "trusts": "y"}
    browser.post("/login/set-up/authenticator", **confirm)
    assert browser.is_signed_in
    application.clock.advance(minutes=20)
    browser.get("/login/verify")
    prove(browser, code=ada.app_code(), do="prove", trusts="y")
    assert trusted(application) == []


def test_it_never_counts_as_a_second_factor(application: Application) -> None:
    """S-109: a view that wants one asks for it, and then opens."""
    ada, browser = trusting(application)
    assert skips(browser, ada)
    browser.get("/strong")
    assert browser.path == "/login/verify"
    assert opens(browser, "/strong") in (302, 303)
    prove(browser, code=ada.app_code(), do="prove")
    assert (browser.path, browser.page) == ("/strong", "Strong")
    (session,) = live_sessions(application)
    assert session["proofs"] == "password trusted_browser authenticator"


def test_a_script_is_told_that_a_second_factor_is_wanted(application: Application) -> None:
    ada, browser = trusting(application)
    assert skips(browser, ada)
    answer = browser.client.get("/strong", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (403, {"error": "second_factor_required"})


@pytest.mark.parametrize(
    "path", ["/change-password", "/change-email", "/delete-account", "/change-username"]
)
def test_it_is_no_recent_proof_either(application: Application, path: str) -> None:
    """S-109, S-84: a moment after the login each change asks for the factor first."""
    ada, browser = trusting(application)
    assert skips(browser, ada)
    token = browser.get(PAGE).token()
    forged = {
        "csrf_token": token,
        "current": ada.password,
        "password": "another quiet lighthouse at noon",
        "email": "eve@example.com",
        "username": "countess",
    }
    answer = browser.client.post(path, data=forged)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login/verify")
    browser.get(path)
    assert browser.path == "/login/verify"
    changes = {"password_changed", "link_requested", "deletion_requested", "username_changed"}
    assert changes.isdisjoint(application.events())
    assert browser.is_signed_in


def test_no_further_factor_is_set_up_on_trust_alone(application: Application) -> None:
    """S-84."""
    ada, browser = trusting(application)
    assert skips(browser, ada)
    browser.get("/login/set-up")
    assert browser.path == "/login/verify"


def test_trust_makes_no_browser_known_and_ends_no_hold(application: Application) -> None:
    """Two proofs do; trust is what was proved days ago."""
    ada, browser = trusting(application)
    name, value = held(browser)
    fresh = application.browser()
    give_cookie(fresh, name, value)
    assert skips(fresh, ada)
    assert known_marks(fresh) == []


def test_a_shorter_setting_holds_for_older_trust_too(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    uri = f"sqlite:///{tmp_path}/shared.sqlite"
    fortnight = applications(uri, SECURITY_TWO_FACTOR_TRUSTED_BROWSERS=FORTNIGHT)
    ada, browser = trusting(fortnight)
    week = applications(uri, SECURITY_TWO_FACTOR_TRUSTED_BROWSERS=timedelta(days=7))
    week.clock.now = fortnight.clock.now + timedelta(days=6)
    later = week.browser()
    give_cookie(later, *held(browser))
    assert skips(later, ada)
    later.log_out()
    week.clock.advance(days=1)
    assert is_asked(later, ada)


def test_an_application_can_not_claim_it(application: Application) -> None:
    """A view of an application's own must not let a session live by a name of ours."""
    with application.app.test_request_context(), pytest.raises(ValueError, match="proofs"):
        application.security.continue_login(None, proofs=["trusted_browser"])
