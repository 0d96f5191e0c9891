"""`flask airlock who-is-locked-out`: whom a policy stops, told before it is switched on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from flask_airlock.flows import lockout
from tests.applications import Application
from tests.cli.support import answer, done, refusal, run
from tests.journeys.support import counted_statements, enrolled_person, give_role, set_user
from tests.people import Person

COMMAND = ("airlock", "who-is-locked-out")
Make = Callable[..., Application]


@pytest.fixture
def anywhere(database_url: str, applications: Make) -> Make:
    """Makes applications on one database of each kind."""
    return lambda **settings: applications(database_url, **settings)


def fates(application: Application, *options: str, status: int = 0) -> dict[str, str]:
    """Why each user is there, by the name of the mailbox."""
    found = answer(application, *COMMAND, *options, status=status)
    return {user["email"].partition("@")[0]: user["why"] for user in found["users"]}


def people(application: Application, *names: str) -> list[Person]:
    """Users with a password, and nothing beside."""
    return [application.person(f"{name}@example.com") for name in names]


def many(application: Application, count: int) -> None:
    """Users as another program would have written them."""
    with application.app.app_context():
        table = application.datastore.user_model.__table__
        rows = [{"email": f"p{number}@example.com", "active": True} for number in range(count)]
        application.db.session.execute(sa.insert(table), rows)
        application.db.session.commit()


def test_whoever_lacks_a_factor_is_told_and_nobody_else(anywhere: Make) -> None:
    application = anywhere()
    enrolled_person(application)
    people(application, "bob")
    bob = {"id": 2, "email": "bob@example.com", "why": "no_factor"}
    assert answer(application, *COMMAND) == {
        "users": [{**bob, "locked_out": False, "due_at": None}],
        "of": 2,
        "asked": 1,
        "locked_out": 0,
    }
    assert done(application, *COMMAND).splitlines() == [
        "ID  ADDRESS          WHAT",
        "2   bob@example.com  would set one up",
        "1 of 2 would be asked to set up a factor at their next login; 0 could not",
    ]


def test_a_policy_is_tried_before_it_is_configured(anywhere: Make) -> None:
    """S-22: for everybody, or for roles; whoever has a factor of the right kind is not told."""
    quick = {"SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False}
    application = anywhere(SECURITY_TWO_FACTOR_REQUIRED=["admin"], **quick)
    ada, bob, eve, _ = people(application, "ada", "bob", "eve", "zoe")
    application.browser().give_password(ada).set_up(ada, "authenticator")
    for person, role in ((ada, "admin"), (bob, "admin"), (eve, "staff")):
        give_role(application, person, role)
    assert fates(application) == {"bob": "no_factor"}
    assert fates(application, "--required", "staff") == {"eve": "no_factor"}
    both = fates(application, "--required", "staff", "--required", "admin")
    assert both == {"bob": "no_factor", "eve": "no_factor"}
    assert set(fates(application, "--required", "all")) == {"bob", "eve", "zoe"}
    assert fates(application, "--methods", "sms") == {"ada": "methods_off", "bob": "no_factor"}
    assert "methods_off" not in fates(application, "--methods", "authenticator").values()
    assert refusal(application, *COMMAND, "--required", "nobody")[0] == "unknown_role"
    assert refusal(application, *COMMAND, "--methods", "fax", status=2)[0] == "wrong_call"


def test_where_the_second_factor_is_off_a_policy_has_to_be_named(applications: Make) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    people(application, "ada")
    assert "--required" in done(application, *COMMAND)
    assert fates(application) == {}
    assert fates(application, "--required", "all") == {"ada": "no_factor"}


def test_who_could_not_even_set_one_up_is_locked_out(anywhere: Make) -> None:
    """The exit status tells it to a script."""
    application = anywhere(SECURITY_CONFIRMABLE=True)
    _, bob, eve, zoe = people(application, "ada", "bob", "eve", "zoe")
    set_user(application, bob, confirmed_at=None)
    done(application, "users", "reset-factors", eve.email, "--reason", "lost")
    set_user(application, zoe, active=False)
    expected = {"ada": "no_factor", "bob": "unconfirmed", "eve": "needs_setup_link"}
    assert fates(application, status=1) == expected
    assert fates(application, "--inactive", status=1) == {**expected, "zoe": "inactive"}
    found = answer(application, *COMMAND, status=1)
    assert (found["of"], found["asked"], found["locked_out"]) == (3, 3, 2)
    said = run(application, *COMMAND)
    assert said.exit_code == 1
    assert said.stdout.splitlines()[-1].endswith("login; 2 could not")


@pytest.mark.parametrize("by_mail,why", [(True, "no_address"), (False, "no_factor")])
def test_who_has_no_address_could_not_prove_it(applications: Make, by_mail: bool, why: str) -> None:
    """Where the first set-up begins with a code by mail."""
    application = applications(SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL=by_mail)
    many(application, 1)
    with application.app.app_context():
        table = application.datastore.user_model.__table__
        application.db.session.execute(sa.update(table).values(email=None))
        application.db.session.commit()
    found = answer(application, *COMMAND, status=int(by_mail))
    assert [(user["email"], user["why"]) for user in found["users"]] == [(None, why)]
    assert "1   -  " in run(application, *COMMAND).stdout


def test_a_grace_that_runs_is_told(applications: Make) -> None:
    application = applications(SECURITY_TWO_FACTOR_GRACE=timedelta(days=14))
    application.browser().give_password(application.person())
    due = application.clock.now + timedelta(days=14)
    (ada,) = answer(application, *COMMAND)["users"]
    assert ada["due_at"] == due.isoformat()
    assert f"would set one up, by {due:%Y-%m-%d %H:%M} UTC" in done(application, *COMMAND)
    application.clock.advance(days=14)
    (ada,) = answer(application, *COMMAND)["users"]
    assert ada["due_at"] is None


def test_a_long_list_is_read_page_by_page_one_statement_each(anywhere: Make) -> None:
    application = anywhere()
    many(application, 2 * lockout.PAGE + 1)
    services = application.app.extensions["security"].services
    done(application, *COMMAND)
    with application.app.app_context(), counted_statements(application) as sent:
        demand = lockout.demand_of(services, None, (), inactive=False)
        found = [user.id for user in lockout.stopped(services, demand)]
    assert len(sent) == 3
    assert found == list(range(1, 2 * lockout.PAGE + 2))
    assert "1,001 of 1,001 would be asked" in done(application, *COMMAND)
