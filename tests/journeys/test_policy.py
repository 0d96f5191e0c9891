"""Who is asked for a second factor, and what roles open (STANDARDS S-22, S-25)."""

from collections.abc import Callable

import pytest

from flask_airlock import roles_required
from flask_airlock.testing import sign_in
from tests.applications import Application
from tests.journeys.support import press
from tests.people import Browser, Person


def set_user(application: Application, person: Person, **columns: object) -> None:
    """Change a user's columns, as an administrator's page would."""
    with application.app.app_context():
        user = application.datastore.get_user(person.email)
        for name, value in columns.items():
            setattr(user, name, value)
        application.db.session.commit()


def give_role(application: Application, person: Person, *names: str) -> None:
    """Let a person have these roles, and only these."""
    with application.app.app_context():
        store = application.datastore
        user = store.get_user(person.email)
        user.roles = [store.find_or_create_role(name) for name in names]
        application.db.session.commit()


def signed_in(application: Application, person: Person) -> Browser:
    """A browser that is inside."""
    browser = application.browser()
    with application.app.app_context():
        sign_in(browser.client, application.datastore.get_user(person.email))
    return browser


def opens(browser: Browser, path: str) -> int:
    """The status of a page, without following redirects."""
    return browser.client.get(path).status_code


def test_without_two_factor_the_password_is_enough(
    applications: Callable[..., Application],
) -> None:
    """The default, as in the seed: no second step."""
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.is_signed_in
    assert browser.path == "/"
    assert application.outbox.messages() == []


def test_two_factor_is_off_by_default(applications: Callable[..., Application]) -> None:
    application = applications()
    del application.app.config["SECURITY_TWO_FACTOR"]
    defaults = type(application.app.extensions["security"].settings)()
    assert defaults.two_factor is False
    assert defaults.two_factor_required is True


def test_without_two_factor_there_is_nothing_to_set_up(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.get("/login/set-up").status == 404
    assert opens(browser, "/strong") == 403


def test_required_for_all_leads_everybody_to_set_one_up(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in


def test_required_for_nobody_lets_the_password_in(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.is_signed_in


def test_required_for_a_role_asks_those_who_have_it(
    applications: Callable[..., Application],
) -> None:
    """S-22: given the role and no factor, only the set-up pages open."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=["admin", "staff"])
    ada, bob = application.person(), application.person("bob@example.com")
    give_role(application, ada, "staff", "reader")
    give_role(application, bob, "reader")
    browser = application.browser()
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in
    other = application.browser()
    other.give_password(bob)
    assert other.is_signed_in


@pytest.mark.parametrize("required", [False, ["admin"]], ids=str)
def test_who_has_a_factor_is_asked_anyway(
    applications: Callable[..., Application], required: bool | list[str]
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=required)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.get("/login/set-up")
    browser.post("/login/send-code", method="email", purpose="first_setup")
    browser.prove_mailbox(ada).set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    assert browser.path == "/login/second-step"
    assert not browser.is_signed_in
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in


def test_a_view_may_ask_for_a_second_factor_of_its_own(
    applications: Callable[..., Application],
) -> None:
    """`second_factor_required` leads a password-only session to the set-up, and back."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    response = browser.client.get("/strong")
    assert response.status_code == 302
    assert response.headers["Location"] == "/login/set-up?next=/strong"
    browser.get("/strong")
    browser.post("/login/send-code", method="email", purpose="first_setup")
    browser.prove_mailbox(ada).set_up(ada, "authenticator")
    assert opens(browser, "/strong") == 200


def test_the_way_through_the_set_up_leads_back_to_the_view(
    applications: Callable[..., Application],
) -> None:
    """The destination survives each form of the set-up, as a browser sends them."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    browser.get("/strong")
    press(browser, "Send code")
    press(browser, "Continue", code=ada.mailed_code())
    press(browser, "Authenticator app")
    ada.app_key = browser.shown_key()
    press(browser, "Turn on", code=ada.app_code())
    assert browser.path == "/strong"
    assert browser.page == "Strong"


def test_a_second_factor_opens_the_strong_view(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    assert opens(browser, "/strong") == 200


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


SCRIPTS = [
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Mode": "same-origin", "Accept": "*/*"},
    {"Sec-Fetch-Mode": "no-cors"},
    {"Content-Type": "application/json"},
]


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


def test_a_method_switched_off_by_the_application_is_not_asked_for(
    applications: Callable[..., Application],
) -> None:
    """Only what the application enables counts as a factor."""
    application = applications(SECURITY_TWO_FACTOR_ENABLED_METHODS=["mail"])
    browser = application.browser()
    ada = application.person()
    browser.give_password(ada).prove_mailbox(ada)
    assert 'data-method="email"' in browser.page
    for gone in ("authenticator", "sms"):
        assert f'data-method="{gone}"' not in browser.page
        assert browser.get(f"/login/set-up/{gone}").status == 404
