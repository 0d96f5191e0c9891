"""Nobody has a grace twice, and nobody has one who has had a factor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.applications import Application
from tests.journeys.life import reset
from tests.journeys.support import enrolled_person, prove_before_first_setup, tries_to_enrol
from tests.people import Browser, Person

GRACE = timedelta(days=14)


@pytest.fixture
def graceful(applications: Callable[..., Application]) -> Application:
    """Everybody needs a second factor, and has two weeks to set one up."""
    return applications(SECURITY_TWO_FACTOR_GRACE=GRACE)


def log_in_anew(application: Application, person: Person) -> Browser:
    """The first door, in a browser that nobody has used."""
    return application.browser().give_password(person)


def lose_factors(application: Application, person: Person) -> None:
    """Her factors are removed, as if she had never needed one."""
    services = application.app.extensions["security"].services
    with application.app.app_context(), services.begin() as work:
        account = work.unit.accounts.of_user(application.datastore.get_user(person.email).id)
        work.unit.credentials.revoke_all(account.id, "owner", services.clock())
        work.unit.accounts.prefer(account.id, None)


def test_a_thief_in_the_grace_sets_up_nothing_without_the_mailbox(graceful: Application) -> None:
    """S-84: what the password alone opens is the account, never its factors."""
    ada = graceful.person()
    thief = log_in_anew(graceful, ada)
    assert thief.is_signed_in
    assert not tries_to_enrol(thief)


def _add_and_remove(application: Application, ada: Person) -> None:
    browser = log_in_anew(application, ada)
    prove_before_first_setup(browser, ada).set_up(ada, "authenticator")
    lose_factors(application, ada)


def _ask_the_administrator(application: Application, ada: Person) -> None:
    runner = application.app.test_cli_runner()
    arguments = ["users", "reset-factors", ada.email, "--reason", "a thief called"]
    assert runner.invoke(args=arguments).exit_code == 0


def _end_everything(application: Application, ada: Person) -> None:
    runner = application.app.test_cli_runner()
    for command in ("deactivate", "activate"):
        assert runner.invoke(args=["users", command, ada.email]).exit_code == 0
    reset(application, ada)


@pytest.mark.parametrize(
    "trick,over_at_once",
    [(_add_and_remove, True), (_ask_the_administrator, True), (_end_everything, False)],
    ids=["adds and removes one", "has all reset", "is switched off and on, resets the password"],
)
def test_nobody_starts_the_clock_again(
    graceful: Application, trick: Callable[[Application, Person], None], over_at_once: bool
) -> None:
    ada = graceful.person()
    log_in_anew(graceful, ada)
    graceful.clock.advance(days=7)
    trick(graceful, ada)
    assert log_in_anew(graceful, ada).is_signed_in != over_at_once
    graceful.clock.advance(days=7)
    assert not log_in_anew(graceful, ada).is_signed_in
    assert graceful.events().count("factor_asked_for") == 1


def test_who_had_a_factor_before_there_was_a_grace_gets_none(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    uri = f"sqlite:///{tmp_path}/same.sqlite"
    before = applications(uri, SECURITY_TWO_FACTOR_REQUIRED=False)
    ada = before.person()
    browser = log_in_anew(before, ada)
    prove_before_first_setup(browser, ada).set_up(ada, "authenticator")
    lose_factors(before, ada)
    after = applications(uri, SECURITY_TWO_FACTOR_GRACE=GRACE)
    assert not log_in_anew(after, ada).is_signed_in
    assert "factor_asked_for" not in after.events()


def test_whose_method_was_switched_off_gets_none(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    uri = f"sqlite:///{tmp_path}/same.sqlite"
    ada, _ = enrolled_person(applications(uri), "sms")
    settings = {"SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"]}
    after = applications(uri, SECURITY_TWO_FACTOR_GRACE=GRACE, **settings)
    browser = log_in_anew(after, ada)
    assert browser.path == "/login/set-up"
    assert not browser.is_signed_in
