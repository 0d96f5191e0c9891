"""Flags of our cookies, and the plain http where they can't work (STANDARDS S-107, X-39)."""

from collections.abc import Callable

import pytest
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from tests.applications import Application
from tests.journeys.support import read

LIVE = {"TESTING": False, "DEBUG": False, "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": 9}
LIVE |= {"MAIL_DEFAULT_SENDER": "a@b.example", "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["mail"]}
LIVE |= {"SECURITY_SMS_SERVICE": None, "SECURITY_DELIVERY": "sync"}
LIVE |= {"SECURITY_BASE_URL": "https://localhost"}


def set_cookies(response: TestResponse) -> dict[str, str]:
    """Each Set-Cookie of ours by its name."""
    lines = response.headers.getlist("Set-Cookie")
    named = {next(iter(parse_cookie(line.partition(";")[0]))): line for line in lines}
    return {name: line for name, line in named.items() if "airlock" in name}


def log_in(application: Application, base: str) -> list[TestResponse]:
    """The responses that carry cookies, from the password to the inside and out again."""
    ada = application.person()
    client = application.app.test_client()
    responses = []

    def post(path: str, **fields: str) -> TestResponse:
        page = client.get("/login" if path == "/login" else "/logout", base_url=base)
        token = page.get_data(as_text=True).split('name="csrf_token"')[1]
        data = {"csrf_token": token.split('value="')[1].split('"')[0], **fields}
        response = client.post(path, data=data, base_url=base)
        responses.append(response)
        return response

    post("/login", email=ada.email, password=ada.password)
    post("/login/set-up", action="prove", code=ada.mailed_code())
    post("/login/set-up/email", action="begin")
    post("/logout")
    return responses


@pytest.mark.parametrize(
    "settings, secure",
    [
        ({"DEBUG": True}, False),
        ({"TESTING": True}, True),
        ({"DEBUG": True, "SECURITY_COOKIE_SECURE": True}, True),
        ({"TESTING": True, "SECURITY_COOKIE_SECURE": False}, False),
    ],
    ids=["debug", "live", "debug, set", "live, unset"],
)
def test_every_cookie_has_its_flags(
    applications: Callable[..., Application], settings: dict[str, bool], secure: bool
) -> None:
    application = applications(**{"SECURITY_DELIVERY": "sync"} | settings)
    seen: set[str] = set()
    for response in log_in(application, "https://localhost"):
        for name, line in set_cookies(response).items():
            seen.add(name)
            flags = {part.strip() for part in line.split(";")[1:]}
            assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags, line
            assert ("Secure" in flags) is secure, line
            assert not any(flag.startswith("Domain") for flag in flags), line
            assert len(line) < 4096
    prefix = "__Host-" if secure else ""
    assert {f"{prefix}airlock", f"{prefix}airlock_half_open"} <= seen
    assert any(name.startswith("airlock_known_") for name in seen)


def test_the_session_cookie_ends_with_the_browser(application: Application) -> None:
    """S-107: no lasting lifetime; the half-open one lives its ten minutes."""
    login, _, inside, _ = log_in(application, "https://localhost")
    assert "Max-Age=600" in set_cookies(login)["__Host-airlock_half_open"]
    session = set_cookies(inside)["__Host-airlock"]
    assert "Max-Age" not in session
    assert "Expires" not in session


def test_the_name_of_the_cookie_is_a_setting(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_COOKIE_NAME="shop")
    names = {name for line in log_in(application, "https://localhost") for name in raw_names(line)}
    assert {"__Host-shop", "__Host-shop_half_open"} <= names


def raw_names(response: TestResponse) -> set[str]:
    """The names of all cookies that a response sets."""
    return {line.partition("=")[0] for line in response.headers.getlist("Set-Cookie")}


def test_over_plain_http_outside_debug_the_login_page_says_why(
    applications: Callable[..., Application],
) -> None:
    application = applications(**LIVE)
    browser = application.browser()
    browser.get("/login")
    alert = read(browser).by_id("insecure")
    assert alert.get("role") == "alert"
    assert "SECURITY_COOKIE_SECURE" in alert.text
    secure = application.app.test_client().get("/login", base_url="https://localhost")
    assert "SECURITY_COOKIE_SECURE" not in secure.get_data(as_text=True)


@pytest.mark.parametrize("settings", [{"DEBUG": True}, {"SECURITY_COOKIE_SECURE": False}], ids=str)
def test_where_plain_http_works_nothing_is_said(
    applications: Callable[..., Application], settings: dict[str, bool]
) -> None:
    application = applications(**LIVE | settings)
    assert "SECURITY_COOKIE_SECURE" not in application.browser().get("/login").page
