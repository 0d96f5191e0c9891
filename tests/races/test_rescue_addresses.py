"""The way back by another mailbox, all at once: one code, one rescue, two addresses at the most."""

import pytest

from tests.journeys.rescuing import (
    PAGE,
    SECOND_MAILBOX,
    add_address,
    answer,
    ask_for_code,
    rescue_code,
)
from tests.people import Browser, Person
from tests.races.actions import shot
from tests.races.arena import CROWD, Arena, tokens


def inside(arena: Arena, person: Person) -> Browser:
    """A browser that is signed in by an app."""
    return arena.enrolled(person, "authenticator").log_in(person, "authenticator")


def ready(arena: Arena, person: Person) -> Browser:
    """A browser that knows the person, who has a rescue address that counts, and signed out."""
    browser = add_address(arena.application, inside(arena, person), SECOND_MAILBOX).log_out()
    arena.application.clock.advance(hours=24, minutes=1)
    return browser


def rescued(arena: Arena, person: Person, browser: Browser) -> Browser:
    """A browser that shows the key of a new app, after the code came back."""
    ask_for_code(arena.application, person, browser)
    answer(browser, rescue_code(arena.application))
    browser.get("/login/set-up")
    return browser.post("/login/set-up/authenticator", action="begin")


def live(arena: Arena, person: Person, subject: str, over: str) -> int:
    """How many rows of a table are not over."""
    return len(arena.rows(person, subject, **{over: None}))


def test_of_many_addresses_that_are_added_at_once_two_stay(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        browser = inside(arena, ada).get(PAGE)
        wanted = [f"{number}.{ada.email}" for number in range(8)]
        shots = [shot(browser, PAGE, action="add", email=address) for address in wanted]
        answers = arena.send(shots * (CROWD // len(shots)))
        assert {answer.status for answer in answers} <= {303, 422}
        assert live(arena, ada, "rescue_addresses", "removed_at") == 2


@pytest.mark.promise("RescueAddresses.prove")
def test_a_code_sent_32_times_proves_once(arena: Arena, rounds: int) -> None:
    """One event, and one letter to the address on file."""
    for ada in arena.people(rounds):
        browser = inside(arena, ada).get(PAGE).post(PAGE, action="add", email=SECOND_MAILBOX)
        (row,) = arena.rows(ada, "rescue_addresses")
        found = arena.application.outbox.messages(to=SECOND_MAILBOX)[-1].message.text
        code = next(word for word in found.split() if word.isdigit() and len(word) == 8)
        proof = shot(browser, PAGE, action="prove", number=str(row["id"]), code=code)
        answers = arena.send([proof] * CROWD)
        assert {answer.status for answer in answers} <= {303, 422, 429}
        assert arena.events(ada, "rescue_address_added") == 1
        assert len(arena.rows(ada, "letters", template="rescue_address_added")) == 1


def test_a_rescue_code_sent_32_times_is_one_rescue(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        browser = ask_for_code(arena.application, ada, ready(arena, ada))
        code = rescue_code(arena.application)
        arena.send([shot(browser, "/login/rescue", action="answer", code=code)] * CROWD)
        assert arena.events(ada, "rescue_begun") == 1
        assert live(arena, ada, "credentials", "revoked_at") == 1


def test_of_two_rescues_that_end_at_once_one_does(arena: Arena, rounds: int) -> None:
    """The other one lapses, and the one factor that is there is the winner's."""
    for ada in arena.people(rounds):
        browsers = [ready(arena, ada), arena.application.browser()]
        shots = []
        for browser in browsers:
            rescued(arena, ada, browser)
            ada.app_key = browser.shown_key()
            path = "/login/set-up/authenticator"
            shots.append(shot(browser, path, action="confirm", code=ada.app_code()))
        answers = arena.send(shots * (CROWD // 2))
        winners = {token for token in tokens(answers) if arena.lets_in(token)}
        assert len(winners) == 1
        assert live(arena, ada, "credentials", "revoked_at") == 1
        assert arena.events(ada, "rescue_completed") == 1
        assert len(arena.rows(ada, "letters", template="rescued")) == 2


def test_a_rescue_that_ends_while_its_address_is_removed_is_over_or_done(
    arena: Arena, rounds: int
) -> None:
    """Never both: a thief who is through has taken the owner's session with all others."""
    for ada in arena.people(rounds):
        owner = ready(arena, ada).log_in(ada, "authenticator").get(PAGE)
        (row,) = arena.rows(ada, "rescue_addresses")
        remove = shot(owner, PAGE, action="remove", number=str(row["id"]))
        thief = rescued(arena, ada, arena.application.browser())
        ada.app_key = thief.shown_key()
        path = "/login/set-up/authenticator"
        end = shot(thief, path, action="confirm", code=ada.app_code())
        arena.send([remove, end] * 8)
        was_removed = live(arena, ada, "rescue_addresses", "removed_at") == 0
        is_done = arena.events(ada, "rescue_completed") == 1
        assert was_removed is not is_done
