"""Administrators' help must not be turned against the owner, or against anybody else."""

from collections.abc import Callable
from typing import Any

import pytest

from flask_airlock.flows import setup_links
from tests.applications import Application
from tests.cli.support import run
from tests.journeys.life import newest_text
from tests.journeys.support import enrolled_person, press
from tests.journeys.test_rescue_by_administrator import DAY, approve, state


@pytest.fixture
def slow(applications: Callable[..., Application]) -> Application:
    """A day passes before the help."""
    return applications(SECURITY_RESCUE_DELAY=DAY)


def test_help_that_cannot_be_carried_out_hinders_nobody(
    slow: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither who comes by, nor the help for others."""
    ada, _ = enrolled_person(slow)
    bob, _ = enrolled_person(slow, email="bob@example.com")
    for person in (ada, bob):
        approve(slow, person)
    send = setup_links.send

    def fail_for_ada(services: Any, work: Any, account_id: int, email: str) -> None:
        if email == ada.email:
            raise RuntimeError("a template of the application's own")
        send(services, work, account_id, email)

    monkeypatch.setattr(setup_links, "send", fail_for_ada)
    slow.clock.advance(hours=25)
    assert slow.browser().get("/login").status == 200
    assert "could not be carried out" in caplog.text
    assert [row["state"] for row in slow.rows("rescues")] == ["approved", "done"]
    assert "/login/set-up-link/" in newest_text(slow, bob.email)


def test_who_called_help_off_may_ask_again_at_once(slow: Application) -> None:
    """A thief had asked in the morning; in the evening the phone is gone."""
    ada, browser = enrolled_person(slow)
    press(slow.browser().give_password(ada).get("/login/rescue"), "Ask for help")
    browser.log_in(ada, "authenticator")
    assert state(slow) == "cancelled"
    owner = slow.browser().give_password(ada).get("/login/rescue")
    assert "Ask for help" in owner.page


def test_who_was_refused_once_may_ask_again(application: Application) -> None:
    """It was a thief who had asked."""
    ada, _ = enrolled_person(application)
    press(application.browser().give_password(ada).get("/login/rescue"), "Ask for help")
    run(application, "airlock", "rescues", "cancel", ada.email, "--reason", "not she")
    owner = application.browser().give_password(ada).get("/login/rescue")
    assert "Ask for help" in owner.page


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
@pytest.mark.parametrize("does", ["approve", "cancel"])
def test_an_administrator_gives_a_reason(slow: Application, does: str, reason: str) -> None:
    """S-82."""
    ada, _ = enrolled_person(slow)
    done = run(slow, "airlock", "rescues", does, ada.email, "--reason", reason)
    assert done.exit_code == 1
    assert "--reason" in done.stderr
