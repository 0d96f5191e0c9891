"""Form tokens on every form, also beside an application's own CSRFProtect (STANDARDS S-125)."""

from collections.abc import Callable

import pytest
from flask_wtf import CSRFProtect

from tests.applications import Application
from tests.journeys.support import enrolled_person

POSTS = [
    ("/login", {"email": "ada@example.com", "password": "correct horse battery staple"}),
    ("/logout", {}),
    ("/login/second-step?method=authenticator", {"code": "123456"}),
    ("/login/send-code", {"method": "email", "purpose": "login"}),
    ("/login/rescue", {"action": "ask"}),
    ("/login/set-up", {"action": "prove", "code": "12345678"}),
    ("/login/set-up/authenticator", {"action": "begin"}),
    ("/login/set-up/authenticator", {"action": "confirm", "code": "123456"}),
    ("/login/set-up/sms", {"action": "begin", "phone": "+12015550123"}),
    ("/login/set-up/sms", {"action": "restart"}),
    ("/login/set-up/email", {"action": "resend"}),
]


@pytest.mark.parametrize("path, fields", POSTS)
@pytest.mark.parametrize("token", [None, "", "garbage", "IjEi.x.y"])
@pytest.mark.parametrize("stage", ["stranger", "half open", "inside"])
def test_a_form_without_a_good_token_does_nothing(
    application: Application, path: str, fields: dict[str, str], token: str | None, stage: str
) -> None:
    browser = application.browser()
    if stage == "half open":
        browser.give_password(application.person())
    elif stage == "inside":
        browser.enrol(application.person(), "authenticator")
    before = {name: application.rows(name) for name in ("sessions", "codes", "setups", "events")}
    data = fields if token is None else {**fields, "csrf_token": token}
    response = browser.client.post(path, data=data)
    assert response.status_code in {303, 400, 403, 404}
    for name, rows in before.items():
        assert application.rows(name) == rows, name


def test_a_token_of_another_browser_is_refused(application: Application) -> None:
    ada = application.person()
    other, browser = application.browser(), application.browser()
    other.get("/login")
    browser.get("/login")
    browser.post("/login", csrf_token=other.token(), email=ada.email, password=ada.password)
    assert browser.status == 400


def test_an_expired_code_form_is_shown_again_and_the_code_is_not_counted(
    application: Application,
) -> None:
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    browser.post("/login/second-step", method="email", code=ada.mailed_code(), csrf_token="old")
    assert browser.status == 400
    assert "open for too long" in browser.page
    browser.answer("email", ada.mailed_code())
    assert browser.is_signed_in


@pytest.mark.parametrize("method", ["email", "authenticator", "sms"])
def test_it_works_beside_the_applications_own_protection_over_https(
    applications: Callable[..., Application], method: str
) -> None:
    """CSRFProtect checks the referrer over https; both doors open all the same."""
    application = applications(PREFERRED_URL_SCHEME="https")
    CSRFProtect(application.app)
    browser = application.browser()
    browser.client.environ_base["wsgi.url_scheme"] = "https"
    browser.client.environ_base["HTTP_REFERER"] = "https://localhost/login"
    ada = application.person()
    browser.enrol(ada, method)
    assert browser.is_signed_in
    browser.log_out()
    assert not browser.is_signed_in
    application.clock.advance(minutes=1)
    browser.log_in(ada, method)
    assert browser.is_signed_in


def test_an_expired_token_beside_the_applications_protection_shows_the_form_again(
    application: Application,
) -> None:
    CSRFProtect(application.app)
    ada, browser = application.person(), application.browser()
    browser.get("/login")
    browser.post("/login", csrf_token="old", email=ada.email, password=ada.password)
    assert browser.status == 400
    assert f'value="{ada.email}"' in browser.page


def test_the_applications_own_forms_stay_protected(application: Application) -> None:
    CSRFProtect(application.app)

    @application.app.post("/change")
    def change() -> str:
        return "changed"

    client = application.app.test_client()
    client.get("/login")
    assert client.post("/change").status_code == 400


def test_tests_may_switch_the_tokens_off(applications: Callable[..., Application]) -> None:
    """`WTF_CSRF_ENABLED = False`, as applications' own tests set it."""
    application = applications(WTF_CSRF_ENABLED=False)
    ada = application.person()
    client = application.app.test_client()
    assert client.get("/login").status_code == 200
    response = client.post("/login", data={"email": ada.email, "password": ada.password})
    assert response.headers["Location"] == "/login/set-up"


@pytest.mark.parametrize("verb", ["get", "head", "options"])
def test_nothing_changes_by_a_safe_request(application: Application, verb: str) -> None:
    """X-53: no state changes by GET, HEAD and OPTIONS."""
    ada, browser = enrolled_person(application, "email")
    browser.give_password(ada)
    tables = ("sessions", "codes", "setups", "events", "credentials", "letters", "accounts")
    before = {name: application.rows(name) for name in tables}
    for rule in application.app.url_map.iter_rules():
        if rule.endpoint.startswith("security.") and rule.endpoint != "security.static":
            path = rule.rule.replace("<method>", "email").replace("<token>", "x")
            getattr(browser.client, verb)(path)
    for name, rows in before.items():
        assert application.rows(name) == rows, name
