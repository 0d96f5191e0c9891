"""What happened is recorded and announced, without secrets (STANDARDS S-130, S-132)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flask_airlock.domain.events import (
    ALL_EVENTS,
    CodeRequested,
    Event,
    FactorAdded,
    LoginCompleted,
)
from flask_airlock.signals import SIGNALS, signal_of
from tests.applications import Application
from tests.journeys.support import HALF_OPEN, SESSION, cookie, enrolled_person, press, wrong

STORY = [
    "first_factor_accepted", "code_requested", "letter_sent",
    "address_proved", "setup_begun", "factor_added", "login_completed", "letter_sent",
]  # fmt: skip


@contextmanager
def heard() -> Iterator[list[tuple[Any, Event]]]:
    """Every signal that is sent inside the block."""
    kept: list[tuple[Any, Event]] = []

    def hear(sender: Any, event: Event) -> None:
        kept.append((sender, event))

    for signal in SIGNALS.values():
        signal.connect(hear)
    try:
        yield kept
    finally:
        for signal in SIGNALS.values():
            signal.disconnect(hear)


def test_there_is_one_signal_for_each_event() -> None:
    assert set(SIGNALS) == {kind.name for kind in ALL_EVENTS}
    assert len({signal.name for signal in SIGNALS.values()}) == len(ALL_EVENTS)


def test_a_first_set_up_is_recorded_step_by_step(application: Application) -> None:
    application.browser().enrol(application.person(), "authenticator")
    assert application.events() == STORY


def test_signals_and_rows_tell_the_same(application: Application) -> None:
    """The sender is the application, the event the fact."""
    with heard() as kept:
        ada, browser = application.person(), application.browser()
        browser.enrol(ada, "sms").log_out()
        application.clock.advance(minutes=1)
        browser.give_password(ada, "wrong")
        browser.give_password(ada).answer("sms", wrong(ada.texted_code()))
        browser.answer("sms", ada.texted_code())
    assert [event.name for _, event in kept] == application.events()
    assert {sender for sender, _ in kept} == {application.app}


@pytest.mark.parametrize(
    "name", ["first_factor_refused", "factor_refused", "setup_refused", "letter_failed"]
)
def test_failures_are_events_too(application: Application, name: str) -> None:
    ada, browser = enrolled_person(application)
    browser.give_password(ada, "wrong")
    browser.give_password(ada).answer("authenticator", wrong(ada.app_code()))
    browser.answer("authenticator", ada.app_code())
    browser.get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    browser.post("/login/set-up/authenticator", action="confirm", code="000000")
    del application.app.extensions["mail"]
    application.app.config["MAIL_SERVER"] = "127.0.0.1"
    browser.post("/login/set-up/email", action="begin")
    other = application.browser()
    other.give_password(application.person("bob@example.com"))
    assert name in application.events()


def test_a_signal_can_be_heard_by_its_event(application: Application) -> None:
    seen: list[LoginCompleted] = []

    def hear(_: Any, event: LoginCompleted) -> None:
        seen.append(event)

    signal_of(LoginCompleted).connect(hear)
    application.browser().enrol(application.person(), "authenticator")
    assert [event.proofs for event in seen] == [("password", "authenticator")]
    assert signal_of(FactorAdded) is SIGNALS["factor_added"]


def test_an_event_says_when_and_from_where(application: Application) -> None:
    browser = application.browser(**{"User-Agent": "Tester/1 \u00e9\tx"})
    browser.give_password(application.person())
    row = application.rows("events")[0]
    assert row["at"] == application.clock.now.replace(tzinfo=None)
    assert row["address"] == "127.0.0.1"
    assert row["agent"].startswith("Tester/1 ")
    assert row["agent"].isascii()
    assert row["agent"].isprintable()


def test_the_event_is_announced_after_the_commit(application: Application) -> None:
    """Who hears of it finds it in the table."""
    found: list[bool] = []

    def look(_: Any, event: Event) -> None:
        found.append("factor_added" in application.events())

    signal_of(FactorAdded).connect(look)
    application.browser().enrol(application.person(), "authenticator")
    assert found == [True]


def test_a_receiver_that_raises_breaks_neither_the_request_nor_its_letters(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    """The code is on its way although whoever heard of it fell over."""
    ada, browser = enrolled_person(application, "email")
    before = len(application.outbox.messages(to=ada.email))

    def stumble(_: Any, event: Event) -> None:
        raise RuntimeError("on purpose")

    with signal_of(CodeRequested).connected_to(stumble):
        browser.give_password(ada)
    assert browser.path == "/login/second-step"
    assert len(application.outbox.messages(to=ada.email)) == before + 1
    assert "a receiver of airlock-code-requested raised" in caplog.text


def test_no_table_and_no_signal_holds_a_secret(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    """Passwords, codes, keys, numbers, addresses in full, and tokens of every kind."""
    secrets: set[str] = set()
    with heard() as kept, caplog.at_level("DEBUG", logger="flask_airlock"):
        ada, browser = application.person(), application.browser()
        browser.give_password(ada)
        secrets |= {ada.password, ada.mailed_code(), cookie(browser, HALF_OPEN)}
        browser.prove_mailbox(ada).set_up(ada, "authenticator")
        secrets |= {ada.app_key, ada.app_code(), cookie(browser, SESSION)}
        browser.set_up(ada, "sms")
        secrets |= {ada.texted_code(), ada.phone, cookie(browser, SESSION)}
        browser.log_out()
        application.clock.advance(minutes=1)
        browser.give_password(ada, "tippedover")
        secrets |= {"tippedover", "nobody-knows@example.com"}
        browser.get("/login")
        browser.post("/login", email="nobody-knows@example.com", password="x")
        browser.give_password(ada)
        press(browser, "Text message")
        secrets |= {ada.texted_code(), cookie(browser, HALF_OPEN)}
        browser.get("/login/rescue")
    secrets.discard("")
    tables = {
        subject: application.rows(subject)
        for subject in application.datastore.tables.subjects()
        if subject != "key_checks"
    }
    shown = repr(tables) + repr(kept) + caplog.text
    for secret in secrets:
        assert secret not in shown


def test_details_are_json(application: Application) -> None:
    application.browser().enrol(application.person(), "sms")
    for row in application.rows("events"):
        assert isinstance(json.loads(row["detail"]), dict)
