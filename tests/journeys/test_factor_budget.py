"""Wrong codes of a month: of all methods together, what resets give back, what many apps cost."""

from collections.abc import Callable

from tests.applications import Application
from tests.journeys.life import ANOTHER, reset
from tests.journeys.support import enrolled_person, wrong
from tests.people import Browser, Person


def guess_in_rounds(application: Application, ada: Person, browser: Browser, each: int) -> int:
    """Wrong codes, then the right one, again and again: how many wrong ones are looked at."""
    looked_at = 0
    for _ in range(20):
        application.clock.advance(minutes=1)
        browser.give_password(ada)
        for _ in range(each):
            browser.answer("authenticator", wrong(ada.app_code()))
            if browser.status == 429:
                return looked_at
            looked_at += 1
        browser.answer("authenticator", ada.app_code()).log_out()
    return looked_at


def test_success_does_not_refund_the_months_budget(
    applications: Callable[..., Application],
) -> None:
    """S-94: nineteen wrong and one right, repeated, end at fifty in thirty days."""
    application = applications(SECURITY_WAIT=0)
    ada, browser = enrolled_person(application)
    assert guess_in_rounds(application, ada, browser, 19) == 50
    assert "the next is looked at on" in browser.page
    application.clock.advance(days=20)
    assert browser.give_password(ada).answer("authenticator", ada.app_code()).status == 429
    application.clock.advance(days=21)
    assert browser.give_password(ada).answer("authenticator", ada.app_code()).status == 200
    assert browser.is_signed_in


def test_right_answers_cost_nothing_of_the_budget(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_WAIT=0)
    ada, browser = enrolled_person(application)
    for _ in range(60):
        application.clock.advance(minutes=1)
        assert browser.log_in(ada, "authenticator").is_signed_in
        browser.log_out()
    rows = [row for row in application.rows("windows") if row["subject"] == "factors"]
    assert {row["count_0"] for row in rows} == {0}


def test_all_factors_share_one_budget(applications: Callable[..., Application]) -> None:
    """S-94: one per account, shared by its second factors."""
    application = applications(SECURITY_WAIT=0, SECURITY_FACTOR_BUDGET=10)
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "email").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    for _ in range(6):
        browser.answer("authenticator", wrong(ada.app_code()))
    browser.post("/login/send-code", method="email", purpose="login")
    statuses = [browser.answer("email", wrong(ada.mailed_code())).status for _ in range(5)]
    assert statuses == [422] * 4 + [429]


def test_a_reset_gives_five_tries_back_once_in_thirty_days(
    applications: Callable[..., Application],
) -> None:
    """Enough for the owner, whose budget a thief has spent; too little for who reads his mail."""
    application = applications(SECURITY_WAIT=0, SECURITY_FACTOR_BUDGET=6)
    ada, browser = enrolled_person(application)

    def looked_at() -> int:
        statuses = []
        for _ in range(7):
            browser.give_password(ada).answer("authenticator", wrong(ada.app_code()))
            statuses.append(browser.status)
        assert set(statuses) <= {422, 429}
        return statuses.count(422)

    assert looked_at() == 6
    reset(application, ada, "one quiet lighthouse at noon")
    assert looked_at() == 5
    reset(application, ada, "two quiet lighthouses at noon")
    assert looked_at() == 0
    application.clock.advance(days=31)
    reset(application, ada, "three quiet lighthouses at noon")
    assert looked_at() == 5


def test_a_spent_budget_is_told_before_the_answer_and_no_code_goes_out(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_WAIT=0, SECURITY_FACTOR_BUDGET=5)
    ada, browser = enrolled_person(application, "email")
    thief = application.browser().give_password(ada)
    for _ in range(5):
        thief.answer("email", wrong(ada.mailed_code()))
    sent = len(application.outbox.messages())
    thief.give_password(ada)
    assert "the next is looked at on" in thief.page
    assert "somebody knows your password" in thief.page
    thief.post("/login/send-code", method="email", purpose="login")
    assert thief.status == 429
    assert len(application.outbox.messages()) == sent
    assert browser.log_in(ada, "email").is_signed_in


def test_a_reset_reopens_what_strangers_closed(
    applications: Callable[..., Application],
) -> None:
    """S-93, S-96: an owner whom no browser knows yet gets in with his app."""
    application = applications(SECURITY_WAIT=0)
    ada, _ = enrolled_person(application)
    thief = application.browser().give_password(ada)
    for _ in range(20):
        thief.answer("authenticator", wrong(ada.app_code()))
    application.clock.advance(minutes=1)
    fresh = application.browser().give_password(ada)
    assert fresh.answer("authenticator", ada.app_code()).status == 429
    reset(application, ada, ANOTHER)
    application.clock.advance(minutes=1)
    assert application.browser().log_in(ada, "authenticator").is_signed_in


def test_an_answer_costs_as_many_tries_as_there_are_apps(
    applications: Callable[..., Application],
) -> None:
    """S-92: three apps would else be three chances for the price of one."""
    application = applications(SECURITY_WAIT=0)
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    for _ in range(2):
        application.clock.advance(minutes=1)
        browser.set_up(ada, "authenticator")
    application.clock.advance(minutes=1)
    thief = application.browser().give_password(ada)
    statuses = [thief.answer("authenticator", wrong(ada.app_code())).status for _ in range(8)]
    assert statuses == [422] * 7 + [429]
    counted = {
        row["side"]: row["count_0"]
        for row in application.rows("windows")
        if row["subject"] == "factors"
    }
    assert counted == {"known": 0, "strangers": 21}


def test_an_administrators_reset_frees_the_budget(
    applications: Callable[..., Application],
) -> None:
    """The factors that were guessed at are gone; what comes next begins from zero."""
    application = applications(SECURITY_WAIT=0, SECURITY_FACTOR_BUDGET=5)
    ada, browser = enrolled_person(application)
    browser.give_password(ada)
    for _ in range(5):
        browser.answer("authenticator", wrong(ada.app_code()))
    run = application.app.test_cli_runner().invoke
    run(args=["users", "reset-factors", ada.email, "--reason", "lost her phone"])
    rows = [row for row in application.rows("windows") if row["subject"] == "factors"]
    assert [row["count_0"] for row in rows] == [0]
