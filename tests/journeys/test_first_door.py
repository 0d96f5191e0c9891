"""The first door: address and password, and nothing told to a stranger."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from flask_airlock.domain.passwords import Passwords, Verified
from flask_airlock.testing import CHEAP
from tests.applications import Application
from tests.journeys.support import cookie, read
from tests.people import Browser

TOKEN = re.compile(rb'name="csrf_token"[^>]*')


def refused_page(application: Application, email: str, password: str) -> tuple[int, bytes, str]:
    """Status, bytes without the form token, and headers of a refused login."""
    browser = application.browser()
    browser.get("/login")
    data = {"csrf_token": browser.token(), "email": email, "password": password}
    response = browser.client.post("/login", data=data)
    body = TOKEN.sub(b"", response.get_data()).replace(email.encode(), b"ADDRESS")
    headers = sorted(name for name, _ in response.headers if name != "Content-Length")
    return response.status_code, body, str(headers)


def stored_hash(application: Application, email: str) -> str:
    """The password column of a user."""
    with application.app.app_context():
        return str(application.datastore.get_user(email).password)


def store_hash(application: Application, email: str, stored: str | None) -> None:
    """Write the password column as an older program did."""
    with application.app.app_context():
        application.datastore.get_user(email).password = stored
        application.db.session.commit()


class CountedPasswords(Passwords):
    """Counts the hashes that are checked."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.checked = 0

    def verify(self, stored: str | None, candidate: str) -> Verified:
        """Count, then check."""
        self.checked += 1
        return super().verify(stored, candidate)


def test_the_right_password_opens_the_first_door_only(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in


def test_wrong_unknown_and_inactive_are_answered_byte_for_byte_alike(
    application: Application,
) -> None:
    """S-17: only the form token differs."""
    ada = application.person()
    idle = application.person("ida@example.com", active=False)
    unset = application.person("una@example.com")
    store_hash(application, unset.email, None)
    answers = {
        refused_page(application, ada.email, "wrong"),
        refused_page(application, "nobody@example.com", "wrong"),
        refused_page(application, idle.email, idle.password),
        refused_page(application, unset.email, "wrong"),
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 422


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "no address"])
def test_every_refused_login_costs_one_hash(application: Application, email: str) -> None:
    """S-18: an unknown name costs the same one hash."""
    passwords = CountedPasswords()
    application.person()
    application.app.extensions["security"].passwords = passwords
    refused_page(application, email, "wrong")
    assert passwords.checked == 1


def test_the_hash_for_an_unknown_name_costs_what_a_real_one_costs() -> None:
    """S-18: nobody's hash has the parameters of everybody's."""
    passwords = Passwords(CHEAP)
    cost = passwords.hash("x").rsplit("$", 2)[0]
    assert passwords._nobodys_hash.startswith(cost)


def test_passwords_are_kept_as_argon2id(application: Application) -> None:
    """S-11: salted, with its parameters in the string."""
    ada, bob = application.person(), application.person("bob@example.com")
    kept = [stored_hash(application, person.email) for person in (ada, bob)]
    assert all(value.startswith("$argon2id$v=19$m=") for value in kept)
    assert kept[0] != kept[1]


@pytest.mark.parametrize("method", ["scrypt:1024:8:1", "pbkdf2:sha256:1000"])
def test_hashes_of_werkzeug_are_upgraded_at_login(application: Application, method: str) -> None:
    """S-12: verified as they are, replaced silently after success only."""
    ada, browser = application.person(), application.browser()
    old = generate_password_hash(ada.password, method=method)
    store_hash(application, ada.email, old)
    browser.give_password(ada, "wrong")
    assert stored_hash(application, ada.email) == old
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert stored_hash(application, ada.email).startswith("$argon2id$")
    application.browser().give_password(ada, "wrong")
    again = application.browser().give_password(ada)
    assert again.path == "/login/set-up"


def test_weaker_parameters_are_upgraded_at_login(application: Application) -> None:
    """S-12: a hash of an older cost is replaced."""
    ada = application.person()
    weak = stored_hash(application, ada.email)
    cost = type(CHEAP)(time_cost=2, memory_cost=16, parallelism=1)
    application.app.extensions["security"].passwords = Passwords(cost)
    application.browser().give_password(ada)
    strong = stored_hash(application, ada.email)
    assert strong != weak
    assert "m=16,t=2,p=1" in strong


def test_create_user_never_takes_a_hash_by_accident(application: Application) -> None:
    """What looks like a hash is a password like any other: a stolen hash opens nothing."""
    stolen = generate_password_hash("secret", method="scrypt:1024:8:1")
    eve = application.person("eve@example.com", password=stolen)
    browser = application.browser()
    browser.give_password(eve, "secret")
    assert browser.status == 422
    browser.give_password(eve, stolen)
    assert browser.path == "/login/set-up"


def test_create_user_has_no_rule_of_length_and_makes_active_users(
    application: Application,
) -> None:
    matt = application.person("matt@nobien.net", password="password")
    short = application.person("short@example.com", password="x")
    for person in (matt, short):
        assert application.browser().give_password(person).path == "/login/set-up"


def test_a_password_is_the_same_in_both_unicode_forms(application: Application) -> None:
    """S-06: NFC before hashing and before checking."""
    ada = application.person(password="Café crème 1234")
    browser = application.browser()
    browser.give_password(ada, unicodedata.normalize("NFD", ada.password))
    assert browser.path == "/login/set-up"


def test_an_empty_form_shows_what_is_missing(application: Application) -> None:
    browser = application.browser()
    browser.get("/login")
    browser.post("/login", email="", password="")
    assert browser.status == 422
    assert browser.page.count("Please fill this in.") == 2


def test_a_refused_login_keeps_the_address_and_not_the_password(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.give_password(ada, "a wrong password")
    page = read(browser)
    assert page.one("input", name="email").get("value") == ada.email
    assert not page.one("input", name="password").get("value")
    assert "a wrong password" not in browser.page


def expired(browser: Browser, application: Application) -> None:
    """Make the form token of the page worthless, as time does."""
    browser.page = browser.page.replace(browser.token(), "x" + browser.token())


def test_an_expired_form_is_shown_again_with_the_address_kept(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.get("/login")
    expired(browser, application)
    browser.post("/login", email=ada.email, password=ada.password)
    assert browser.status == 400
    assert "open for too long" in browser.page
    assert read(browser).one("input", name="email").get("value") == ada.email
    browser.post("/login", email=ada.email, password=ada.password)
    assert browser.path == "/login/set-up"


def test_a_token_older_than_the_limit_has_expired(
    applications: Callable[..., Application],
) -> None:
    application = applications(WTF_CSRF_TIME_LIMIT=-1)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.status == 400
    assert "open for too long" in browser.page


def test_a_form_without_its_token_is_refused(application: Application) -> None:
    """S-125: every state-changing request carries a token."""
    ada, browser = application.person(), application.browser()
    response = browser.client.post("/login", data={"email": ada.email, "password": ada.password})
    assert response.status_code == 400
    assert application.events() == []


def test_the_form_token_from_before_a_login_is_worth_nothing_after_it(
    application: Application,
) -> None:
    """S-126: replaced at login."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    before = browser.page
    browser.get("/login/set-up")
    old = application.browser()
    old.get("/login")
    token = old.token()
    old.give_password(ada)
    application.clock.advance(minutes=1)
    old.answer("authenticator", ada.app_code())
    assert old.is_signed_in
    answer = old.client.post("/logout", data={"csrf_token": token})
    assert answer.status_code == 400
    assert old.is_signed_in
    assert before


@pytest.mark.parametrize("field", ["email", "password"])
@pytest.mark.parametrize("value", ["\x00", "a" * 5000, "\ud800", "😀" * 40])
def test_odd_input_is_simply_wrong(application: Application, field: str, value: str) -> None:
    fields: dict[str, Any] = {"email": "ada@example.com", "password": "x"}
    fields[field] = value.encode("utf-8", "surrogatepass")
    application.person()
    browser = application.browser()
    browser.get("/login")
    body = {**fields, "csrf_token": browser.token()}
    response = browser.client.post("/login", data=body)
    assert response.status_code == 422
    assert not cookie(browser, "__Host-airlock_half_open")
