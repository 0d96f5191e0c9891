"""`flask airlock events`: what happened to a user's account, as it was recorded."""

import json
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.domain.accounts import Visitor
from flask_airlock.domain.events import FactorsReset
from flask_airlock.flows import activity
from tests.applications import Application
from tests.cli.support import answer, done, refusal
from tests.journeys.support import enrolled_person, signed_in
from tests.people import Person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
# Turns the text around, clears the screen, and names a window.
EVIL = "\u202egnp.exe\x1b[2J\x1b]0;owned\x07\u2066"


@pytest.fixture
def ada(application: Application) -> Person:
    """Somebody with an authenticator app, and a week behind her."""
    ada, _ = enrolled_person(application)
    application.clock.advance(days=7)
    application.browser(**{"User-Agent": FIREFOX}).log_in(ada, "authenticator")
    return ada


def events(application: Application, *arguments: str) -> list[dict[str, Any]]:
    """What happened to Ada, as data."""
    found = answer(application, "airlock", "events", "ada@example.com", *arguments)
    assert found["email"] == "ada@example.com"
    shown: list[dict[str, Any]] = found["events"]
    return shown


def test_events_are_shown_as_they_are_kept_newest_first(
    application: Application, ada: Person
) -> None:
    """S-130: name, details, time, address, browser, account."""
    shown = events(application)
    kept = sorted(application.rows("events"), key=lambda row: row["id"], reverse=True)
    assert [it["name"] for it in shown] == [row["name"] for row in kept]
    assert [it["detail"] for it in shown] == [json.loads(row["detail"]) for row in kept]
    # What is newer is the letter that tells of it.
    newest = next(it for it in shown if it["name"] == "login_completed")
    assert newest["detail"] == {"proofs": ["password", "authenticator"]}
    assert datetime.fromisoformat(newest["at"]) == application.clock.now
    assert newest["account_id"] == kept[0]["account_id"]
    assert (newest["address"], newest["browser"]) == ("127.0.0.1", "Firefox on Linux")
    assert newest["agent"] == FIREFOX
    said = done(application, "airlock", "events", ada.email).splitlines()
    assert said[0].split() == ["WHEN", "EVENT", "ACCOUNT", "ADDRESS", "BROWSER", "DETAIL"]
    line = next(line for line in said if "login_completed" in line)
    assert "Firefox on Linux" in line
    assert line.endswith("proofs=password,authenticator")
    assert len(said) == len(kept) + 1


def test_somebody_elses_events_are_not_among_them(application: Application, ada: Person) -> None:
    before = len(events(application))
    bob = application.person("bob@example.com")
    signed_in(application, bob)
    done(application, "roles", "create", "auditor")
    assert len(events(application)) == before
    (only,) = answer(application, "airlock", "events", bob.email)["events"]
    assert only["name"] == "login_completed"


def test_a_user_to_whom_nothing_happened(application: Application) -> None:
    application.person()
    assert events(application) == []
    assert done(application, "airlock", "events", "ada@example.com") == "no event\n"


def test_an_unknown_user_is_an_error(application: Application) -> None:
    assert refusal(application, "airlock", "events", "nobody@example.com") == (
        "unknown_user",
        "there is no user nobody@example.com",
    )


def test_at_most_so_many(application: Application, ada: Person) -> None:
    everything = events(application)
    assert events(application, "--limit", "2") == everything[:2]
    assert refusal(application, "airlock", "events", ada.email, "--limit", "0", status=2)[0] == (
        "wrong_call"
    )


def test_a_long_list_is_read_in_pieces(
    application: Application, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None twice, none left out, and no more than was asked for."""
    everything = events(application)
    monkeypatch.setattr(activity, "BATCH", 2)
    assert events(application) == everything
    assert events(application, "--limit", "5") == everything[:5]


@pytest.mark.parametrize("since", ["1d", "24h", "90m", "0w", "day", "moment", "zone"])
def test_only_what_happened_since(application: Application, ada: Person, since: str) -> None:
    """The login of now, and not the set-up of a week ago."""
    now = application.clock.now
    written = {
        "day": f"{now:%Y-%m-%d}",
        "moment": f"{now:%Y-%m-%dT%H:%M:%S}",
        "zone": now.replace(microsecond=0).isoformat(),
    }
    shown = events(application, "--since", written.get(since, since))
    assert {it["at"] for it in shown} == {now.isoformat()}
    assert len(events(application, "--since", "2w")) == len(events(application)) > len(shown)


@pytest.mark.parametrize(
    "since",
    ["yesterday", "7", "d", "-1d", "1y", "99999d", "2026-13-01", "", "0001-01-01T00:00+09:00"],
)
def test_what_is_neither_a_length_nor_a_day_is_a_wrong_call(
    application: Application, ada: Person, since: str
) -> None:
    code, sentence = refusal(
        application, "airlock", "events", ada.email, f"--since={since}", status=2
    )
    assert code == "wrong_call"
    assert "7d" in sentence


def test_what_others_wrote_does_nothing_to_the_terminal(
    application: Application, ada: Person
) -> None:
    """S-132: what browsers say of themselves is kept plain; a row that is not is shown plain."""
    services = application.app.extensions["security"].services
    (account,) = application.rows("accounts")
    with application.app.test_request_context(), services.begin() as work:
        told = FactorsReset(account_id=account["id"], reason=EVIL)
        work.record(told, Visitor(address=EVIL, agent=f"Firefox/1 {EVIL}"))
    for arguments in ([], ["--json"]):
        said = done(application, "airlock", "events", ada.email, *arguments)
        assert "gnp.exe" in said
        assert all(mark.isprintable() for mark in said.replace("\n", ""))


def test_reading_changes_nothing(application: Application, ada: Person) -> None:
    with application.app.app_context():
        engine = application.datastore.engine()
    sent: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    events(application)
    assert sent
    assert {statement.split()[0] for statement in sent} == {"SELECT"}
