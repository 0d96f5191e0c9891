"""Guards of views: roles, states that change, and answers to scripts (STANDARDS S-25)."""

from collections.abc import Callable

import pytest

from flask_airlock import roles_required
from tests.applications import Application
from tests.journeys.support import give_role, opens, set_user, signed_in

SCRIPTS = [
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Mode": "same-origin", "Accept": "*/*"},
    {"Sec-Fetch-Mode": "no-cors"},
    {"Content-Type": "application/json"},
]


def test_strangers_are_led_from_the_strong_view_to_the_login(application: Application) -> None:
    response = application.browser().client.get("/strong")
    assert response.headers["Location"] == "/login?next=/strong"


def test_roles_open_what_they_are_for(application: Application) -> None:
    table = {
        (): (403, 403),
        ("staff",): (403, 200),
        ("admin",): (200, 200),
        ("reader",): (403, 403),
    }
    for number, (roles, expected) in enumerate(table.items()):
        person = application.person(f"p{number}@example.com")
        give_role(application, person, *roles)
        browser = signed_in(application, person)
        assert (opens(browser, "/admin"), opens(browser, "/staff")) == expected, roles


def test_all_of_the_required_roles_are_needed(application: Application) -> None:
    @application.app.get("/both")
    @roles_required("admin", "staff")
    def both() -> str:
        return "Both"

    ada, bob = application.person(), application.person("bob@example.com")
    give_role(application, ada, "admin", "staff")
    give_role(application, bob, "admin")
    assert opens(signed_in(application, ada), "/both") == 200
    assert opens(signed_in(application, bob), "/both") == 403


@pytest.mark.parametrize("path", ["/admin", "/staff"])
def test_strangers_are_led_from_roles_to_the_login(application: Application, path: str) -> None:
    response = application.browser().client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/login?next={path}"


def test_a_role_taken_away_holds_from_the_next_request(application: Application) -> None:
    """S-25: no new login is needed, in either direction."""
    ada = application.person()
    give_role(application, ada, "admin")
    browser = signed_in(application, ada)
    assert opens(browser, "/admin") == 200
    give_role(application, ada)
    assert opens(browser, "/admin") == 403
    give_role(application, ada, "admin")
    assert opens(browser, "/admin") == 200


def test_an_inactive_user_is_out_at_the_next_request(application: Application) -> None:
    """S-25: also between the doors, and at the first one."""
    ada = application.person()
    browser = signed_in(application, ada)
    assert browser.is_signed_in
    set_user(application, ada, active=False)
    assert not browser.is_signed_in
    fresh = application.browser()
    fresh.give_password(ada)
    assert fresh.status == 422


def test_who_is_switched_off_between_the_doors_does_not_get_in(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    set_user(application, ada, active=False)
    browser.answer("authenticator", ada.app_code())
    assert not browser.is_signed_in


def test_a_deleted_user_is_out_at_the_next_request(application: Application) -> None:
    """S-91: sessions, factors and codes go with the user."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    with application.app.app_context():
        store = application.datastore
        store.delete_user(store.get_user(ada.email))
        application.db.session.commit()
    assert not browser.is_signed_in
    for subject in ("accounts", "sessions", "credentials", "codes", "throttles"):
        assert application.rows(subject) == [], subject


def test_has_role_takes_names_and_objects(application: Application) -> None:
    ada = application.person()
    give_role(application, ada, "admin")
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        role = application.datastore.find_role("admin")
        assert user.has_role("admin")
        assert user.has_role(role)
        assert not user.has_role("staff")


@pytest.mark.parametrize("headers", SCRIPTS, ids=str)
@pytest.mark.parametrize("path", ["/inside", "/strong", "/admin", "/staff"])
def test_fetch_and_json_get_401_and_no_redirect(
    application: Application, path: str, headers: dict[str, str]
) -> None:
    response = application.app.test_client().get(path, headers=headers)
    assert response.status_code == 401
    assert response.get_json() == {"error": "login_required"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"},
        {"Accept": "*/*"},
    ],
    ids=str,
)
def test_a_person_is_led_to_the_login(application: Application, headers: dict[str, str]) -> None:
    response = application.app.test_client().get("/inside", headers=headers)
    assert response.status_code == 302
    assert response.headers["Location"] == "/login?next=/inside"


def test_a_script_without_the_second_factor_is_told_so(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    response = browser.client.get("/strong", headers={"Accept": "application/json"})
    assert response.status_code == 403
    assert response.get_json() == {"error": "second_factor_required"}
