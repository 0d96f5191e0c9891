"""A letter is sent once, however many workers find it waiting."""

import pytest

from flask_airlock.domain.letters import Channel, Letter
from flask_airlock.flows import letters
from flask_airlock.flows.services import Work
from tests.people import Person
from tests.races.actions import deliver, sent_to, sweep
from tests.races.arena import CROWD, Arena

WORKERS = 8


def waiting_letter(arena: Arena, person: Person) -> int:
    """A letter whose row is committed, and that nobody carries yet."""
    services = arena.application.app.extensions["security"].services
    facts = {"at": "now", "browser": "curl", "address": "127.0.0.1", "service": "Test service"}
    letter = Letter(to=person.email, channel=Channel.MAIL, template="rescue_heard", facts=facts)
    # A unit of the database's own: one of the services would carry the letter at its end.
    with arena.application.app.test_request_context(), services.database.begin() as unit:
        return letters.write(services, Work(services, unit), letter)


@pytest.mark.promise("Letters.claim")
def test_a_letter_that_32_workers_claim_is_sent_once(guarded_arena: Arena, rounds: int) -> None:
    for ada in guarded_arena.people(rounds):
        letter_id = waiting_letter(guarded_arena, ada)
        guarded_arena.race(deliver, [letter_id] * CROWD)
        assert_sent_once(guarded_arena, ada, letter_id)


@pytest.mark.promise("Letters.claim")
def test_an_overdue_letter_that_32_workers_pick_up_is_sent_once(
    guarded_arena: Arena, rounds: int
) -> None:
    for ada in guarded_arena.people(rounds):
        letter_id = waiting_letter(guarded_arena, ada)
        guarded_arena.application.clock.advance(minutes=1)
        guarded_arena.race(sweep, [None] * CROWD)
        assert_sent_once(guarded_arena, ada, letter_id)


def assert_sent_once(arena: Arena, person: Person, letter_id: int) -> None:
    """One process handed it over, once; the row says so, and its text is gone."""
    handed_over = arena.race(sent_to, [person.email] * 4)
    assert sum(handed_over) == 1
    (row,) = [row for row in arena.application.rows("letters") if row["id"] == letter_id]
    assert (row["state"], row["attempts"], row["message"]) == ("sent", 1, None)
