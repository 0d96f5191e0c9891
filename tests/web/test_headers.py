"""Headers of every page of ours (STANDARDS S-128), and what an application set itself."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Response
from werkzeug.test import TestResponse

from flask_airlock import current_user
from tests.applications import Application
from tests.journeys.support import enrolled_person

PATHS = [
    "/login",
    "/logout",
    "/login/second-step",
    "/login/rescue",
    "/login/set-up",
    "/login/set-up/authenticator",
    "/login/set-up/sms",
    "/login/set-up-link/some-token",
    "/_airlock/outbox",
]


def responses(application: Application) -> Iterator[TestResponse]:
    """Each page as a stranger, between the doors and inside sees it."""
    ada, browser = enrolled_person(application)
    inside = application.browser()
    inside.log_in(ada, "authenticator")
    browser.give_password(ada)
    for client in (application.app.test_client(), browser.client, inside.client):
        for path in PATHS:
            yield client.get(path)


def test_no_page_of_ours_is_kept_by_a_cache(application: Application) -> None:
    for response in responses(application):
        assert response.headers["Cache-Control"] == "no-store", response.request.path


def test_every_page_of_ours_has_the_headers(application: Application) -> None:
    for response in responses(application):
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        for part in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe-inline" not in policy
        assert len(headers.getlist("Content-Security-Policy")) == 1


def test_refused_forms_have_the_headers_too(application: Application) -> None:
    client = application.app.test_client()
    for path in ("/login", "/logout", "/login/second-step", "/login/send-code", "/login/set-up"):
        response = client.post(path)
        assert response.headers["Cache-Control"] == "no-store", path
        assert "Content-Security-Policy" in response.headers, path


def test_the_applications_own_pages_are_left_alone(application: Application) -> None:
    headers = application.app.test_client().get("/").headers
    for name in ("Content-Security-Policy", "X-Frame-Options", "Cache-Control"):
        assert name not in headers


def test_static_files_may_be_cached(application: Application) -> None:
    with application.app.test_client().get("/_airlock/static/airlock.css") as response:
        assert response.status_code == 200
        assert "no-store" not in response.headers.get("Cache-Control", "")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["airlock.css", "airlock.js"])
def test_the_browser_keeps_what_a_page_names_until_it_changes(
    application: Application, name: str
) -> None:
    """By the address of this version alone: an older one may not stay for a year."""
    client = application.app.test_client()
    (path,) = re.findall(
        rf'"(/_airlock/static/{name}\?v=\w+)"', application.browser().get("/login").page
    )
    for asked, kept in ((path, True), (path + "0", False), (path.partition("?")[0], False)):
        with client.get(asked) as response:
            assert response.status_code == 200
            assert ("max-age=31536000" in response.headers["Cache-Control"]) is kept


def test_the_policy_is_a_setting(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_CSP="default-src 'self'")
    headers = application.app.test_client().get("/login").headers
    assert headers["Content-Security-Policy"] == "default-src 'self'"


def test_without_a_policy_it_is_left_to_the_application(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_CSP=None)
    headers = application.app.test_client().get("/login").headers
    assert "Content-Security-Policy" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("how", ["overwrite", "setdefault"])
def test_a_policy_of_the_applications_is_never_overwritten(
    application: Application, how: str
) -> None:
    @application.app.after_request
    def own_headers(response: Response) -> Response:
        if how == "overwrite":
            response.headers["Content-Security-Policy"] = "default-src 'self'"
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        else:
            response.headers.setdefault("Permissions-Policy", "camera=()")
        return response

    headers = application.app.test_client().get("/login").headers
    assert len(headers.getlist("Content-Security-Policy")) == 1
    if how == "overwrite":
        assert headers["Content-Security-Policy"] == "default-src 'self'"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
    else:
        assert headers["Permissions-Policy"] == "camera=()"


def test_a_policy_of_the_views_own_is_never_overwritten(application: Application) -> None:
    """Set before our own hook runs."""
    blueprint = application.app.blueprints["security"]

    def own(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src https:"
        return response

    # Hooks run last first: this one speaks before ours.
    application.app.after_request_funcs.setdefault(blueprint.name, []).append(own)
    headers = application.app.test_client().get("/login").headers
    assert headers["Content-Security-Policy"] == "default-src https:"


def test_redirects_after_a_form_are_by_get(application: Application) -> None:
    """303: a reload never sends a password or a code again."""
    ada, browser = application.person(), application.browser()
    browser.get("/login")
    data = {"csrf_token": browser.token(), "email": ada.email, "password": ada.password}
    response = browser.client.post("/login", data=data)
    assert response.status_code == 303
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "own",
    [[], ["Accept"], ["Accept, Cookie"], ["Accept", "Accept-Language"]],
    ids=", ".join,
)
def test_a_persons_page_is_her_own(application: Application, own: list[str]) -> None:
    """No cache gives it to somebody else; by what it differs besides, the application says."""

    @application.app.get("/hers")
    def hers() -> Response:
        made = Response(current_user.email)
        for value in own:
            made.headers.add("Vary", value)
        return made

    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    headers = browser.client.get("/hers").headers
    named = [name for line in headers.getlist("Vary") for name in line.split(", ")]
    assert sorted(named) == sorted({*", ".join(own).split(", ")} - {""} | {"Cookie"})
    assert headers.getlist("Cache-Control") == ["no-store"]
