"""Who is inside proves once more that it is he, and what he was about to do goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import request

from flask_airlock import current_user, recent_proof_required
from tests.applications import Application
from tests.journeys.support import (
    SESSION,
    Page,
    copied,
    enrolled_person,
    moved,
    wrong,
)
from tests.people import Browser, Person

SENT = {"to": "Grace <&\"'> Hopper", "amount": "5", "both": ["a", "b"], "code": "mine"}


def with_transfers(application: Application) -> list[dict[str, Any]]:
    """A page of the application's own that asks for a recent proof; what was sent to it."""
    received: list[dict[str, Any]] = []

    @application.app.route("/transfer", methods=["GET", "POST"])
    @recent_proof_required(within=300)
    def transfer() -> str:
        if request.method == "POST":
            received.append(request.form.to_dict(flat=False))
        return f"Transfer of {current_user.email}"

    return received


@pytest.fixture
def received(application: Application) -> list[dict[str, Any]]:
    return with_transfers(application)


def send(browser: Browser, path: str, data: dict[str, Any]) -> Browser:
    """Send a form as a browser does: a 307 sends the same form on."""
    response = browser.client.post(path, data=data)
    while response.status_code == 307:
        response = browser.client.post(response.headers["Location"], data=data)
    if response.status_code == 303:
        return browser.get(response.headers["Location"])
    return browser._take(response)


def prove(browser: Browser, **fields: str) -> Browser:
    """Send the form that is open, with all that waits in it."""
    waiting: dict[str, list[str]] = {}
    for name, value in form_fields(browser):
        waiting.setdefault(name, []).append(value)
    waiting |= {f"airlock-{name}": [value] for name, value in fields.items()}
    return send(
        browser, first_form(browser).one("form", method="post").get("action") or "", waiting
    )


def first_form(browser: Browser) -> Page:
    """The page, up to the end of its first form."""
    return Page(browser.page.partition("</form>")[0])


def form_fields(browser: Browser) -> list[tuple[str, str]]:
    """The hidden fields of the first form."""
    return [
        (field.get("name") or "", field.get("value") or "")
        for field in first_form(browser).all("input", type="hidden")
    ]


def stale(application: Application, method: str = "authenticator") -> tuple[Person, Browser]:
    """Somebody who signed in half an hour ago."""
    ada, browser = enrolled_person(application, method)
    browser.log_in(ada, method)
    application.clock.advance(minutes=30)
    return ada, browser


def test_a_form_that_was_stopped_goes_on_with_all_that_was_filled_in(
    application: Application, received: list[dict[str, Any]]
) -> None:
    """S-108: at 601 seconds it is asked, once, and then the very form arrives."""
    ada, browser = stale(application)
    send(browser, "/transfer", SENT)
    assert browser.path == "/login/verify"
    assert received == []
    prove(browser, do="prove", code=ada.app_code())
    assert browser.page == f"Transfer of {ada.email}"
    (form,) = received
    assert {name: form[name] for name in SENT} == {
        name: value if isinstance(value, list) else [value] for name, value in SENT.items()
    }
    assert send(browser, "/transfer", SENT).path == "/transfer"


def test_a_page_that_was_asked_for_comes_after_the_proof(
    application: Application, received: list[dict[str, Any]]
) -> None:
    ada, browser = stale(application)
    browser.get("/transfer?to=grace")
    assert browser.path == "/login/verify"
    prove(browser, do="prove", code=ada.app_code())
    assert browser.path == "/transfer"
    application.clock.advance(seconds=300)
    assert browser.get("/transfer").path == "/transfer"
    application.clock.advance(seconds=1)
    assert browser.get("/transfer").path == "/login/verify"
    assert received == []


def test_a_wrong_code_proves_nothing_and_loses_nothing(
    application: Application, received: list[dict[str, Any]]
) -> None:
    ada, browser = stale(application)
    send(browser, "/transfer", SENT)
    prove(browser, do="prove", code=wrong(ada.app_code()))
    assert browser.status == 422
    prove(browser, do="prove", code="")
    assert browser.status == 422
    assert received == []
    prove(browser, do="prove", code=ada.app_code())
    assert received[0]["to"] == [SENT["to"]]


def test_wrong_codes_are_counted_like_those_of_the_second_door(
    applications: Callable[..., Application],
) -> None:
    """S-92: whoever sits at an unlocked screen guesses no more than a thief."""
    application = applications(SECURITY_WAIT=30)
    received = with_transfers(application)
    ada, browser = stale(application)
    browser.get("/transfer")
    statuses = [prove(browser, do="prove", code=wrong(ada.app_code())).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert prove(browser, do="prove", code=ada.app_code()).status == 429
    assert received == []


@pytest.mark.parametrize("method", ["email", "sms"])
def test_a_code_is_sent_on_demand(
    application: Application, received: list[dict[str, Any]], method: str
) -> None:
    """The letter says what the code is for, and it opens no login."""
    ada, browser = stale(application, method)
    sent = len(application.outbox.messages())
    send(browser, "/transfer", SENT)
    assert len(application.outbox.messages()) == sent
    prove(browser, do="send", method=method)
    assert len(application.outbox.messages()) == sent + 1
    code = ada.mailed_code() if method == "email" else ada.texted_code()
    assert application.browser().give_password(ada).answer(method, code).status == 422
    prove(browser, do="prove", code=code)
    assert received[0]["amount"] == ["5"]


def test_another_way_takes_what_waits_along(
    application: Application, received: list[dict[str, Any]]
) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "email")
    application.clock.advance(minutes=30)
    send(browser, "/transfer", SENT)
    prove(browser, do="send", method="email")
    prove(browser, do="prove", method="email", code=ada.mailed_code())
    assert received[0]["to"] == [SENT["to"]]


def test_where_there_is_no_second_factor_the_password_is_asked(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    received = with_transfers(application)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    application.clock.advance(minutes=30)
    send(browser, "/transfer", SENT)
    assert prove(browser, do="prove", password="not hers").status == 422
    prove(browser, do="prove", password=ada.password)
    assert received[0]["to"] == [SENT["to"]]
    assert "proved_again" in application.events()


def test_the_session_goes_on_under_a_new_token(
    application: Application, received: list[dict[str, Any]]
) -> None:
    """S-102, S-108: a copy of the old cookie is worth nothing, and another session proves
    itself."""
    ada, browser = stale(application)
    other = application.browser().log_in(ada, "authenticator")
    application.clock.advance(minutes=30)
    copy = copied(application, browser, SESSION)
    browser.get("/transfer")
    prove(browser, do="prove", code=ada.app_code())
    assert not copy.is_signed_in
    assert other.get("/transfer").path == "/login/verify"


def test_a_double_click_lands_in_the_same_session(
    application: Application, received: list[dict[str, Any]]
) -> None:
    ada, browser = stale(application)
    browser.get("/transfer")
    fields = dict(form_fields(browser)) | {
        "airlock-do": "prove", "airlock-code": ada.app_code(),
    }  # fmt: skip
    second = moved(browser, application)
    first = browser.client.post("/login/verify?next=/transfer", data=fields)
    again = second.client.post("/login/verify?next=/transfer", data=fields)
    assert first.headers["Location"] == again.headers["Location"] == "/transfer"
    assert second.is_signed_in
    assert browser.is_signed_in
    assert received == []


def test_a_script_is_told_by_status(
    application: Application, received: list[dict[str, Any]]
) -> None:
    _, browser = stale(application)
    asked = {"Accept": "application/json"}
    answer = browser.client.post("/transfer", headers=asked)
    assert (answer.status_code, answer.json) == (403, {"error": "recent_proof_required"})
    assert received == []


def test_strangers_are_led_to_the_login(
    application: Application, received: list[dict[str, Any]]
) -> None:
    browser = application.browser()
    assert browser.get("/transfer").path == "/login"
    assert browser.get("/login/verify").path == "/login"
    assert browser.post("/login/verify", **{"airlock-do": "prove"}).path == "/login"


def test_half_open_is_not_inside(application: Application, received: list[dict[str, Any]]) -> None:
    ada, _ = enrolled_person(application)
    thief = application.browser().give_password(ada)
    assert thief.get("/login/verify").path != "/login/verify"
    assert thief.post("/login/verify", **{"airlock-do": "send"}).path != "/login/verify"
    assert not thief.is_signed_in
    assert received == []
