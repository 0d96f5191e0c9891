"""Somebody wants to go, and somebody comes back: each happens once."""

import pytest

from tests.people import Browser, Person
from tests.races.actions import shot
from tests.races.arena import CROWD, Arena, tokens


def going(arena: Arena, person: Person, method: str = "") -> Browser:
    """A browser that has asked for the account to be removed, a week before it is."""
    browser = arena.application.browser()
    browser = browser.log_in(person, method) if method else browser.give_password(person)
    browser.get("/delete-account").post("/delete-account", current=person.password)
    assert "will be removed" in browser.page
    arena.application.clock.advance(minutes=1)
    return browser


def due(arena: Arena, person: Person) -> bool:
    """Whether the account is to be removed."""
    (row,) = [
        row for row in arena.application.rows("accounts") if row["id"] == arena.account_id(person)
    ]
    return row["delete_at"] is not None


@pytest.mark.promise("Accounts.schedule_deletion")
def test_a_removal_asked_for_32_times_is_asked_for_once(life_arena: Arena, rounds: int) -> None:
    for ada in life_arena.people(rounds):
        browser = life_arena.application.browser().give_password(ada).get("/delete-account")
        wish = shot(browser, "/delete-account", current=ada.password)
        answers = life_arena.send([wish] * CROWD)
        assert {answer.status for answer in answers} == {200}
        assert due(life_arena, ada)
        assert life_arena.events(ada, "deletion_requested") == 1
        assert len(life_arena.rows(ada, "letters", template="account_going")) == 1
        assert life_arena.rows(ada, "sessions", ended_at=None) == []


def assert_kept_once(arena: Arena, person: Person) -> None:
    """One event, one letter, and the account stays."""
    assert not due(arena, person)
    assert arena.events(person, "deletion_cancelled") == 1
    assert len(arena.rows(person, "letters", template="account_kept")) == 1


@pytest.mark.promise("Accounts.cancel_deletion")
def test_32_logins_by_password_at_once_keep_the_account_once(
    life_arena: Arena, rounds: int
) -> None:
    for ada in life_arena.people(rounds):
        going(life_arena, ada)
        browser = life_arena.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = life_arena.send([login] * CROWD)
        assert len(set(tokens(answers))) == CROWD
        assert_kept_once(life_arena, ada)


def test_32_logins_through_both_doors_keep_the_account_once(life_arena: Arena, rounds: int) -> None:
    for ada in life_arena.people(rounds):
        life_arena.enrolled(ada, "authenticator")
        going(life_arena, ada, "authenticator")
        code = ada.app_code()
        browsers = [life_arena.half_open(ada, "authenticator") for _ in range(CROWD)]
        answers = life_arena.send(
            [
                shot(browser, "/login/second-step", method="authenticator", code=code)
                for browser in browsers
            ]
        )
        assert len(tokens(answers)) == 1
        assert_kept_once(life_arena, ada)


def test_who_signs_in_while_the_removal_is_asked_for_keeps_the_account_or_is_out(
    life_arena: Arena, rounds: int
) -> None:
    """Nobody is inside an account that goes in a week all the same."""
    for ada in life_arena.people(rounds):
        browser = life_arena.application.browser().give_password(ada).get("/delete-account")
        wish = shot(browser, "/delete-account", current=ada.password)
        login = shot(
            life_arena.application.browser().get("/login"),
            "/login", email=ada.email, password=ada.password,
        )  # fmt: skip
        answers = life_arena.send([*[login] * 8, wish, *[login] * 8])
        still_in = [token for token in tokens(answers) if life_arena.lets_in(token)]
        assert not (due(life_arena, ada) and still_in)
