"""The token of a trusted browser, shown many times at once: by its owner, and by a thief."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from flask_airlock.domain.trust import Ending, Token, TrustedBrowser
from flask_airlock.domain.vault import digest
from tests.journeys.trust import PAGE
from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, tokens
from tests.races.test_promises import Call, Stand, all_alike, make, stand


def trusting(arena: Arena, person: Person) -> Browser:
    """A browser that the person trusts, signed out."""
    arena.enrolled(person, "authenticator")
    browser = arena.half_open(person, "authenticator")
    code = person.app_code()
    browser.post("/login/second-step", method="authenticator", code=code, trusts="y")
    assert browser.is_signed_in, browser.page
    browser.log_out()
    arena.application.clock.advance(minutes=1)
    return browser


def login(browser: Browser, person: Person) -> Shot:
    """The password, and the token as the browser holds it now."""
    browser.get("/login")
    return shot(browser, "/login", email=person.email, password=person.password)


@pytest.mark.promise("TrustedBrowsers.rotate")
def test_a_token_that_is_shown_by_many_at_once_is_changed_once(
    life_arena: Arena, rounds: int
) -> None:
    """S-111: all that came at once are one browser, and are given the same token."""
    for ada in life_arena.people(rounds):
        browser = trusting(life_arena, ada)
        answers = life_arena.send([login(browser, ada)] * (CROWD // 2))
        assert {answer.status for answer in answers} == {303}
        assert len(tokens(answers)) == CROWD // 2
        (row,) = life_arena.rows(ada, "trusted_browsers")
        assert (row["uses"], row["ended_at"]) == (1, None)
        assert life_arena.events(ada, "trusted_browser_stolen") == 0


@pytest.mark.promise("TrustedBrowsers.end")
def test_a_copy_that_is_shown_32_times_is_told_once(life_arena: Arena, rounds: int) -> None:
    """S-111: one end, one letter, and everybody is asked for the second step."""
    for ada in life_arena.people(rounds):
        browser = trusting(life_arena, ada)
        copy = login(browser, ada)
        for _ in range(2):
            browser.give_password(ada).log_out()
            life_arena.application.clock.advance(minutes=1)
        answers = life_arena.send([copy] * CROWD)
        assert tokens(answers) == []
        assert {answer.place for answer in answers} == {"/login/second-step"}
        (row,) = life_arena.rows(ada, "trusted_browsers")
        assert row["reason"] == "stolen"
        assert life_arena.events(ada, "trusted_browser_stolen") == 1
        assert len(life_arena.rows(ada, "letters", template="trusted_browser_stolen")) == 1


def test_no_login_by_trust_outlives_its_end(life_arena: Arena, rounds: int) -> None:
    """S-112: logins race the removal of all trust; whoever came in by it is out after that."""
    for ada in life_arena.people(rounds):
        browser = trusting(life_arena, ada)
        inside = life_arena.half_open(ada, "authenticator")
        inside.answer("authenticator", ada.app_code())
        remove = shot(inside.get(PAGE), PAGE, do="remove_all")
        attempts = [login(browser, ada)] * (CROWD // 2)
        answers = life_arena.send([*attempts[:8], remove, *attempts[8:]])
        assert [one for one in tokens(answers) if life_arena.lets_in(one)] == []
        assert life_arena.rows(ada, "trusted_browsers", ended_at=None) == []


def trusted(at: Stand) -> tuple[TrustedBrowser, Token]:
    """A browser that is trusted, and the token that it shows."""
    token = Token(f"series {at.account_id}", "the first")
    browser = TrustedBrowser(
        id=0,
        account_id=at.account_id,
        name="Mine",
        agent="",
        address="",
        uses=0,
        created_at=at.now,
        last_used_at=at.now,
        expires_at=at.now + timedelta(days=14),
        series=token.series_digest,
        digest=token.digest,
        previous_digest=None,
        bound_to=digest("what there was"),
    )
    at.do("trusted_browsers", "add", browser)
    found = at.do("trusted_browsers", "of_series", at.account_id, token.series_digest, at.now)
    return found, token


def rotate(at: Stand) -> list[Call]:
    """The token of a trusted browser, shown by many who each would be given another one."""
    browser, token = trusted(at)
    wanted = [Token(token.series, f"{number} of {at.account_id}") for number in range(CROWD)]
    return [Call("trusted_browsers", "rotate", (browser, token, new, at.now)) for new in wanted]


def end_trust(at: Stand) -> list[Call]:
    """A spent token, found by many."""
    browser, _ = trusted(at)
    found = (at.account_id, browser.id, Ending.STOLEN, at.now)
    return all_alike(Call("trusted_browsers", "end", found))


ASKED: dict[str, Callable[[Stand], Sequence[Call]]] = {
    "TrustedBrowsers.rotate": rotate,
    "TrustedBrowsers.end": end_trust,
}


@pytest.mark.promise(*ASKED)
@pytest.mark.parametrize("promise", ASKED)
def test_of_32_who_ask_the_store_one_is_told_yes(arena: Arena, rounds: int, promise: str) -> None:
    """Without the account's lock, which stands before it on the way through a page."""
    for ada in arena.people(rounds):
        calls = ASKED[promise](stand(arena, ada))
        assert sorted(arena.race(make, calls)) == [False] * (CROWD - 1) + [True]
