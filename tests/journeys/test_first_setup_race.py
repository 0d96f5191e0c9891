"""A thief who knows the password races the owner to the first set-up, in every order of steps."""

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest

from tests.applications import Application
from tests.journeys.support import wrong
from tests.people import Browser, Person

STEPS = ("password", "prove", "begin", "confirm")
ORDERS = [
    "".join("o" if place in owners else "t" for place in range(2 * len(STEPS)))
    for owners in combinations(range(2 * len(STEPS)), len(STEPS))
]


class Racer:
    """Somebody with the password who sets up an authenticator app, step by step."""

    def __init__(self, person: Person, browser: Browser, *, reads_mail: bool) -> None:
        self.person = Person(person.application, person.email, person.password)
        self.browser = browser
        self.reads_mail = reads_mail
        self.code = ""
        self.steps = iter(STEPS)

    def go_on(self) -> None:
        """The next step; a step that is refused is taken all the same."""
        getattr(self, next(self.steps))()

    def password(self) -> None:
        """Each login mails a code of its own."""
        self.browser.give_password(self.person)
        self.code = self.person.mailed_code()

    def prove(self) -> None:
        """The thief does not see the code; the owner types the one of her own login."""
        code = self.code if self.reads_mail else wrong(self.code)
        self.browser.post("/login/set-up", action="prove", code=code)

    def begin(self) -> None:
        """Ask for a key."""
        self.browser.get("/login/set-up")
        self.browser.post("/login/set-up/authenticator", action="begin")
        if "secret=" in self.browser.page:
            self.person.app_key = self.browser.shown_key()

    def confirm(self) -> None:
        """Answer with what the app shows, or with a guess."""
        code = self.person.app_code() if self.person.app_key else "123456"
        self.browser.post("/login/set-up/authenticator", action="confirm", code=code)


def race(application: Application, order: str) -> tuple[Racer, Racer]:
    """Owner and thief, after all their steps in this order."""
    person = application.person(f"{order}@example.com")
    owner = Racer(person, application.browser(), reads_mail=True)
    thief = Racer(person, application.browser(), reads_mail=False)
    for letter in order:
        (owner if letter == "o" else thief).go_on()
        assert not thief.browser.is_signed_in
    return owner, thief


def parts(whole: list[str], count: int) -> Iterator[list[str]]:
    """The list in so many pieces, so that they can run beside each other."""
    for start in range(count):
        yield whole[start::count]


@pytest.mark.parametrize("orders", list(parts(ORDERS, 7)), ids=range(7))
def test_the_owner_wins_in_every_order(application: Application, orders: list[str]) -> None:
    """All seventy interleavings of four steps each: the thief never gets in, the owner does."""
    for order in orders:
        owner, thief = race(application, order)
        assert owner.browser.is_signed_in, order
        assert not thief.person.app_key, order
    assert len(application.rows("credentials")) == len(orders)


def test_the_proof_of_the_owner_is_not_the_thiefs(application: Application) -> None:
    """Within the hour after the owner's proof, another browser still has to prove the mailbox."""
    person = application.person()
    owner = Racer(person, application.browser(), reads_mail=True)
    owner.password()
    owner.prove()
    thief = Racer(person, application.browser(), reads_mail=False)
    thief.password()
    thief.begin()
    assert not thief.person.app_key
    assert "one-time-code" in thief.browser.page


def test_without_the_mailed_code_no_key_and_no_number_is_taken(application: Application) -> None:
    """S-37, S-44: nothing of a set-up begins before the address is proved."""
    thief, person = application.browser(), application.person()
    thief.give_password(person)
    for method in ("authenticator", "sms", "email"):
        thief.post(f"/login/set-up/{method}", action="begin", phone="+12015550123")
        thief.post(f"/login/set-up/{method}", action="confirm", code="12345678")
        assert not thief.is_signed_in
    assert application.rows("setups") == []
    assert application.rows("credentials") == []


def test_an_hour_after_the_proof_the_mailbox_is_proved_again(application: Application) -> None:
    """The proof is good for an hour, in the browser that gave it."""
    person, browser = application.person(), application.browser()
    browser.give_password(person).prove_mailbox(person)
    application.clock.advance(minutes=59)
    browser.give_password(person)
    assert browser.page.count("data-method") == 3
    application.clock.advance(minutes=2)
    browser.give_password(person)
    assert browser.page.count("data-method") == 0
    assert "one-time-code" in browser.page


@pytest.mark.parametrize("required", [True, False, ["admin"]], ids=str)
def test_the_thief_is_stopped_whatever_the_policy(
    applications: Callable[..., Application], required: bool | list[str]
) -> None:
    """Where nobody has to have a factor, a thief must not be able to add the first one either."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=required)
    person, thief = application.person(), application.browser()
    thief.give_password(person)
    thief.get("/login/set-up")
    thief.post("/login/set-up/authenticator", action="begin")
    assert "secret=" not in thief.page
    assert application.rows("setups") == []


@pytest.mark.parametrize("required", [False, ["admin"]], ids=str)
def test_a_password_alone_adds_nothing_once_the_owner_has_a_factor(
    applications: Callable[..., Application], required: bool | list[str]
) -> None:
    """S-84: a session that only a password opened cannot change the factors of somebody who
    has one, even if it is minutes old."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=required)
    person = application.person()
    owner, thief = application.browser(), application.browser()
    owner.give_password(person)
    thief.give_password(person)
    owner.get("/login/set-up")
    owner.post("/login/send-code", method="email", purpose="first_setup")
    owner.prove_mailbox(person).set_up(person, "authenticator")
    assert [row["method"] for row in application.rows("credentials")] == ["authenticator"]
    thief.get("/login/set-up")
    assert "one-time-code" not in thief.page
    thief.post("/login/set-up/authenticator", action="begin")
    assert "secret=" not in thief.page
    assert len(application.rows("credentials")) == 1


def test_where_the_setting_is_off_no_code_is_mailed(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL=False)
    person, browser = application.person(), application.browser()
    browser.give_password(person)
    assert application.outbox.messages() == []
    browser.set_up(person, "authenticator")
    assert browser.is_signed_in


def test_a_proof_of_the_old_address_is_none_of_the_new_one(application: Application) -> None:
    """S-85: the address on file changed after the code came back; the new mailbox is unproved."""
    person, browser = application.person(), application.browser()
    browser.give_password(person).prove_mailbox(person)
    with application.app.app_context():
        application.datastore.get_user(person.email).email = "new@example.com"
        application.db.session.commit()
    browser.get("/login/set-up")
    browser.post("/login/set-up/email", action="begin")
    assert not browser.is_signed_in
    assert application.rows("credentials") == []
