"""Sessions end while others end them too, and while somebody is just coming in."""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from flask_airlock.domain.accounts import Account
from flask_airlock.domain.login_state import Stage
from flask_airlock.domain.sessions import Session
from flask_airlock.errors import StoreBusy
from tests.applications import Application
from tests.journeys.support import signed_in
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, tokens
from tests.storage.units import session_of

PAGE = "/security/sessions"
LOGINS = CROWD // 4


def inside(arena: Arena, person: Person) -> Browser:
    """A browser that is signed in, with the page of sessions open."""
    browser = signed_in(arena.application, person).get(PAGE)
    assert browser.path == PAGE, browser.page
    return browser


def half_open(arena: Arena, person: Person) -> Iterator[Shot]:
    """Browsers between the doors that send the right code next, each its own."""
    for _ in range(LOGINS):
        browser = arena.half_open(person, "email")
        code = person.mailed_code()
        yield shot(browser, "/login/second-step", method="email", code=code)


def test_of_32_browsers_that_sign_out_everywhere_one_does_and_one_letter_tells(
    arena: Arena, rounds: int
) -> None:
    """S-106: the others are out by then, so that they end nothing."""
    for ada in arena.people(rounds):
        browsers = [inside(arena, ada) for _ in range(CROWD)]
        answers = arena.send([shot(browser, PAGE, end="all") for browser in browsers])
        assert {answer.status for answer in answers} <= {302, 303}
        assert len([one for one in answers if "all_ended" in one.place]) == 1
        assert all("/login" in one.place for one in answers)
        assert arena.open_sessions(ada) == []
        assert arena.events(ada, "sessions_ended") == 1
        assert len(arena.rows(ada, "letters", template="sessions_ended")) == 1


def test_of_32_browsers_that_sign_out_all_others_one_stays(arena: Arena, rounds: int) -> None:
    """S-106: never none, and never two."""
    for ada in arena.people(rounds):
        browsers = [inside(arena, ada) for _ in range(CROWD)]
        arena.send([shot(browser, PAGE, end="others") for browser in browsers])
        assert len(arena.open_sessions(ada)) == 1
        assert [browser.is_signed_in for browser in browsers].count(True) == 1
        assert arena.events(ada, "sessions_ended") == 1


def test_no_login_that_had_begun_slips_through_while_all_sessions_end(
    arena: Arena, rounds: int
) -> None:
    """S-105: right codes on their way in; whoever got in first is out again."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, "email")
        shots = list(half_open(arena, ada))
        ending = shot(inside(arena, ada), PAGE, end="all")
        answers = arena.send([*shots, ending])
        assert "all_ended" in answers[-1].place
        assert arena.open_sessions(ada) == []
        assert not any(arena.lets_in(token) for token in tokens(answers))


def open_or_change(application: Application, job: tuple[Account, Session] | Account) -> bool:
    """Open a session on an account that was read before; or, for the account alone, change it and
    end all its sessions. False where it is not as it was read."""
    services = application.app.extensions["security"].services
    with application.app.app_context(), suppress(StoreBusy), services.begin() as work:
        if isinstance(job, Account):
            work.unit.accounts.lock(job.id)
            work.unit.sessions.end_all(job.id, application.clock.now)
        else:
            account, session = job
            work.unit.sessions.open(secrets.token_bytes(32), session, account)
        return True
    return False


@pytest.mark.no_request
@pytest.mark.promise("Sessions.open")
def test_no_session_is_opened_by_who_read_the_account_before_it_was_changed(
    arena: Arena, rounds: int
) -> None:
    """S-105: a password takes its time; who was first is ended by the change, who is later is
    refused, and comes in when he has read anew."""
    for ada in arena.people(rounds):
        inside(arena, ada)
        (row,) = arena.open_sessions(ada)
        account = account_of(arena, row["account_id"])
        jobs: list[Any] = [(account, session_of(account.id, Stage.SIGNED_IN))] * CROWD
        jobs.insert(CROWD // 2, account)
        arena.race(open_or_change, jobs)
        assert arena.open_sessions(ada) == []
        assert not open_or_change(arena.application, jobs[0])
        again = account_of(arena, row["account_id"])
        assert again.revision > account.revision
        assert open_or_change(arena.application, (again, jobs[0][1]))


def account_of(arena: Arena, account_id: int) -> Account:
    """The account as it is now."""
    services = arena.application.app.extensions["security"].services
    with arena.application.app.app_context(), services.look() as unit:
        found: Account | None = unit.accounts.of_id(account_id)
    assert found is not None
    return found
