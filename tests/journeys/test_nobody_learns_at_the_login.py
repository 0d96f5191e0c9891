"""The first door says the same to everybody whom it does not let in, and does the same for it.

S-17, S-18, X-33: names that are known in every way there is, and names that nobody has; with the
wrong password and, where it must not matter, with the right one; while one has to wait, when the
password is closed, and when the network or the watch has a word in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from flask_airlock.domain.browsers import mark_name, password_mark_name
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.asking import CountedPasswords, Work, all_alike, ask, counted_passwords
from tests.journeys.support import enrolled_person, give_cookie, known_marks
from tests.journeys.test_first_door import store_hash
from tests.people import Browser
from tests.soak import but_for_the_soak

DATABASES = ["sqlite", "postgres_url", "mariadb_url"]
RIGHT, WRONG = "correct horse battery staple", "not the password"
UNKNOWN = "unknown"
KINDS = (
    "known", "sleeping", UNKNOWN, "inactive", "unconfirmed", "invited", "blank", "old hash",
    "broken hash",
)  # fmt: skip
# What the users of these kinds have in the password column.
STORED = {
    "invited": None,
    "blank": "",
    "old hash": generate_password_hash(RIGHT, "pbkdf2:sha256:1000"),
    "broken hash": "$argon2id$v=19$m=8,t=1,p=1$nonsense",
}
SETTINGS = {
    "SECURITY_WAIT": 30,
    "SECURITY_PASSWORD_TRIES": 5,
    "SECURITY_PASSWORD_STOP": 10,
    **WHOLE_LIFE,
}
LATER = timedelta(hours=2)
HERE = "192.0.2.1"


@dataclass
class Gate:
    """An application with one person of each kind."""

    application: Application
    passwords: CountedPasswords
    browser: Browser

    def knock(
        self, kind: str, password: str = WRONG, *, times: int = 1, network: str = HERE
    ) -> Work:
        """Try the password of somebody of that kind; what the last time did."""
        name = f"{kind.replace(' ', '.')}@example.com"
        form = {"email": name, "password": password}
        self.browser.client.environ_base["REMOTE_ADDR"] = network
        self.browser.get("/login")  # what is swept now and then is not swept in the middle
        for _ in range(times):
            done = ask(self.application, self.passwords, self.browser, "/login", form, hidden=name)
        return done

    def handle(self, email: str) -> bytes:
        """What the names of somebody's marks are made of."""
        with self.application.app.app_context():
            user_id = self.application.datastore.get_user(email).id
        rows = self.application.rows("accounts")
        return next(bytes(row["handle"]) for row in rows if row["user_id"] == user_id)


Open = Callable[..., Gate]


@pytest.fixture(params=but_for_the_soak(["sqlite"], DATABASES))
def gate(
    request: pytest.FixtureRequest, applications: Callable[..., Application], seconds: list[float]
) -> Open:
    """Makes a gate with settings of the test's own, on each database."""

    def make(**settings: Any) -> Gate:
        where = None if request.param == "sqlite" else request.getfixturevalue(request.param)
        application = applications(where, **(SETTINGS | settings))
        passwords = counted_passwords(application)
        enrolled_person(application, email="known@example.com")
        for kind in KINDS[1:]:
            if kind != UNKNOWN:
                columns: dict[str, Any] = {"active": kind != "inactive"}
                if kind == "unconfirmed":
                    columns["confirmed_at"] = None
                email = f"{kind.replace(' ', '.')}@example.com"
                application.person(email, **columns)
                if kind in STORED:
                    store_hash(application, email, STORED[kind])
        application.clock.now += LATER
        return Gate(application, passwords, application.browser().get("/login"))

    return make


def expect(works: dict[str, Work], status: int, *hashes: str) -> None:
    """All were refused in this way, and did the same for it."""
    all_alike(works, UNKNOWN)
    assert (works[UNKNOWN].status, works[UNKNOWN].hashes) == (status, list(hashes))
    assert {work.letters for work in works.values()} == {0}


def test_a_wrong_password_and_those_who_may_not_enter(gate: Open) -> None:
    """S-17, S-18: one hash for each; the right password is no better where nobody may enter."""
    door = gate()
    works = {kind: door.knock(kind) for kind in KINDS}
    right = ("inactive", "unconfirmed", "invited", "blank", "broken hash")
    works |= {f"{kind}, right": door.knock(kind, RIGHT) for kind in right}
    expect(works, 422, "verify")


def test_who_has_to_wait(gate: Open) -> None:
    """X-33: the fifth wrong password brings a wait, in which the right one is not looked at."""
    door = gate()
    expect({kind: door.knock(kind, times=5) for kind in KINDS}, 422, "verify")
    works = {kind: door.knock(kind) for kind in KINDS}
    works |= {f"{kind}, right": door.knock(kind, RIGHT) for kind in KINDS}
    expect(works, 429)
    assert ("Retry-After", "30") in works[UNKNOWN].headers
    door.application.clock.now += timedelta(seconds=30)
    expect({kind: door.knock(kind) for kind in KINDS}, 422, "verify")
    expect({kind: door.knock(kind, RIGHT) for kind in KINDS}, 429)


def test_whose_password_is_closed(gate: Open) -> None:
    """S-95: the tenth wrong one closes it, here; that too is the same for nobody's name."""
    door = gate(SECURITY_WAIT=0)
    expect({kind: door.knock(kind, times=9) for kind in KINDS}, 422, "verify")
    expect({kind: door.knock(kind) for kind in KINDS}, 422, "verify")
    works = {kind: door.knock(kind) for kind in KINDS}
    works |= {f"{kind}, right": door.knock(kind, RIGHT) for kind in KINDS}
    expect(works, 429)
    door.application.clock.now += timedelta(days=2)
    expect({kind: door.knock(kind, RIGHT) for kind in KINDS}, 429)


def test_whose_network_has_to_wait(gate: Open) -> None:
    """S-98: nobody's password is looked at then, and nothing is counted for the name."""
    door = gate(SECURITY_NETWORK_FAILURES="3 per 10 minutes")
    works = {}
    for number, kind in enumerate(KINDS):
        network = f"198.51.100.{number}"
        door.knock(f"somebody{number}", times=3, network=network)
        works[kind] = door.knock(kind, network=network)
        works[f"{kind}, right"] = door.knock(kind, RIGHT, network=network)
    expect(works, 429)
    counted = [row["failures"] for row in door.application.rows("throttles") if row["failures"]]
    assert counted == [3] * len(KINDS)


def test_when_the_watch_looks_and_tells(gate: Open) -> None:
    """Each is the one after whom it looks, and tells."""
    door = gate(SECURITY_WATCH_FAILURES=10, SECURITY_WAIT=0)
    works = {}
    for kind in ("the first of all", *KINDS):
        door.application.clock.now += LATER
        for number in range(10):
            door.knock(f"{number}.{kind}")
        door.application.clock.now += timedelta(seconds=90)
        works[kind] = door.knock(kind)
    del works["the first of all"]  # whoever that is makes the row of all that follow
    expect(works, 422, "verify")
    assert door.application.events().count("failures_unusual") == 1 + len(KINDS)


def test_a_browser_with_marks_that_are_not_hers(gate: Open) -> None:
    """S-96: somebody else's, somebody else's under her name, a made-up one, and very many."""
    door = gate(SECURITY_WAIT=0, SECURITY_PASSWORD_STOP=100)
    bob, theirs = enrolled_person(door.application, email="bob@example.com")
    (name,) = known_marks(theirs)
    held = theirs.client.get_cookie(name)
    assert held is not None
    hers = door.handle("known@example.com")
    assert name == mark_name(door.handle(bob.email))
    cases = {
        "none": {},
        "his": {name: held.value, password_mark_name(door.handle(bob.email)): held.value},
        "his under her name": {mark_name(hers): held.value, password_mark_name(hers): held.value},
        "rubbish": {mark_name(hers): "%%%", password_mark_name(hers): "=" * 2000},
        "empty": {mark_name(hers): "", password_mark_name(hers): ""},
        "many": {f"airlock_known_{number:012x}": held.value for number in range(30)},
    }
    works = {}
    for case, marks in cases.items():
        door.browser = door.application.browser().get("/login")
        for mark, value in marks.items():
            give_cookie(door.browser, mark, value)
        for kind in ("known", UNKNOWN, "inactive"):
            works[f"{kind}, {case}"] = door.knock(kind)
    works[UNKNOWN] = works[f"{UNKNOWN}, none"]
    expect(works, 422, "verify")


def test_user_names_and_what_is_no_name_of_anybody(gate: Open) -> None:
    """A text that can't be a name costs what an unknown one does, and is answered alike."""
    door = gate()
    ada = door.application.person("ada@example.com", username="ada")
    door.application.person("ida@example.com", username="ida", active=False)
    works = {}
    for text in (ada.email, "ada", "ida", "nobody", "x" * 300, "a@b@c", "caf\u00e9", "--"):
        form = {"email": text, "password": WRONG}
        value = f'value="{text}"'
        works[text] = ask(door.application, door.passwords, door.browser, "/login", form, value)
    addresses = {text: work for text, work in works.items() if "@" in text}
    names = {text: work for text, work in works.items() if "@" not in text}
    all_alike(addresses, ada.email)
    expect(names | {UNKNOWN: works["nobody"]}, 422, "verify")
