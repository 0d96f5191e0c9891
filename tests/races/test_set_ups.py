"""A set-up is finished once, a link is spent once, however many try at the same moment."""

import pytest

from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, code_of, tokens

METHODS = ["email", "authenticator", "sms"]


def begun(arena: Arena, browser: Browser, person: Person, method: str) -> Shot:
    """A set-up that waits for its code, and the request that confirms it."""
    browser.get("/login/set-up")
    browser.post(f"/login/set-up/{method}", action="begin")
    if method == "sms":
        browser.post("/login/set-up/sms", action="begin", phone=person.phone)
    if method == "authenticator":
        person.app_key = browser.shown_key()
    code = code_of(person, method)
    return shot(browser, f"/login/set-up/{method}", action="confirm", code=code)


@pytest.mark.promise("Setups.finish")
@pytest.mark.parametrize("method", METHODS)
def test_a_first_set_up_confirmed_32_times_makes_one_factor(
    arena: Arena, rounds: int, method: str
) -> None:
    for ada in arena.people(rounds):
        browser = arena.application.browser().give_password(ada)
        answers = arena.send([begun(arena, browser, ada, method)] * CROWD)
        assert {one.status for one in answers} <= {303, 422, 429}
        assert len(set(tokens(answers))) == 1
        assert len(arena.rows(ada, "credentials")) == 1
        assert arena.events(ada, "factor_added") == 1
        assert arena.events(ada, "login_completed") == 1
        assert len(arena.open_sessions(ada)) == 1


@pytest.mark.parametrize("method", ["authenticator", "sms"])
def test_a_further_set_up_confirmed_32_times_makes_one_factor(
    arena: Arena, rounds: int, method: str
) -> None:
    first = "sms" if method == "authenticator" else "authenticator"
    for ada in arena.people(rounds):
        browser = arena.application.browser().give_password(ada).set_up(ada, first)
        arena.application.clock.advance(minutes=1)
        answers = arena.send([begun(arena, browser, ada, method)] * CROWD)
        assert {one.status for one in answers} <= {303, 422, 429}
        assert len(set(tokens(answers))) == 1
        assert len(arena.rows(ada, "credentials", method=method)) == 1
        assert len(arena.open_sessions(ada)) == 1


@pytest.mark.parametrize("count", [2, 16])
def test_of_several_first_set_ups_finished_at_once_one_counts(
    arena: Arena, rounds: int, count: int
) -> None:
    """A thief with the password and the owner finish at the same moment: one is inside."""
    for ada in arena.people(rounds):
        browsers = [arena.application.browser().give_password(ada) for _ in range(count)]
        confirms = [begun(arena, browser, ada, "authenticator") for browser in browsers]
        answers = arena.send(confirms)
        assert len(tokens(answers)) == 1, answers
        assert len(arena.rows(ada, "credentials")) == 1
        assert len(arena.open_sessions(ada)) == 1
        assert arena.events(ada, "login_completed") == 1


@pytest.mark.promise("LinkTokens.spend")
def test_a_set_up_link_is_spent_once_by_32_logins(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        before = arena.events(ada, "login_completed")
        with arena.application.app.app_context():
            runner = arena.application.app.test_cli_runner()
            done = runner.invoke(args=["users", "reset-factors", ada.email, "--reason", "lost"])
        assert done.exit_code == 0, done.output
        answers = arena.send([confirm_behind_link(arena, ada) for _ in range(CROWD)])
        assert len(tokens(answers)) == 1, answers
        assert len(arena.rows(ada, "credentials", revoked_at=None)) == 1
        assert len(arena.open_sessions(ada)) == 1
        assert arena.events(ada, "login_completed") == before + 1


def confirm_behind_link(arena: Arena, person: Person) -> Shot:
    """A browser of its own that followed the link, and has a set-up ready to confirm."""
    letters = arena.application.outbox.messages(to=person.email)
    link = next(word for word in letters[-1].message.text.split() if "/login/set-up-link/" in word)
    browser = arena.application.browser()
    browser.get("/login/set-up-link/" + link.rpartition("/")[2])
    browser.post("/login", email=person.email, password=person.password)
    return begun(arena, browser, person, "authenticator")
