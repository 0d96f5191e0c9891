"""Sessions end while others end them too, and while somebody is just coming in."""

from collections.abc import Iterator

from tests.journeys.support import signed_in
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, tokens

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
