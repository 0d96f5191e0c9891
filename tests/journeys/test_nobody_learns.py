"""Nobody learns who has an account: the same answer after the same work, whoever is asked about.

S-17, S-18, S-19: bytes, statements, commits and hashes are equal for addresses that are known,
known without ever having signed in, unknown, inactive, and waiting for their confirmation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.asking import CountedPasswords, Work, all_alike, ask, counted_passwords
from tests.journeys.life import PASSWORD, fill_in
from tests.journeys.support import enrolled_person, signed_in
from tests.people import Browser

KINDS = ["known", "sleeping", "unknown", "inactive", "unconfirmed"]
DATABASES = ["sqlite", "postgres_url", "mariadb_url"]


@dataclass
class Town:
    """An application with one person of each kind."""

    application: Application
    passwords: CountedPasswords
    addresses: dict[str, str]

    def ask(self, browser: Browser, path: str, kind: str, **fields: str) -> Work:
        """Send a form that names somebody of that kind."""
        address = self.addresses[kind]
        form = {"email": address, **fields}
        return ask(self.application, self.passwords, browser, path, form, hidden=address)


def town_in(applications: Callable[..., Application], uri: str | None, **settings: Any) -> Town:
    """People of every kind."""
    application = applications(uri, **settings)
    passwords = counted_passwords(application)
    people = {kind: f"{kind}@example.com" for kind in KINDS}
    enrolled_person(application, email=people["known"])
    application.person(people["sleeping"])
    application.person(people["inactive"], active=False)
    application.person(people["unconfirmed"], confirmed_at=None)
    application.clock.advance(hours=2)
    return Town(application, passwords, people)


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, applications: Callable[..., Application]) -> Town:
    """The same town on each database."""
    where = None if request.param == "sqlite" else request.getfixturevalue(request.param)
    return town_in(applications, where, **WHOLE_LIFE)


def compare(works: dict[str, Work]) -> None:
    """All did the same, and answered the same."""
    all_alike(works, "unknown")


@pytest.mark.parametrize("path", ["/forgot-password", "/send-confirmation"])
def test_asking_for_a_letter(town: Town, path: str) -> None:
    works = {}
    for kind in KINDS:
        browser = town.application.browser().get(path)
        works[kind] = town.ask(browser, path, kind)
        assert works[kind].status == 200
    compare(works)


def test_registering(town: Town) -> None:
    works = {}
    for kind in KINDS:
        browser = town.application.browser().get("/register")
        works[kind] = town.ask(browser, "/register", kind, password=PASSWORD)
        assert works[kind].status == 200
    compare(works)


def test_registering_where_addresses_are_believed(
    applications: Callable[..., Application],
) -> None:
    town = town_in(applications, None, SECURITY_REGISTERABLE=True)
    works = {}
    for kind in KINDS:
        browser = town.application.browser().get("/register")
        works[kind] = town.ask(browser, "/register", kind, password=PASSWORD)
        assert works[kind].status == 303
    compare(works)


@pytest.mark.parametrize("password", ["not the password", "correct horse battery staple"])
def test_signing_in(town: Town, password: str) -> None:
    """With the right password only those are asked about who may not enter."""
    right = password != "not the password"
    works = {}
    for kind in ("unknown", "inactive", "unconfirmed") if right else KINDS:
        browser = town.application.browser().get("/login")
        works[kind] = town.ask(browser, "/login", kind, password=password)
        assert works[kind].status == 422
    compare(works)


def test_changing_to_an_address(town: Town) -> None:
    town.application.clock.advance(hours=1)
    works = {}
    for number, kind in enumerate(KINDS):
        person, _ = enrolled_person(town.application, email=f"asker{number}@example.com")
        browser = signed_in(town.application, person).get("/change-email")
        works[kind] = town.ask(browser, "/change-email", kind, current=person.password)
        assert works[kind].status == 200
    compare(works)


def test_each_request_leaves_the_same_rows(town: Town) -> None:
    """The same letter row, a decoy for strangers, and the same row of a link."""
    for path in ("/forgot-password", "/send-confirmation", "/register"):
        counts = set()
        for kind in KINDS:
            before = [len(town.application.rows(name)) for name in ("letters", "link_tokens")]
            browser = town.application.browser().get(path)
            town.ask(browser, path, kind, password=PASSWORD)
            after = [len(town.application.rows(name)) for name in ("letters", "link_tokens")]
            counts.add(tuple(b - a for a, b in zip(before, after, strict=True)))
        assert counts == {(1, 1)}, path


def test_a_decoy_goes_to_nobody_and_says_so_in_the_record(town: Town) -> None:
    browser = town.application.browser().get("/forgot-password")
    before = len(town.application.outbox.messages())
    town.ask(browser, "/forgot-password", "unknown")
    assert len(town.application.outbox.messages()) == before
    sent = [row for row in town.application.rows("events") if row["name"] == "letter_sent"]
    assert '"channel": "none"' in max(sent, key=lambda row: row["id"])["detail"]
    letter = max(town.application.rows("letters"), key=lambda row: row["id"])
    assert (letter["account_id"], letter["state"], letter["message"]) == (None, "sent", None)


def test_a_user_name_that_is_taken_is_told_whoever_has_the_address(town: Town) -> None:
    """User names are public; the answer must not depend on the address."""
    fill_in(town.application, "grace@example.com")
    town.application.person("lin@example.com", username="lin")
    answers = set()
    for kind in KINDS:
        browser = town.application.browser().get("/register")
        work = town.ask(browser, "/register", kind, password=PASSWORD, username="Lin")
        answers.add((work.status, work.page, tuple(work.hashes)))
    assert len(answers) == 1
