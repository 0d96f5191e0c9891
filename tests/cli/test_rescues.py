"""`flask airlock rescues`: what a program reads of it, and how it refuses."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.applications import Application
from tests.cli.support import answer, refusal, run
from tests.journeys.support import enrolled_person

RESCUES = ("airlock", "rescues")
WHY = ("--reason", "called back")


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """A day passes between the approval and the help."""
    return applications(SECURITY_RESCUE_DELAY=24 * 60 * 60)


def test_an_approval_says_when_it_is_due(application: Application) -> None:
    ada, _ = enrolled_person(application)
    said = answer(application, *RESCUES, "approve", ada.email, *WHY, "--by", "Bob")
    due = application.clock.now + timedelta(days=1)
    assert said == {
        "email": ada.email, "state": "approved", "due_at": due.isoformat(), "reset": False,
    }  # fmt: skip


def test_the_list_is_read_by_programs(application: Application) -> None:
    ada, _ = enrolled_person(application)
    assert answer(application, *RESCUES, "list") == {"rescues": []}
    answer(application, *RESCUES, "approve", ada.email, *WHY, "--by", "Bob")
    (line,) = answer(application, *RESCUES, "list")["rescues"]
    kept = {name: line[name] for name in ("email", "state", "approved_by", "reason", "closed_at")}
    assert kept == {
        "email": ada.email, "state": "approved", "approved_by": ["Bob"], "reason": "called back",
        "closed_at": None,
    }  # fmt: skip
    answer(application, *RESCUES, "cancel", ada.email, *WHY, "--by", "Carl")
    assert answer(application, *RESCUES, "list") == {"rescues": []}
    (line,) = answer(application, *RESCUES, "list", "--all")["rescues"]
    assert (line["state"], line["closed_by"]) == ("cancelled", "Carl")


@pytest.mark.parametrize("command", ["approve", "cancel"])
def test_a_reason_is_given_and_a_user_that_there_is(application: Application, command: str) -> None:
    assert run(application, *RESCUES, command, "ada@example.com").exit_code == 2
    assert refusal(application, *RESCUES, command, "nobody", *WHY)[0] == "unknown_user"


def test_what_is_refused_has_a_word_for_programs(application: Application) -> None:
    ada, _ = enrolled_person(application)
    assert refusal(application, *RESCUES, "cancel", ada.email, *WHY)[0] == "no_rescue"
    own = (ada.email, *WHY, "--by", ada.email)
    assert refusal(application, *RESCUES, "approve", *own)[0] == "approver_is_user"
    answer(application, *RESCUES, "approve", ada.email, *WHY)
    assert refusal(application, *RESCUES, "approve", ada.email, *WHY)[0] == "approved_already"
