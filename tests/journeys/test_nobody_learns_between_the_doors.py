"""Between the doors a cookie that opens nothing tells nothing: whose it was, or whether it ever was
anybody's (S-17, S-18, S-19, S-20)."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from flask_airlock.domain.vault import new_token
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.asking import CountedPasswords, Work, all_alike, ask, counted_passwords
from tests.journeys.support import HALF_OPEN, SESSION, cookie, give_cookie, set_user
from tests.people import Browser, Person
from tests.soak import but_for_the_soak

DATABASES = ["sqlite", "postgres_url", "mariadb_url"]
TEN_MINUTES = {"minutes": 10, "seconds": 1}
CODE, MAILED = "123456", "12345678"
PHONE = "+12015550123"
INVENTED = "invented"

Form = dict[str, str] | None
# Everything that asks for a half-open session.
REQUESTS: list[tuple[str, Form]] = [
    ("/login/second-step", None),
    ("/login/second-step?method=sms", None),
    ("/login/second-step", {"method": "authenticator", "code": CODE}),
    ("/login/second-step", {"method": "email", "code": MAILED}),
    ("/login/second-step", {"method": "sms", "code": CODE}),
    ("/login/second-step", {"method": "email", "code": ""}),
    ("/login/second-step", {"method": "email", "code": MAILED, "csrf_token": "another"}),
    ("/login/send-code", {"method": "email", "purpose": "login"}),
    ("/login/send-code", {"method": "sms", "purpose": "login"}),
    ("/login/send-code", {"method": "authenticator", "purpose": "login"}),
    ("/login/send-code", {"method": "email", "purpose": "first_setup"}),
    ("/login/rescue", None),
    ("/login/rescue?method=email", None),
    ("/login/rescue", {"action": "ask"}),
    ("/login/set-up", None),
    ("/login/set-up", {"action": "prove", "code": MAILED}),
    ("/login/set-up", {"action": "prove", "code": ""}),
    *(
        (f"/login/set-up/{method}", form)
        for method in ("email", "authenticator", "sms")
        for form in (
            None,
            {"action": "begin", "phone": PHONE},
            {"action": "resend"},
            {"action": "restart"},
            {"action": "confirm", "code": MAILED if method == "email" else CODE},
        )
    ),
]


@dataclass
class Street:
    """An application, people who were on their way in, and the cookies they had then."""

    application: Application
    passwords: CountedPasswords
    asker: Browser
    tokens: dict[str, str] = field(default_factory=dict)

    def half_open(self, name: str, method: str = "", **columns: object) -> tuple[Person, Browser]:
        """Somebody new between the doors, with a factor or without."""
        person = self.application.person(f"{name}-{method or 'none'}@example.com", **columns)
        if method:
            self.application.browser().enrol(person, method)
            self.application.clock.advance(minutes=1)
        browser = self.application.browser().give_password(person)
        assert browser.path == ("/login/second-step" if method else "/login/set-up")
        return person, browser

    def keep(self, name: str, browser: Browser, held: str = HALF_OPEN) -> None:
        """Note the cookie that a browser has now."""
        self.tokens[name] = cookie(browser, held)
        assert self.tokens[name]

    def sql(self, person: Person, **columns: object) -> None:
        """Change a user behind our back, as a statement of the application's own does."""
        users = self.application.datastore.user_model.__table__
        mine = sa.update(users).where(users.c.email == person.email).values(**columns)
        with self.application.app.app_context():
            engine = self.application.datastore.engine()
        with engine.begin() as connection:
            assert connection.execute(mine).rowcount == 1

    def ask(self, token: str | None, path: str, form: Form) -> Work:
        """Ask with that half-open cookie, from a browser that has no other of ours."""
        self.asker.client.delete_cookie(HALF_OPEN)
        if token is not None:
            give_cookie(self.asker, HALF_OPEN, token)
        return ask(self.application, self.passwords, self.asker, path, form)


def lapsed(street: Street, method: str) -> None:
    """Cookies whose time is over, or that were used."""
    _, browser = street.half_open("late", method)
    street.keep(f"expired {method}", browser)
    person, browser = street.half_open("ended", method)
    street.keep(f"ended {method}", browser)
    street.application.browser().give_password(person)
    browser.log_out()
    if method:
        person, browser = street.half_open("inside", method)
        street.keep("went through the second door", browser)
        browser.post("/login/send-code", method=method, purpose="login")
        browser.answer(method, person.mailed_code())
        assert browser.is_signed_in
        street.keep("of a session inside", browser, SESSION)


def refused(street: Street, method: str) -> None:
    """Cookies of today, of people who may not come in any more."""
    person, browser = street.half_open("inactive", method)
    street.keep(f"inactive {method}", browser)
    set_user(street.application, person, active=False)
    person, browser = street.half_open("off", method)
    street.keep(f"switched off behind our back {method}", browser)
    street.sql(person, active=False)
    person, browser = street.half_open("waiting", method)
    street.keep(f"waits for its confirmation again {method}", browser)
    street.sql(person, confirmed_at=None)
    person, browser = street.half_open("gone", method)
    street.keep(f"removed {method}", browser)
    with street.application.app.app_context():
        store = street.application.datastore
        store.delete_user(store.get_user(person.email))
        street.application.db.session.commit()


@pytest.fixture(params=but_for_the_soak(["sqlite"], DATABASES))
def street(request: pytest.FixtureRequest, applications: Callable[..., Application]) -> Street:
    """The same on each database."""
    where = None if request.param == "sqlite" else request.getfixturevalue(request.param)
    application = applications(where, **WHOLE_LIFE)
    passwords, asker = counted_passwords(application), application.browser()
    made = Street(application, passwords, asker)
    made.tokens |= {INVENTED: new_token(), "rubbish": "caf\u00e9 \x7f'--", "huge": "x" * 3000}
    for method in ("", "email"):
        lapsed(made, method)
    application.clock.advance(**TEN_MINUTES)
    for method in ("", "email"):
        refused(made, method)
    return made


def test_a_cookie_that_opens_nothing_tells_nothing(street: Street) -> None:
    """S-17, S-18: whatever it is, the same bytes after the same statements; none of them changes
    anything, nothing is hashed, and no letter goes out."""
    street.asker.get("/login")
    for path, form in REQUESTS:
        works = {name: street.ask(token, path, form) for name, token in street.tokens.items()}
        all_alike(works, INVENTED)
        for name, work in works.items():
            told = (path, form, name)
            assert work.headers, told
            assert (work.changes, work.hashes, work.letters) == ([], [], 0), told
        without = street.ask(None, path, form)
        assert without.answer == works[INVENTED].answer, (path, form)
        assert without.statements == [], (path, form)
