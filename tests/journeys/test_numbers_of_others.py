"""Whoever names a row of somebody else's, by whichever number and in whichever form, finds none."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.cli.support import details
from tests.journeys import rescuing, trust
from tests.journeys.recovering import made
from tests.journeys.support import enrolled_person, live_sessions
from tests.people import Browser, Person

ADDRESSES, FACTORS, SESSIONS = rescuing.PAGE, "/security/factors", "/security/sessions"
TRUSTED, RESCUE = trust.PAGE, "/login/rescue"
# What is asked for, where, and with which fields beside the number's own.
INSIDE: list[tuple[str, str, str, dict[str, str]]] = [
    ("factor", f"{FACTORS}/{{}}", "", {"action": "rename", "name": "mine"}),
    ("factor", f"{FACTORS}/{{}}", "", {"action": "prefer"}),
    ("factor", f"{FACTORS}/{{}}", "", {"action": "remove"}),
    ("session", SESSIONS, "session", {"end": "one"}),
    ("trusted_browser", TRUSTED, "browser", {"do": "rename", "name": "mine"}),
    ("trusted_browser", TRUSTED, "browser", {"do": "remove"}),
    ("rescue_address", ADDRESSES, "number", {"action": "send"}),
    ("rescue_address", ADDRESSES, "number", {"action": "prove", "code": "12345678"}),
    ("rescue_address", ADDRESSES, "number", {"action": "remove"}),
]
BETWEEN_THE_DOORS: list[tuple[str, str, str, dict[str, str]]] = [
    ("rescue_address", RESCUE, "number", {"action": "send"}),
    ("factor", "/login/send-code", "method=sms", {"purpose": "login"}),
]
TABLE_OF = {
    "factor": "credentials",
    "session": "sessions",
    "trusted_browser": "trusted_browsers",
    "rescue_address": "rescue_addresses",
}
NUMBERED = re.compile(r'<input type="hidden" name="(\w+)" value="\d+">')


def with_everything(application: Application, email: str, phone: str) -> tuple[Person, Browser]:
    """Somebody who has all that there is, and a browser in which she proved a factor just now."""
    person, browser = enrolled_person(application, email=email)
    person.phone = phone
    browser.log_in(person, "authenticator").set_up(person, "sms")
    made(browser)
    rescuing.add_address(application, browser, f"second.{email}")
    browser.log_out()
    application.clock.advance(minutes=1)
    trust.trust(application, person, browser)
    browser.give_password(person)
    return person, application.browser().log_in(person, "authenticator")


@pytest.fixture
def whole(applications: Callable[..., Application]) -> Application:
    """An application with every part of the security page."""
    return applications(**WHOLE_LIFE)


def numbers(application: Application, of: Person) -> dict[str, set[int]]:
    """The ids of all rows of a person, by table."""
    with application.app.app_context():
        user_id = application.datastore.get_user(of.email).id
    (account,) = (it["id"] for it in application.rows("accounts") if it["user_id"] == user_id)
    found = {"accounts": {account}}
    for table in application.datastore.tables.all():
        subject = table.name.removeprefix("airlock_")
        if "account_id" in table.c and "id" in table.c:
            rows = application.rows(subject)
            found[subject] = {row["id"] for row in rows if row["account_id"] == account}
    return found


def kept(application: Application, of: Person) -> dict[str, list[dict[str, Any]]]:
    """All that is in the rows of a person."""
    return {
        subject: [row for row in application.rows(subject) if row["id"] in ids]
        for subject, ids in numbers(application, of).items()
    }


def test_no_form_takes_a_number_of_somebody_elses(whole: Application) -> None:
    """S-106: every id of every table, tried in every form as another user: 404, and an event."""
    ada, _ = with_everything(whole, "ada@example.com", "+12015550123")
    eve, thief = with_everything(whole, "eve@example.com", "+12015550199")
    half_open = whole.browser().give_password(eve).get(RESCUE)
    hers, own, before = numbers(whole, ada), numbers(whole, eve), kept(whole, ada)
    assert not [subject for subject in (*TABLE_OF.values(), "recovery_codes") if not hers[subject]]
    candidates = set[int]().union(*hers.values(), {10**24})
    expected = []
    for browser, forms in ((thief, INSIDE), (half_open, BETWEEN_THE_DOORS)):
        token = browser.token() or browser.get("/security").token()
        for kind, path, field, fields in forms:
            for number in sorted(candidates - own[TABLE_OF[kind]]):
                assert ask(browser, token, path, field, fields, number) == 404, (
                    path,
                    fields,
                    number,
                )
                expected.append({"kind": kind})
    assert details(whole, "foreign_row") == expected
    assert kept(whole, ada) == before


def ask(
    browser: Browser, token: str, path: str, field: str, fields: dict[str, str], number: int
) -> int:
    """Send the form with that number in the place where a number belongs."""
    name, _, prefix = field.partition("=")
    numbered = {name: f"{prefix}:{number}" if prefix else str(number)} if field else {}
    return browser.post(path.format(number), csrf_token=token, **fields, **numbered).status


def test_every_form_with_a_number_is_among_these(whole: Application) -> None:
    """What the pages of somebody who has everything would send."""
    eve, browser = with_everything(whole, "eve@example.com", "+12015550199")
    found = {
        (path, name)
        for path in ("/security", FACTORS, SESSIONS, TRUSTED, ADDRESSES, "/security/activity")
        for name in NUMBERED.findall(browser.get(path).page)
    }
    whole.clock.advance(hours=25)
    half_open = whole.browser().give_password(eve)
    found |= {(RESCUE, name) for name in NUMBERED.findall(half_open.get(RESCUE).page)}
    numbered = [*INSIDE, *BETWEEN_THE_DOORS]
    assert found == {(path, field) for _, path, field, _ in numbered if field.isalpha()}
    links = set(re.findall(r'href="(/[^"]*/)\d+"', browser.get(FACTORS).page))
    assert links <= {f"{FACTORS}/"}
    assert len(live_sessions(whole)) == 2
