"""`next` that leads elsewhere, carried through everything that takes it (S-127)."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.applications import Application
from tests.hostile.answers import OWN_HOST, leads_to
from tests.hostile.values import REDIRECTS
from tests.journeys.support import enrolled_person, signed_in
from tests.people import Browser, Person

HOSTS = {
    "//evil.example": "evil.example",
    "/\\evil.example": "evil.example",
    "/\t/evil.example": "evil.example",
    " \n//evil.example/x": "evil.example",
    "https:evil.example": "evil.example",
    "HTTP:\\\\localhost@evil.example": "localhost@evil.example",
    "http:///evil.example": "evil.example",
    "java\nscript:alert(1)": "javascript:",
    "/inside?a=//evil.example": OWN_HOST,
    "inside": OWN_HOST,
    "http://localhost/inside": OWN_HOST,
}


def test_addresses_are_read_as_a_browser_reads_them() -> None:
    assert {place: leads_to(place) for place in HOSTS} == HOSTS


def walk(browser: Browser, person: Person, target: str) -> Iterator[TestResponse]:
    """Every answer to somebody who brings `target` along, from the first door to a set-up."""

    def send(path: str, asked: str = target, **fields: str) -> TestResponse:
        data = {"csrf_token": browser.token(), "next": target, **fields}
        return browser.client.post(path, query_string={"next": asked}, data=data)

    yield browser.client.get("/login", query_string={"next": target})
    browser.get("/login")
    yield send("/login", email=person.email, password=person.password)
    browser.get("/login/second-step")
    person.application.clock.advance(seconds=30)
    yield send("/login/second-step", method="authenticator", code=person.app_code())
    yield browser.client.get("/login", query_string={"next": target})
    browser.get("/login/set-up")
    yield send("/login/send-code", method="email", purpose="first_setup")
    for action in ("begin", "restart", "resend"):
        yield send("/login/set-up/sms", action=action, phone=person.phone)
    yield send("/login/set-up/email", action="begin")
    browser.get("/logout")
    yield send("/logout")


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.soak)])
def test_no_payload_leads_elsewhere_on_the_whole_way(application: Application, step: int) -> None:
    ada, browser = enrolled_person(application)
    for target in REDIRECTS[::step]:
        answers = list(walk(browser, ada, target))
        led = [answer.headers.get("Location", "") for answer in answers]
        assert sum(bool(place) for place in led) >= 8, led
        assert {leads_to(place) for place in led} == {OWN_HOST}, target
        for answer in answers:
            assert "evil" not in answer.text.partition("<main")[2], target


def test_no_payload_leads_who_is_inside_elsewhere(application: Application) -> None:
    """By the page that passes on at once, and by a button."""
    assert len(REDIRECTS) >= 30
    browser = signed_in(application, application.person()).get("/login/set-up")
    form = {"csrf_token": browser.token(), "action": "restart"}
    for target in REDIRECTS:
        asked = {"next": target}
        for answer in (
            browser.client.get("/login", query_string=asked),
            browser.client.post("/login/set-up/sms", query_string=asked, data=form),
        ):
            place = answer.headers["Location"]
            assert leads_to(place) == OWN_HOST, target
            assert leads_to(dict(parse_qsl(urlsplit(place).query)).get("next", "/")) == OWN_HOST
