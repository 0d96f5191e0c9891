"""A mailed link is used once, and what it brings is brought once, however many follow it."""

from collections import Counter
from collections.abc import Sequence

import pytest

from flask_airlock.domain.accounts import Visitor
from flask_airlock.flows import invitation
from tests.journeys.life import ask_for_reset, fill_in, follow, link_in
from tests.people import Browser, Person
from tests.races.actions import Answer, Shot, shot
from tests.races.arena import CROWD, Arena

SPENT = 410


def passwords(count: int = CROWD) -> list[str]:
    """Good ones, and no two the same."""
    return [f"{number} quiet lighthouses at noon" for number in range(count)]


def one_went_through(answers: Sequence[Answer]) -> int:
    """The place of the one answer that leads on; all others say that the link is used up."""
    assert Counter(answer.status for answer in answers) == {303: 1, SPENT: len(answers) - 1}
    return next(place for place, answer in enumerate(answers) if answer.status == 303)


def choices(browsers: Sequence[Browser], path: str = "/reset-password") -> list[Shot]:
    """A password from each of the browsers, which have followed a link."""
    chosen = zip(browsers, passwords(len(browsers)), strict=True)
    return [shot(browser, path, password=password) for browser, password in chosen]


def assert_reset_once(arena: Arena, person: Person, winner: int) -> None:
    """One password, one event, one letter, no link and no session left."""
    assert arena.knows(person.email, passwords()[winner])
    assert arena.events(person, "password_reset") == 1
    assert len(arena.rows(person, "letters", template="password_was_reset")) == 1
    assert arena.live_links(person) == []
    assert arena.rows(person, "sessions", ended_at=None) == []


@pytest.mark.promise("LinkTokens.spend")
def test_a_reset_link_used_32_times_sets_one_password(life_arena: Arena, rounds: int) -> None:
    """S-120: single use, for 32 people with the same link and a password of their own."""
    for ada in life_arena.people(rounds):
        inside = life_arena.application.browser().give_password(ada)
        assert inside.is_signed_in
        ask_for_reset(life_arena.application, ada.email)
        browser = follow(life_arena.application, ada.email)
        winner = one_went_through(life_arena.send(choices([browser] * CROWD)))
        assert_reset_once(life_arena, ada, winner)
        assert not inside.is_signed_in


def test_of_three_live_links_used_at_once_one_sets_the_password(
    life_arena: Arena, rounds: int
) -> None:
    """S-121: the use of one voids the others, also when all are used at the same moment."""
    for ada in life_arena.people(rounds):
        browsers = []
        for _ in range(3):
            ask_for_reset(life_arena.application, ada.email)
            browsers.append(follow(life_arena.application, ada.email))
        winner = one_went_through(life_arena.send(choices(browsers)))
        assert_reset_once(life_arena, ada, winner)


def test_32_reset_links_asked_for_at_once_are_three(life_arena: Arena, rounds: int) -> None:
    """S-83: three letters an hour, and three live links."""
    for ada in life_arena.people(rounds):
        browser = life_arena.application.browser().get("/forgot-password")
        answers = life_arena.send([shot(browser, "/forgot-password", email=ada.email)] * CROWD)
        assert {answer.status for answer in answers} == {200}
        assert life_arena.live_links(ada) == ["reset"] * 3
        written = life_arena.rows(ada, "letters", template="reset_password")
        assert len(written) == CROWD, "those after the third are decoys: rows like the others"
        assert sent(life_arena, ada, "reset_password") == 3


def sent(arena: Arena, person: Person, template: str) -> int:
    """How many letters of a kind went out; decoys went nowhere."""
    rows = arena.rows(person, "events", name="letter_sent")
    return sum(f'"channel": "mail", "template": "{template}"' in row["detail"] for row in rows)


@pytest.mark.promise("LinkTokens.spend", "UserRows.confirm")
def test_a_confirmation_link_used_32_times_confirms_once(life_arena: Arena, rounds: int) -> None:
    for address in life_arena.addresses(rounds):
        fill_in(life_arena.application, address)
        browser = follow(life_arena.application, address)
        one_went_through(life_arena.send([shot(browser, "/confirm-email")] * CROWD))
        grace = Person(life_arena.application, address, "")
        assert life_arena.events(grace, "address_confirmed") == 1
        user = life_arena.user(address)
        assert user is not None
        assert user["confirmed_at"] is not None


def test_an_invitation_used_32_times_sets_one_password(life_arena: Arena, rounds: int) -> None:
    for address in life_arena.addresses(rounds):
        grace = life_arena.application.person(address, password=None, confirmed_at=None)
        invite(life_arena, grace)
        browser = follow(life_arena.application, address)
        shots = choices([browser] * CROWD, "/reset-password?by=invitation")
        winner = one_went_through(life_arena.send(shots))
        assert life_arena.knows(address, passwords()[winner])
        assert life_arena.events(grace, "password_reset") == 1
        assert life_arena.live_links(grace) == []


def invite(arena: Arena, person: Person) -> None:
    """What an administrator does."""
    services = arena.application.app.extensions["security"].services
    with arena.application.app.test_request_context(), services.begin() as work:
        invitation.invite(services, work, work.unit.users.by_email(person.email), Visitor())


def moving(arena: Arena, person: Person, new: str) -> Browser:
    """A browser that is inside and has followed the link to a new address."""
    browser = arena.application.browser().give_password(person).get("/change-email")
    browser.post("/change-email", current=person.password, email=new)
    return follow(arena.application, new, browser)


def moved(arena: Arena, person: Person, new: str) -> str:
    """Change the address; the link in the letter to the old one, which takes it back."""
    moving(arena, person, new).post("/confirm-new-email")
    assert arena.user(new) is not None
    return link_in(arena.application, person.email)


def test_a_link_to_a_new_address_used_32_times_changes_it_once(
    life_arena: Arena, rounds: int
) -> None:
    for ada in life_arena.people(rounds):
        new = f"new-{ada.email}"
        browser = moving(life_arena, ada, new)
        one_went_through(life_arena.send([shot(browser, "/confirm-new-email")] * CROWD))
        there = Person(life_arena.application, new, ada.password)
        assert life_arena.user(ada.email) is None
        assert life_arena.events(there, "email_changed") == 1
        assert life_arena.live_links(there) == ["undo_email"]
        assert browser.is_signed_in


def test_a_link_to_undo_used_32_times_undoes_once(life_arena: Arena, rounds: int) -> None:
    for ada in life_arena.people(rounds):
        new = f"new-{ada.email}"
        browser = life_arena.application.browser().get(moved(life_arena, ada, new))
        one_went_through(life_arena.send([shot(browser, "/undo-email")] * CROWD))
        assert life_arena.user(new) is None
        assert life_arena.events(ada, "email_restored") == 1
        assert len(life_arena.rows(ada, "letters", template="email_restored")) == 2
        assert life_arena.live_links(ada) == ["reset"]
        assert life_arena.rows(ada, "sessions", ended_at=None) == []


def test_whoever_undoes_wins_against_a_further_change(life_arena: Arena, rounds: int) -> None:
    """X-52: whichever comes first, in the end the first address is back."""
    for ada in life_arena.people(rounds):
        undo = life_arena.application.browser().get(moved(life_arena, ada, f"new-{ada.email}"))
        thief = Person(life_arena.application, f"new-{ada.email}", ada.password)
        further = moving(life_arena, thief, f"further-{ada.email}")
        taken_back, changed = life_arena.send(
            [shot(undo, "/undo-email"), shot(further, "/confirm-new-email")]
        )
        assert taken_back.status == 303, taken_back
        assert changed.status in (303, SPENT)
        assert life_arena.user(ada.email) is not None
        assert life_arena.live_links(ada) == ["reset"]
        assert life_arena.rows(ada, "sessions", ended_at=None) == []
        assert not further.is_signed_in


@pytest.mark.promise("UserRows.change_email")
def test_of_two_accounts_that_change_to_one_address_at_once_one_gets_it(
    life_arena: Arena, rounds: int
) -> None:
    for new in life_arena.addresses(rounds):
        people = list(life_arena.people(8))
        browsers = [moving(life_arena, person, new) for person in people]
        answers = life_arena.send([shot(browser, "/confirm-new-email") for browser in browsers])
        assert Counter(answer.status for answer in answers) == {303: 1, 409: 7}
        winner = next(place for place, answer in enumerate(answers) if answer.status == 303)
        for place, person in enumerate(people):
            assert (life_arena.user(person.email) is None) is (place == winner)
