"""What a proof, and the form that waits for it, must not be talked into."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_airlock import recent_proof_required
from tests.applications import Application
from tests.journeys.support import (
    SESSION,
    cookie,
    copied,
    enrolled_person,
    give_cookie,
    known_marks,
    moved,
)
from tests.journeys.test_step_up import SENT, prove, send, stale, with_transfers


@pytest.fixture
def received(application: Application) -> list[dict[str, Any]]:
    return with_transfers(application)


def test_a_part_without_a_name_waits_for_nothing(application: Application) -> None:
    _, browser = stale(application, "email")
    part = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    for method in ("GET", "POST"):
        answer = browser.client.open("/login/verify", method=method, data=part, content_type=kind)
        assert answer.status_code == 200


def test_as_many_proofs_as_the_day_is_long(
    application: Application, received: list[dict[str, Any]]
) -> None:
    """Right codes use up no tries: five in a session are not the end."""
    ada, browser = stale(application, "email")
    for _ in range(7):
        application.clock.advance(minutes=20)
        browser.get("/transfer")
        prove(browser, do="send", method="email")
        prove(browser, do="prove", code=ada.mailed_code())
        assert browser.path == "/transfer"


@pytest.mark.parametrize(
    "path", ["/transfer?a=%26b%3D1", "/transfer/%23a", "/transfer/a%20b?x=y%20z", "/transfer/50%25"]
)
def test_a_form_goes_on_to_the_very_address(application: Application, path: str) -> None:
    asked: list[str] = []

    @application.app.post("/transfer", defaults={"name": ""})
    @application.app.post("/transfer/<name>")
    @recent_proof_required()
    def transfer(name: str) -> str:
        asked.append(request.environ["PATH_INFO"] + "?" + request.query_string.decode())
        return name

    ada, browser = stale(application)
    under: dict[str, Any] = {"/app": application.app.wsgi_app}
    application.app.wsgi_app = DispatcherMiddleware(NotFound(), under)  # type: ignore[method-assign]
    send(browser, f"/app{path}", SENT)
    prove(browser, do="prove", code=ada.app_code())
    place = urlsplit(path)
    assert asked == [f"{unquote(place.path)}?{place.query}"]


def test_an_address_that_can_not_wait_is_left(
    application: Application, received: list[dict[str, Any]]
) -> None:
    """A form must not arrive anywhere else."""
    ada, browser = stale(application)
    send(browser, f"/transfer?x={'y' * 2000}", SENT)
    prove(browser, do="prove", code=ada.app_code())
    assert browser.path == "/"
    assert received == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example.com"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}],
    ids=str,
)
def test_another_sites_form_waits_nowhere(
    application: Application, received: list[dict[str, Any]], headers: dict[str, str]
) -> None:
    """Sent from our page, after the owner's proof, a view would take it for his."""
    ada, browser = stale(application)
    response = browser.client.post("/login/verify?next=/transfer", data=SENT, headers=headers)
    browser._take(response)
    assert "Grace" not in browser.page
    prove(browser, do="prove", code=ada.app_code())
    assert received == []


def test_a_code_is_sent_for_our_own_button_alone(
    application: Application, received: list[dict[str, Any]]
) -> None:
    """S-125: or another page could use up the codes of an hour."""
    _, browser = stale(application, "email")
    browser.get("/transfer")
    sent = len(application.outbox.messages())
    pressed = {"airlock-do": "send", "airlock-method": "email"}
    assert browser.client.post("/login/verify", data=pressed).status_code == 400
    assert len(application.outbox.messages()) == sent


def test_a_form_with_a_file_is_filled_in_again(
    application: Application, received: list[dict[str, Any]]
) -> None:
    """The person comes back to the page with the form; by the headers of another site he does
    not."""
    ada, browser = stale(application)
    for page_before, leads_to in (
        ("https://localhost/inside?tab=2", "/inside"),
        ("https://evil.example.com/", "/transfer"),
    ):
        application.clock.advance(minutes=30)
        response = browser.client.post(
            "/transfer",
            data={"to": "grace", "receipt": (BytesIO(b"a picture"), "receipt.png")},
            headers={"Referer": page_before},
            base_url="https://localhost",
        )
        assert response.status_code == 303
        browser.get(response.headers["Location"])
        prove(browser, do="prove", code=ada.app_code())
        assert browser.path == leads_to
    assert received == []


def test_passwords_do_not_wait(application: Application, received: list[dict[str, Any]]) -> None:
    ada, browser = stale(application)
    send(browser, "/change-email", {"current": ada.password, "email": "new@example.com"})
    browser.get("/login/verify")
    assert ada.password not in browser.page


def test_a_copied_cookie_earns_no_mark(application: Application) -> None:
    """S-96: who adds his own app by a stolen session does not pass for the owner's browser."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    thief = copied(application, browser, SESSION)
    before = cookie(thief, SESSION)
    thief.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    ada.app_key = thief.shown_key()
    code = ada.app_code()
    thief.post("/login/set-up/authenticator", action="confirm", code=code)
    again = application.browser().get("/login")
    give_cookie(again, f"{SESSION}_half_open", before)
    again.answer("authenticator", code)
    assert known_marks(again) == []
    assert known_marks(thief) == []


def test_where_the_second_step_is_off_again_the_password_is_asked(
    applications: Callable[..., Application], tmp_path: Path
) -> None:
    """Who had a factor before is not shut out."""
    uri = f"sqlite:///{tmp_path}/one.sqlite"
    before = applications(uri)
    ada, _ = enrolled_person(before)
    application = applications(uri, SECURITY_TWO_FACTOR=False)
    with_transfers(application)
    application.clock.now = before.clock.now
    browser = application.browser().give_password(ada)
    assert browser.get("/transfer").path == "/transfer"
    application.clock.advance(minutes=30)
    browser.get("/transfer")
    prove(browser, do="prove", password=ada.password)
    assert browser.path == "/transfer"


def test_double_clicks_cost_nothing_of_the_month(application: Application) -> None:
    """With several apps all their tries come back."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    application.clock.advance(minutes=1)
    browser.set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    second = moved(browser, application)
    code = ada.app_code()
    browser.answer("authenticator", code)
    second.page = browser.page
    second.get("/login").answer("authenticator", code)
    counted = [row["count_0"] for row in application.rows("windows") if row["subject"] == "factors"]
    assert counted == [0]
