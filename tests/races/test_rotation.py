"""Eight rotations at once, and people who sign in meanwhile: every secret stays what it is."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.domain.directory import Rotation
from flask_airlock.flows import key_rotation
from tests.applications import SETTINGS, Application
from tests.people import Person
from tests.races.actions import Answer, Shot, send, shot
from tests.races.arena import Arena, code_of, tokens, unbroken
from tests.races.crew import Act, Result
from tests.sealing import boxes, key_id, seal_under

# Other races' applications on the same database know this key alone: here it is the newest, and
# what people have is put under an older one.
NEWEST: str = SETTINGS["SECRET_KEY"]
OLDER = "a key of long ago, which is long enough for this"
SITE = (
    ("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", False),
    ("SECURITY_ENCRYPTION_KEYS", (NEWEST, OLDER)),
)
Arenas = Callable[[tuple[tuple[str, Any], ...]], Arena]
CREW = 8
LETTERS = 60
CLICKS = 3
SMALL_BATCH = 7
METHODS = ("authenticator", "sms", "authenticator", "sms", "authenticator")


def rotate(application: Application, _: None) -> Rotation:
    """What the command does."""
    services = application.app.extensions["security"].services
    with application.app.app_context():
        return key_rotation.rotate(services, SMALL_BATCH)


def send_or_rotate(application: Application, what: Shot | None) -> Answer | Rotation:
    """Send a request; or, for None, rotate the keys."""
    return rotate(application, None) if what is None else send(application, what)


def settle_or_rotate(application: Application, letters: range | None) -> Rotation | None:
    """Letters are sent one after the other, and wiped with it; or, for None, rotate the keys."""
    if letters is None:
        return rotate(application, None)
    services = application.app.extensions["security"].services
    for letter_id in letters:
        with application.app.app_context(), services.begin() as work:
            work.unit.letters.settle(letter_id, application.clock.now)
    return None


def at_once(arena: Arena, act: Act[Result], work: Sequence[Any]) -> list[Result]:
    """Eight rotations, and the work, all at once; the rotations' results come first."""
    jobs = [*[None] * CREW, *work]
    if arena.across_processes:
        return arena.race(act, jobs)
    # A database in memory has one connection, and no command reaches it from outside: in turn.
    return [act(arena.application, job) for job in jobs]


def enrolled_long_ago(arena: Arena) -> list[Person]:
    """One person for each of the methods, each factor under the older key."""
    people = list(arena.people(len(METHODS)))
    for person, method in zip(people, METHODS, strict=True):
        arena.enrolled(person, method)
        mine = {"account_id": arena.account_id(person)}
        assert seal_under(arena.application, OLDER, NEWEST, **mine) > 0
    return people


def answer_of(arena: Arena, person: Person, method: str) -> Shot:
    """The right answer of a browser between the doors."""
    browser = arena.half_open(person, method)
    return shot(browser, "/login/second-step", method=method, code=code_of(person, method))


def keys_of(arena: Arena, people: list[Person]) -> set[str]:
    """The ids in front of what these people have."""
    application, ids = arena.application, {arena.account_id(person) for person in people}
    owners = {row["id"]: row["account_id"] for row in application.rows("credentials")}
    there = boxes(application, "credentials")
    return {box[1:9].hex() for row, box in there.items() if owners[row] in ids}


@pytest.mark.promise("Credentials.seal_anew", "Seals.seal_anew")
def test_rotations_and_logins_at_once_lose_nothing(arenas: Arenas, rounds: int) -> None:
    """S-115: keys rotate without downtime: all get in meanwhile, and later by the same secret."""
    arena = arenas(SITE)
    for _ in range(rounds):
        people = enrolled_long_ago(arena)
        assert keys_of(arena, people) == {key_id(OLDER)}
        pairs = list(zip(people, METHODS, strict=True))
        answers = [answer_of(arena, *pair) for pair in pairs]
        clicks = [answer for answer in answers for _ in range(CLICKS)]
        done = at_once(arena, send_or_rotate, clicks)
        unbroken([one for one in done if isinstance(one, Answer)])
        for number, person in enumerate(people):
            start = CREW + number * CLICKS
            mine = [one for one in done[start : start + CLICKS] if isinstance(one, Answer)]
            (token,) = set(tokens(mine))
            assert arena.lets_in(token)
            assert len(arena.open_sessions(person)) == 1
        found = [it for one in done if isinstance(one, Rotation) for it in one.found]
        assert not any(it.older or it.broken for it in found)
        assert keys_of(arena, people) == {key_id(NEWEST)}
        arena.application.clock.advance(minutes=1)
        for person, method in pairs:
            browser = arena.half_open(person, method)
            assert browser.answer(method, code_of(person, method)).is_signed_in


def letters_of_long_ago(arena: Arena, person: Person) -> range:
    """Letters that nobody has carried yet, under the older key."""
    application, now = arena.application, arena.application.clock.now
    services, mine = application.app.extensions["security"].services, arena.account_id(person)
    later = {"now": now + timedelta(hours=1), "expires_at": now + timedelta(days=1)}
    with application.app.app_context(), services.begin() as work:
        ids = [
            work.unit.letters.add(
                b"dear Ada", channel="mail", template="code", account_id=mine, **later
            )
            for _ in range(LETTERS)
        ]
    assert seal_under(application, OLDER, NEWEST, template="code", account_id=mine) == LETTERS
    return range(ids[0], ids[-1] + 1)


@pytest.mark.promise("Seals.seal_anew")
def test_what_is_wiped_meanwhile_is_not_written_again(arenas: Arenas, rounds: int) -> None:
    """The box that was read is what an UPDATE looks for: a letter that has gone stays empty."""
    arena = arenas(SITE)
    for ada in arena.people(rounds):
        arena.application.browser().give_password(ada)
        letters = letters_of_long_ago(arena, ada)
        halves = [letters[::2], letters[1::2]]
        at_once(arena, settle_or_rotate, halves)
        assert len(arena.rows(ada, "letters", state="sent", message=None)) >= LETTERS
        assert not boxes(arena.application, "letters").keys() & set(letters)
