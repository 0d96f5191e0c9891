"""What a thief who has the password alone gets, where for a while a password was enough."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.applications import Application
from tests.journeys.support import (
    enrolled_person,
    give_role,
    known_marks,
    live_sessions,
    moved,
    opens,
    prove_before_first_setup,
    tries_to_enrol,
    wrong,
)
from tests.people import Browser, Person

Make = Callable[..., Application]
Start = tuple[Application, Person, Browser]


def required_of_nobody(make: Make, uri: str) -> Start:
    """The thief sits inside by the password; nobody has to have a factor."""
    application = make(uri, SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, thief = application.person(), application.browser()
    return application, ada, thief.give_password(ada)


def required_of_a_role(make: Make, uri: str) -> Start:
    """The thief was inside before Ada was given a role that needs a factor."""
    application = make(uri, SECURITY_TWO_FACTOR_REQUIRED=["admin"])
    ada, thief = application.person(), application.browser()
    thief.give_password(ada).log_out()
    give_role(application, ada, "admin")
    application.clock.advance(days=90)
    return application, ada, thief.give_password(ada)


def switched_on_later(make: Make, uri: str) -> Start:
    """The thief was inside before the application had a second step at all."""
    before = make(uri, SECURITY_TWO_FACTOR=False)
    ada, early = before.person(), before.browser()
    early.give_password(ada)
    application = make(uri)
    ada = Person(application, ada.email, ada.password)
    return application, ada, moved(early, application).give_password(ada)


STARTS = [required_of_nobody, required_of_a_role, switched_on_later]


@pytest.fixture
def uri(tmp_path: Any) -> str:
    """A database that outlives a restart of the application."""
    return f"sqlite:///{tmp_path}/attack.sqlite"


@pytest.fixture(params=STARTS, ids=lambda start: start.__name__)
def start(request: pytest.FixtureRequest, applications: Make, uri: str) -> Start:
    """Each of the settings in which a password alone opened something."""
    made: Start = request.param(applications, uri)
    return made


def test_a_password_alone_makes_no_browser_known(start: Start) -> None:
    """S-96: a known browser is one that gave two proofs."""
    _application, _ada, thief = start
    assert known_marks(thief) == []


def test_a_thief_does_not_walk_in_behind_the_owners_proof(start: Start) -> None:
    """S-84: the proof of the mailbox counts in the browser that gave it alone."""
    application, ada, thief = start
    owner = application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada)
    assert not tries_to_enrol(thief)
    assert application.rows("credentials") == []
    owner.set_up(ada, "authenticator")
    assert opens(owner, "/strong") == 200
    assert not thief.is_signed_in


def test_two_proofs_make_a_browser_known(start: Start) -> None:
    application, ada, _thief = start
    owner = application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada)
    assert len(known_marks(owner)) == 1


def test_a_thief_cannot_close_the_owners_side(applications: Make, uri: str) -> None:
    """S-93, S-96: his wrong codes are counted on the strangers' side."""
    application, ada, thief = required_of_nobody(applications, uri)
    thief.log_out()
    owner = application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada).set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    for _ in range(21):
        thief.give_password(ada).answer("authenticator", wrong(ada.app_code()))
    assert thief.status == 429
    owner.give_password(ada).answer("authenticator", ada.app_code())
    assert owner.is_signed_in


@pytest.mark.parametrize("required", [False, ["admin"]], ids=str)
def test_after_a_reset_the_password_alone_opens_nothing(
    applications: Make, required: bool | list[str]
) -> None:
    """Whoever lost his factors to an administrator sets one up, whatever the policy."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=required)
    ada, owner = application.person(), application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada).set_up(ada, "authenticator")
    with application.app.app_context():
        arguments = ["users", "reset-factors", ada.email, "--reason", "she lost her phone"]
        assert application.app.test_cli_runner().invoke(args=arguments).exit_code == 0
    assert not owner.is_signed_in
    for browser in (application.browser(), owner):
        browser.give_password(ada)
        assert not browser.is_signed_in
        assert opens(browser, "/strong") == 302
        assert not tries_to_enrol(browser)
    assert live_sessions(application) == []


@pytest.mark.parametrize("method", ["email", "authenticator", "sms"])
def test_a_first_factor_ends_the_sessions_of_a_password_alone(
    applications: Make, uri: str, method: str
) -> None:
    application, ada, thief = required_of_nobody(applications, uri)
    assert thief.is_signed_in
    owner = application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada).set_up(ada, method)
    assert owner.is_signed_in
    assert not thief.is_signed_in
    assert not tries_to_enrol(thief)
    application.clock.advance(hours=1)
    assert not thief.is_signed_in


def test_a_role_that_needs_a_factor_ends_the_sessions_of_a_password_alone(
    applications: Make,
) -> None:
    """S-22: at the next request, on every page and not on the role's own alone."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=["admin"])
    ada, bob = application.person(), application.person("bob@example.com")
    hers, his = application.browser().give_password(ada), application.browser().give_password(bob)
    assert hers.is_signed_in
    assert his.is_signed_in
    give_role(application, ada, "admin")
    assert not hers.is_signed_in
    assert his.is_signed_in
    assert opens(hers, "/admin") == 302
    hers.give_password(ada)
    assert hers.path == "/login/set-up"


def test_a_role_ends_no_session_of_a_second_factor(applications: Make) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=["admin"])
    ada, owner = application.person(), application.browser()
    owner.give_password(ada)
    prove_before_first_setup(owner, ada).set_up(ada, "authenticator")
    give_role(application, ada, "admin")
    assert opens(owner, "/admin") == 200


@contextmanager
def sms_switched_off(make: Make, uri: str, **settings: Any) -> Iterator[tuple[Person, Browser]]:
    """Ada set up text messages; then the application stopped sending any."""
    before = make(uri, **settings)
    ada, owner = before.person(), before.browser()
    owner.give_password(ada)
    if settings.get("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", True):
        prove_before_first_setup(owner, ada)
    owner.set_up(ada, "sms").log_out()
    after = make(
        uri,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["email", "authenticator"],
        **settings,
    )
    yield Person(after, ada.email, ada.password), after.browser()


@pytest.mark.parametrize("required", [True, False, ["admin"]], ids=str)
def test_switching_off_the_only_method_does_not_let_the_password_in(
    applications: Make, uri: str, required: bool | list[str]
) -> None:
    settings = {"SECURITY_TWO_FACTOR_REQUIRED": required}
    with sms_switched_off(applications, uri, **settings) as (ada, thief):
        thief.give_password(ada)
        assert thief.path == "/login/set-up"
        assert not thief.is_signed_in
        assert not tries_to_enrol(thief)
        thief.prove_mailbox(ada).set_up(ada, "authenticator")
        assert thief.is_signed_in


def test_nor_where_first_set_ups_need_no_mail(applications: Make, uri: str) -> None:
    """It would be no first set-up: the owner had a factor, and the password may be a thief's."""
    settings = {"SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False}
    with sms_switched_off(applications, uri, **settings) as (ada, thief):
        thief.give_password(ada)
        assert not tries_to_enrol(thief)
        assert not thief.is_signed_in


def test_a_second_login_by_password_does_not_make_the_owners_browser_unknown(
    application: Application,
) -> None:
    ada, owner = enrolled_person(application)
    marks = known_marks(owner)
    owner.give_password(ada).log_out()
    assert marks
    assert known_marks(owner) == marks
