"""Every template can be replaced by its path, and the layout by one setting."""

from collections.abc import Callable
from pathlib import Path

import pytest

import flask_airlock
from tests.applications import Application
from tests.journeys.support import enrolled_person, own_templates, read

FOLDER = Path(flask_airlock.__file__).parent / "templates"
PAGES = sorted(
    str(path.relative_to(FOLDER))
    for path in (FOLDER / "security").glob("*.html")
    if not path.name.startswith("_") and path.name != "layout.html"
)


def test_the_package_brings_its_templates() -> None:
    assert "security/login.html" in PAGES
    assert len(PAGES) >= 8


def test_a_page_can_be_replaced_by_its_path(application: Application) -> None:
    own_templates(application, {"security/login.html": "My door: {{ form.email.name }}"})
    assert application.browser().get("/login").page == "My door: email"


def test_a_page_can_extend_what_it_replaces_around_it(application: Application) -> None:
    own_templates(
        application,
        {"security/logout.html": "{% extends layout %}{% block content %}Bye?{% endblock %}"},
    )
    page = application.browser().get("/logout").page
    assert "Bye?" in page
    assert "airlock.css" in page


def test_the_layout_is_one_setting(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_LAYOUT_TEMPLATE="site.html")
    own_templates(
        application,
        {
            "site.html": (
                "<title>{% block title %}{% endblock %}</title>{% block head %}{% endblock %}"
                "<nav>My site</nav>{% block content %}{% endblock %}"
            )
        },
    )
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    shown = [browser.page]
    shown += [browser.get(path).page for path in ("/login", "/logout", "/login/rescue")]
    browser.get("/login/second-step").answer("authenticator", ada.app_code())
    shown += [browser.get(path).page for path in ("/login/set-up", "/login/set-up/sms")]
    for page in shown:
        assert "<nav>My site</nav>" in page
        assert "al-head" not in page


def test_the_helper_draws_a_logout_button_that_works(application: Application) -> None:
    """`{{ airlock_logout_button() }}` in a template of the application's."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    browser.get("/")
    form = read(browser).one("form", method="post", action="/logout")
    assert form.text.strip() == "Sign out"
    browser.post("/logout")
    assert not browser.is_signed_in


def test_the_service_has_a_name(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_SERVICE_NAME="The <b>Shop</b>")
    page = application.browser().get("/login").page
    assert "The &lt;b&gt;Shop&lt;/b&gt;" in page
    assert "<b>Shop</b>" not in page


@pytest.mark.parametrize("name", ["airlock.css", "airlock.js"])
def test_the_static_files_are_served(application: Application, name: str) -> None:
    with application.app.test_client().get(f"/_airlock/static/{name}") as response:
        assert response.status_code == 200
        assert response.get_data()
