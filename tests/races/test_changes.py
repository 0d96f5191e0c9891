"""What people change in their own accounts, all at once: one wins, and nothing is half done."""

from collections import Counter

import pytest

from tests.journeys.life import ANOTHER, ask_for_reset, follow
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, tokens
from tests.races.test_links import choices, moving


def inside(arena: Arena, person: Person) -> Browser:
    """A browser that is signed in by the password alone."""
    browser = arena.application.browser().give_password(person)
    assert browser.is_signed_in
    return browser


@pytest.mark.promise("Sessions.renew")
def test_of_32_changes_of_the_password_in_one_session_one_holds(
    life_arena: Arena, rounds: int
) -> None:
    """S-10, S-105: the others are told to sign in again, and every other session is over."""
    for ada in life_arena.people(rounds):
        elsewhere, browser = inside(life_arena, ada), inside(life_arena, ada)
        browser.get("/change-password")
        wanted = [f"{number} quiet lighthouses at noon" for number in range(CROWD)]
        answers = life_arena.send(
            [
                shot(browser, "/change-password", current=ada.password, password=password)
                for password in wanted
            ]
        )
        assert {answer.status for answer in answers} <= {302, 303}
        (winner,) = [place for place, one in enumerate(answers) if "changed" in one.place]
        assert all("/login" in one.place for one in answers if one is not answers[winner])
        assert life_arena.knows(ada.email, wanted[winner])
        assert life_arena.events(ada, "password_changed") == 1
        assert len(life_arena.rows(ada, "letters", template="password_changed")) == 1
        assert tokens(answers) == [answers[winner].token]
        assert life_arena.lets_in(answers[winner].token or "")
        assert len(life_arena.open_sessions(ada)) == 1
        assert not elsewhere.is_signed_in


@pytest.mark.promise("UserRows.change_username")
def test_of_32_people_who_want_one_user_name_one_gets_it(life_arena: Arena, rounds: int) -> None:
    for place, ada in enumerate(life_arena.people(rounds)):
        people = [ada, *life_arena.people(CROWD - 1)]
        name = f"countess-{ada.email.partition('@')[0]}-{place}"
        shots = [wish(inside(life_arena, person), person, name) for person in people]
        answers = life_arena.send(shots)
        assert Counter(answer.status for answer in answers) == {303: 1, 422: CROWD - 1}
        holders = [person for person in people if user_name(life_arena, person) == name]
        assert len(holders) == 1
        assert life_arena.events(holders[0], "username_changed") == 1


def wish(browser: Browser, person: Person, name: str) -> Shot:
    """The request for another user name."""
    browser.get("/change-username")
    return shot(browser, "/change-username", current=person.password, username=name)


def user_name(arena: Arena, person: Person) -> str | None:
    """The person's user name."""
    user = arena.user(person.email)
    return user["username"] if user else None


def test_no_session_of_before_survives_a_reset(life_arena: Arena, rounds: int) -> None:
    """S-105: logins with the old password race the reset; none of them outlives it."""
    for ada in life_arena.people(rounds):
        ask_for_reset(life_arena.application, ada.email)
        (choice,) = choices([follow(life_arena.application, ada.email)])
        browser = life_arena.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = life_arena.send([*[login] * 8, choice, *[login] * 8])
        assert answers[8].status == 303
        assert life_arena.knows(ada.email, choice.form["password"])
        assert [token for token in tokens(answers) if life_arena.lets_in(token)] == []
        assert life_arena.rows(ada, "sessions", ended_at=None) == []


def test_a_password_that_is_reset_and_changed_at_once_is_one_of_the_two(
    life_arena: Arena, rounds: int
) -> None:
    """Whoever is inside by the old password is out, whichever of the two comes last."""
    for ada in life_arena.people(rounds):
        browser = inside(life_arena, ada).get("/change-password")
        ask_for_reset(life_arena.application, ada.email)
        (choice,) = choices([follow(life_arena.application, ada.email)])
        fields = {"current": ada.password, "password": ANOTHER}
        changes = [shot(browser, "/change-password", **fields)] * 4
        answers = life_arena.send([*changes, choice])
        words = (ANOTHER, choice.form["password"])
        kept = [word for word in words if life_arena.knows(ada.email, word)]
        assert len(kept) == 1
        was_reset = answers[-1].status == 303
        assert kept == [choice.form["password"] if was_reset else ANOTHER]
        assert len(life_arena.open_sessions(ada)) == (0 if was_reset else 1)
        assert life_arena.live_links(ada) == []


def test_an_address_that_is_being_left_is_kept_for_who_may_take_it_back(
    life_arena: Arena, rounds: int
) -> None:
    """X-52: somebody with an older link to it gets it neither before nor after, nor in between."""
    for ada in life_arena.people(rounds):
        (thief,) = life_arena.people(1)
        first = f"first-{ada.email}"
        snatch = moving(life_arena, thief, first)
        moving(life_arena, ada, first).post("/confirm-new-email")
        there = Person(life_arena.application, first, ada.password)
        leave = moving(life_arena, there, f"next-{ada.email}")
        answers = life_arena.send(
            [shot(leave, "/confirm-new-email"), *[shot(snatch, "/confirm-new-email")] * 8]
        )
        assert [answer.status for answer in answers] == [303, *[409] * 8]
        assert life_arena.user(first) is None
