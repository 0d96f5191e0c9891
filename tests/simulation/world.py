"""Where a year is played: an application, an account with its factors, and the clock."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp

from flask_airlock.domain.letters import Channel
from flask_airlock.flows.services import Services
from flask_airlock.settings.guessing import GuessingKeys
from tests.applications import SETTINGS, Application, make_application
from tests.people import Person
from tests.simulation.cases import APP, SMS, Case

# What tests do without: waits, and limits of what is sent. Those of networks stay off: they keep
# a clock of their own, and the thief has as many networks as he likes.
BY_DEFAULT: dict[str, Any] = {
    key: spec.default
    for spec in fields(GuessingKeys)
    if SETTINGS.get(key := f"SECURITY_{spec.name.upper()}") is not None
}
# Two days later a third of the month that a budget is counted in begins: a year that begins with
# it holds as many budgets as a year can.
BEGINNING = datetime(2030, 1, 1, 7, tzinfo=UTC)
STEP = 30
STEPS_AROUND = range(-3, 4)
# Several times as long as any lives; and, where nothing limits what is sent, so many at the most.
RECENTLY = timedelta(hours=1)
MOST = 20
CODE = re.compile(r"(?<![\d#])\d{8}\b|(?<=#)\d{6}\b")


@dataclass
class World:
    """One application, one account, and all that its owner holds."""

    application: Application
    services: Services
    owner: Person
    keys: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self.application.clock.now

    def move_to(self, moment: datetime) -> None:
        """Let the time be another; it never goes back."""
        self.application.clock.now = max(moment, self.now)

    def right_codes(self, method: str) -> list[str]:
        """All codes of a method that could be right about now, by any leniency, older first."""
        if method == APP:
            now = self.now.timestamp()
            return [
                pyotp.TOTP(key).at(now + step * STEP) for step in STEPS_AROUND for key in self.keys
            ]
        return self._posted(method, since=self.now - RECENTLY)[-MOST:]

    def newest_code(self, method: str) -> str:
        """The code that came last by mail or text message."""
        return self._posted(method, since=self.now)[-1]

    def _posted(self, method: str, since: datetime) -> list[str]:
        channel = Channel.SMS if method == SMS else Channel.MAIL
        return [
            code
            for kept in self.application.outbox.messages(channel=channel)
            if kept.at >= since
            for code in CODE.findall(kept.message.text)
        ]


@contextmanager
def world(case: Case) -> Iterator[World]:
    """An application whose one account has set up the methods of the case, two days ago."""
    with make_application("sqlite://", **BY_DEFAULT) as application:
        application.clock.now = BEGINNING
        services = application.app.extensions["security"].services
        made = World(application, services, application.person())
        _set_up(made, case.methods)
        application.clock.advance(days=2)
        with application.app.app_context():
            yield made


def _set_up(made: World, methods: tuple[str, ...]) -> None:
    browser, owner = made.application.browser(), made.owner
    browser.give_password(owner).prove_mailbox(owner)
    for method in methods:
        browser.set_up(owner, method)
        if method == APP:
            made.keys.append(owner.app_key)
    assert browser.is_signed_in
    assert len(made.keys) == methods.count(APP)
