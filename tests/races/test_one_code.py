"""One code opens one door once, however many send it at the same moment."""

import pytest

from tests.people import Browser, Person
from tests.races.actions import Shot, shot
from tests.races.arena import CROWD, Arena, code_of, tokens

METHODS = ["email", "authenticator", "sms"]
POSTED = ["email", "sms"]


def answer(browser: Browser, method: str, code: str) -> Shot:
    """What pressing the button of the second step sends."""
    return shot(browser, "/login/second-step", method=method, code=code)


def assert_one_came_in(arena: Arena, person: Person, handed_out: list[str], before: int) -> None:
    """One session, one event, and one token in everybody's hands."""
    assert len(set(handed_out)) == 1
    assert arena.lets_in(handed_out[0])
    assert len(arena.open_sessions(person)) == 1
    assert arena.events(person, "login_completed") == before + 1


@pytest.mark.promise("Codes.spend", "Sessions.promote")
@pytest.mark.parametrize("method", METHODS)
def test_one_answer_of_one_browser_opens_one_session(
    arena: Arena, rounds: int, method: str
) -> None:
    """S-29: a code works once, atomically, even for parallel requests."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, method)
        browser = arena.half_open(ada, method)
        before = arena.events(ada, "login_completed")
        answers = arena.send([answer(browser, method, code_of(ada, method))] * CROWD)
        assert {one.status for one in answers} <= {303, 422, 429}
        assert_one_came_in(arena, ada, tokens(answers), before)
        assert arena.events(ada, "factor_accepted") == 1


@pytest.mark.parametrize("method", METHODS)
def test_a_double_click_lands_signed_in_once(arena: Arena, rounds: int, method: str) -> None:
    for ada in arena.people(rounds):
        arena.enrolled(ada, method)
        browser = arena.half_open(ada, method)
        before = arena.events(ada, "login_completed")
        answers = arena.send([answer(browser, method, code_of(ada, method))] * 2)
        assert len(tokens(answers)) == 2, answers
        assert_one_came_in(arena, ada, tokens(answers), before)


@pytest.mark.promise("Credentials.spend_step")
def test_one_app_code_lets_one_of_32_logins_in(arena: Arena, rounds: int) -> None:
    """S-45: each time step is accepted once, whoever shows it."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        browsers = [arena.half_open(ada, "authenticator") for _ in range(CROWD)]
        before = arena.events(ada, "login_completed")
        code = ada.app_code()
        answers = arena.send([answer(browser, "authenticator", code) for browser in browsers])
        assert len(tokens(answers)) == 1
        assert_one_came_in(arena, ada, tokens(answers), before)


@pytest.mark.parametrize("method", POSTED)
def test_a_posted_code_opens_only_the_login_that_asked_for_it(
    arena: Arena, rounds: int, method: str
) -> None:
    """S-30: a code that browser A asked for finishes no login of another browser."""
    for ada in arena.people(rounds):
        known = arena.enrolled(ada, method)
        strangers = [arena.half_open(ada, method) for _ in range(CROWD - 1)]
        owner = arena.half_open(ada, method, known)
        code = code_of(ada, method)
        before = arena.events(ada, "login_completed")
        answers = arena.send([answer(one, method, code) for one in (*strangers, owner)])
        assert [one.token is None for one in answers] == [True] * (CROWD - 1) + [False], answers
        assert_one_came_in(arena, ada, tokens(answers), before)


@pytest.mark.promise("Codes.spend")
def test_a_mailed_code_proves_the_address_once(guarded_arena: Arena, rounds: int) -> None:
    """S-29, for the code that comes before the first set-up."""
    for ada in guarded_arena.people(rounds):
        browser = guarded_arena.application.browser().give_password(ada)
        prove = shot(browser, "/login/set-up", action="prove", code=ada.mailed_code())
        answers = guarded_arena.send([prove] * CROWD)
        # A double click of the right code goes on as well; the proof is given once all the same.
        assert any("address_proved" in one.place for one in answers)
        assert guarded_arena.events(ada, "address_proved") == 1
        assert guarded_arena.open_sessions(ada) == []


@pytest.mark.promise("Accounts.ensure_evenly")
def test_a_first_login_that_is_sent_32_times_makes_one_account(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        browser = arena.application.browser().get("/login")
        login = shot(browser, "/login", email=ada.email, password=ada.password)
        answers = arena.send([login] * CROWD)
        assert {one.status for one in answers} == {303}
        assert arena.account_id(ada)
        assert len(arena.rows(ada, "sessions", stage="half_open")) == CROWD


@pytest.mark.promise("Sessions.end")
def test_a_session_is_signed_out_once(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator")
        browser = arena.application.browser().log_in(ada, "authenticator").get("/logout")
        before = arena.events(ada, "signed_out")
        arena.send([shot(browser, "/logout")] * CROWD)
        assert arena.events(ada, "signed_out") == before + 1
        assert arena.open_sessions(ada) == []


@pytest.mark.promise("Codes.put")
def test_a_code_asked_for_32_times_leaves_one_that_works(arena: Arena, rounds: int) -> None:
    """S-31: a new code replaces the older one, also when all are asked for at once."""
    for ada in arena.people(rounds):
        arena.enrolled(ada, "authenticator", "sms")
        browser = arena.application.browser().give_password(ada)
        ask = shot(browser, "/login/send-code", method="sms", purpose="login")
        answers = arena.send([ask] * CROWD)
        assert {one.status for one in answers} == {303}
        assert len(arena.rows(ada, "codes", purpose="login", method="sms")) == 1
        browser.post("/login/send-code", method="sms", purpose="login")
        browser.answer("sms", ada.texted_code())
        assert browser.is_signed_in


def test_a_set_up_begun_32_times_at_once_can_be_finished(arena: Arena, rounds: int) -> None:
    for ada in arena.people(rounds):
        browser = arena.application.browser().give_password(ada).get("/login/set-up")
        begin = shot(browser, "/login/set-up/authenticator", action="begin")
        answers = arena.send([begin] * CROWD)
        assert {one.status for one in answers} == {303}
        ada.app_key = browser.get("/login/set-up/authenticator").shown_key()
        browser.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
        assert browser.is_signed_in
        assert arena.rows(ada, "setups", closed_at=None) == []
