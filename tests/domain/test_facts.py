"""What happened, what is sent, and what is kept of it: plain data without secrets."""

import json
import pickle
import re
from copy import copy
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from inspect import get_annotations
from typing import Any
from unittest.mock import ANY

import pytest

from flask_airlock import signals
from flask_airlock.domain.events import ALL_EVENTS, Event, FactorRefused, LoginCompleted
from flask_airlock.domain.letters import Channel, KeptMessage, Letter, Message
from flask_airlock.domain.link_tokens import LIFETIMES, Allowance, LinkPurpose, Sent, allowance

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SECRET_WORDS = {"code", "password", "secret", "token", "digest", "handle", "number", "text"}


def sample(event: type[Event]) -> Event:
    """An event with something in every field."""
    values = {name: _value(name, kind) for name, kind in get_annotations(event).items()}
    return event(account_id=7, **values)


def _value(name: str, kind: object) -> Any:
    return ("password", "sms") if "tuple" in str(kind) else f"some {name}"


def test_every_event_has_a_name_of_its_own() -> None:
    names = [event.name for event in ALL_EVENTS]
    assert len(set(names)) == len(names) >= 15
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert LoginCompleted.name == "login_completed"


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.name)
def test_the_detail_of_an_event_is_json_and_names_no_secret(event: type[Event]) -> None:
    detail = sample(event).detail()
    assert json.loads(json.dumps(detail)).keys() == detail.keys()
    assert "account_id" not in detail
    assert not SECRET_WORDS & set(detail)


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.name)
def test_an_event_can_not_be_changed_afterwards(event: type[Event]) -> None:
    happened = sample(event)
    with pytest.raises(AttributeError):
        happened.account_id = 8  # type: ignore[misc]
    assert (event.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.name)
def test_an_event_takes_what_it_tells_and_nothing_else(event: type[Event]) -> None:
    """By name, all of it; only whom it concerns may be left out, where that is nobody."""
    given = sample(event).detail()
    assert ["account_id", *given] == [it.name for it in fields(event)]
    assert event(**given).account_id is None
    with pytest.raises(TypeError):
        event(**(given | {"another": "fact"}))
    for name in given:
        with pytest.raises(TypeError):
            event(**{other: value for other, value in given.items() if other != name})


def test_an_event_can_be_copied_and_compared() -> None:
    refused = FactorRefused(account_id=7, method="sms", reason="wrong_answer")
    for other in (copy(refused), pickle.loads(pickle.dumps(refused))):  # noqa: S301 (our own)
        assert (other == refused, hash(other) == hash(refused)) == (True, True)
    assert refused == ANY
    assert refused != FactorRefused(account_id=8, method="sms", reason="wrong_answer")
    assert repr(refused) == "FactorRefused(account_id=7, method='sms', reason='wrong_answer')"
    with pytest.raises(AttributeError):
        del refused.method


def test_an_event_says_what_and_whom_it_concerns() -> None:
    refused = FactorRefused(account_id=7, method="sms", reason="wrong_answer")
    assert refused.detail() == {"method": "sms", "reason": "wrong_answer"}
    assert refused == FactorRefused(account_id=7, method="sms", reason="wrong_answer")


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.name)
def test_an_event_is_heard_by_its_own_signal_alone(event: type[Event]) -> None:
    heard: list[Event] = []

    def listen(sender: object, event: Event) -> None:
        heard.append(event)

    happened = sample(event)
    with signals.signal_of(event).connected_to(listen, sender="an application"):
        for kind in ALL_EVENTS:
            signals.announce("an application", sample(kind))
        signals.announce("another application", happened)
    assert heard == [happened]


def test_letters_and_messages_show_neither_reader_nor_text() -> None:
    """What ends in a log or a traceback holds no code."""
    letter = Letter(
        to="ada@example.com", channel=Channel.MAIL, template="code", facts={"code": "12345678"}
    )
    message = Message(
        to="ada@example.com", channel=Channel.MAIL, subject="Your code", text="12345678",
        html="<b>12345678</b>",
    )  # fmt: skip
    shown = repr((letter, message, KeptMessage(message=message, at=datetime.now(UTC))))
    assert "12345678" not in shown
    assert "ada@" not in shown


def test_every_purpose_of_a_link_has_a_lifetime_of_at_most_a_day() -> None:
    """S-121: 30 minutes for a reset, ceiling 24 h; X-52: 72 h to undo a change of the address, and
    to say that one was not it. Help can be called off as long as it may be waited for."""
    assert set(LIFETIMES) == set(LinkPurpose)
    hours = {purpose: life.total_seconds() / 3600 for purpose, life in LIFETIMES.items()}
    for purpose in (LinkPurpose.UNDO_EMAIL, LinkPurpose.NOT_ME):
        assert hours.pop(purpose) == 72
    assert hours.pop(LinkPurpose.CANCEL_RESCUE) == 168
    assert hours[LinkPurpose.RESET] == 0.5
    assert max(hours.values()) <= 24


def test_three_letters_an_hour_and_three_live_links() -> None:
    """S-34 for links: a fourth within the hour is not sent; later it voids the oldest."""
    sent = [Sent(NOW - timedelta(minutes=minutes), is_live=True) for minutes in (10, 20, 59)]
    purpose = LinkPurpose.CONFIRMATION
    assert allowance(purpose, [], NOW) == Allowance(may_send=True, void_until=None)
    assert allowance(purpose, sent[:2], NOW) == Allowance(may_send=True, void_until=None)
    assert not allowance(purpose, sent, NOW).may_send
    later = NOW + timedelta(minutes=1)
    assert allowance(purpose, sent, later) == Allowance(may_send=True, void_until=sent[-1].at)


def test_nobody_is_left_without_a_link_that_opens() -> None:
    """Three that lapsed within the hour do not stand in the way of a fourth."""
    lapsed = [Sent(NOW - timedelta(minutes=31), is_live=False)] * 3
    assert allowance(LinkPurpose.RESET, lapsed, NOW).may_send
    one_more = [Sent(NOW, is_live=True), *lapsed]
    assert not allowance(LinkPurpose.RESET, one_more, NOW).may_send


def test_the_link_that_undoes_is_always_sent_and_never_voided_by_others() -> None:
    sent = [Sent(NOW, is_live=True)] * 6
    assert allowance(LinkPurpose.UNDO_EMAIL, sent, NOW) == Allowance(True, None)
