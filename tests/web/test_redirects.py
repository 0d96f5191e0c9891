"""Where a login may lead: a path on this very host, or the default page (STANDARDS S-127)."""

from collections.abc import Callable

import pytest

from flask_airlock.web.redirects import own_path
from tests.applications import Application
from tests.journeys.support import enrolled_person

ELSEWHERE = [
    "//evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "http://evil.example/inside",
    "HTTPS://EVIL.EXAMPLE",
    "http:///evil.example",
    "https:///evil.example/",
    "//localhost@evil.example/",
    "http://localhost@evil.example/",
    "http://localhost:80@evil.example/",
    "http://localhost.evil.example/",
    "http://localhost:81/inside",
    "http://evil.example#localhost",
    "http://evil.example?localhost",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "ftp://localhost/inside",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/inside\r\nSet-Cookie: a=b",
    "/inside\x00",
    " //evil.example",
    " /inside",
    "//\x7fevil.example",
    "http://[::1",
    "http://[evil.example]/",
    "evil.example",
    "inside",
    "../inside",
    "?next=/inside",
    "#inside",
    ".//evil.example",
    "/\u2028/evil.example",
    "/\u202e/elpmaxe.live",
    "/inside\u00a0" + "x",
    "/" + "a" * 3000,
    "http:\\\\evil.example",
    "//%65vil.example",
    "",
]
HERE = {
    "/inside": "/inside",
    "/inside?a=1&b=//evil.example": "/inside?a=1&b=//evil.example",
    "/inside#part": "/inside#part",
    "/%2F%2Fevil.example": "/%2F%2Fevil.example",
    "/%5Cevil.example": "/%5Cevil.example",
    "http://localhost/inside": "/inside",
    "https://localhost/inside?x=1": "/inside?x=1",
    "/": "/",
    "/a/b:c": "/a/b:c",
    "/café": "/café",
    # Three slashes name no host, so what is left is a path of ours.
    "///evil.example/..//x": "/evil.example/..//x",
}


@pytest.mark.parametrize("target", ELSEWHERE, ids=repr)
def test_a_target_that_leads_elsewhere_is_dropped(application: Application, target: str) -> None:
    with application.app.test_request_context("/"):
        assert own_path(target) is None


@pytest.mark.parametrize("target", HERE)
def test_a_path_of_this_host_is_kept(application: Application, target: str) -> None:
    with application.app.test_request_context("/"):
        assert own_path(target) == HERE[target]


def test_no_hostile_target_survives_a_login(applications: Callable[..., Application]) -> None:
    """The whole way: next= of the login page, the form, the redirect at the end."""
    application = applications(SECURITY_TWO_FACTOR=False)
    ada = application.person()
    for target in ELSEWHERE:
        browser = application.browser()
        client = browser.client
        page = client.get("/login", query_string={"next": target}).get_data(as_text=True)
        assert "evil" not in page.split("<main")[1]
        browser.get("/login")
        data = {"csrf_token": browser.token(), "email": ada.email, "password": ada.password}
        response = client.post("/login", query_string={"next": target}, data=data)
        assert response.headers["Location"] == "/", target


def test_no_hostile_target_survives_a_set_up(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up?next=//evil.example")
    assert "evil" not in browser.page.split("<main")[1]
    data = {"csrf_token": browser.token(), "action": "begin"}
    response = browser.client.post("/login/set-up/email?next=https://evil.example", data=data)
    assert response.headers["Location"] == "/"


def test_a_signed_in_person_is_not_led_elsewhere_either(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    response = browser.client.get("/login?next=https://evil.example")
    assert response.headers["Location"] == "/"


def test_a_forged_host_header_does_not_make_a_foreign_target_ours(
    applications: Callable[..., Application],
) -> None:
    """X-56: the target is cut to a path, whatever host was claimed."""
    application = applications(SECURITY_TWO_FACTOR=False)
    with application.app.test_request_context("/", headers={"Host": "evil.example"}):
        assert own_path("https://evil.example/inside") == "/inside"


def test_here_keeps_the_query_and_the_mount_point(application: Application) -> None:
    response = application.app.test_client().get(
        "/inside?a=1&b=%C3%A9", environ_overrides={"SCRIPT_NAME": "/shop"}
    )
    assert response.headers["Location"] == "/shop/login?next=/shop/inside?a%3D1%26b%3D%25C3%25A9"


def test_after_a_post_there_is_nothing_to_come_back_to(application: Application) -> None:
    @application.app.post("/change")
    def change() -> str:
        return application.app.login_manager.unauthorized()  # type: ignore[attr-defined,no-any-return]

    response = application.app.test_client().post("/change")
    assert response.headers["Location"] == "/login"
