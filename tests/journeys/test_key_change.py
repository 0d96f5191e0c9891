"""A new key in front of the old one: nothing ends, and what is used moves on to the new key.

Then the old key goes, and what was still on its way under it ends, as docs/keys-and-secrets says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from flask_airlock.domain.browsers import known_mark
from flask_airlock.flows import mailboxes
from tests.applications import WHOLE_LIFE, Application
from tests.cli.support import answer
from tests.journeys.life import ANOTHER, ask_for_reset, change_email, link_in
from tests.journeys.support import (
    SESSION,
    cookie,
    counted_statements,
    enrolled_person,
    known_marks,
    moved,
)
from tests.people import Browser, Person
from tests.sealing import NEW, OLD, boxes, key_id, lying_under

FRESH = "countess@example.org"


@dataclass
class Site:
    """An application that is started anew, on the same database, by another list of keys."""

    make: Callable[..., Application]
    uri: str
    now: Application

    def restart(self, *keys: str, **settings: Any) -> Application:
        """The same moment, another process."""
        then = self.now.clock.now
        self.now = self.make(
            self.uri, **{**WHOLE_LIFE, "SECURITY_ENCRYPTION_KEYS": list(keys), **settings}
        )
        self.now.clock.now = then
        return self.now

    def moved(self, person: Person, browser: Browser, path: str = "/login") -> Browser:
        """The person and her browser, there as well, with a page open."""
        person.application = self.now
        return moved(browser, self.now).get(path)


@pytest.fixture
def site(applications: Callable[..., Application], tmp_path: Any) -> Site:
    """Started with the old key alone."""
    uri = f"sqlite:///{tmp_path}/keys.sqlite"
    first = applications(uri, **WHOLE_LIFE, SECURITY_ENCRYPTION_KEYS=[OLD])
    return Site(applications, uri, first)


def code_by(method: str) -> "Story":
    """A code on its way."""

    def story(site: Site, change: Callable[[], None]) -> Any:
        ada, browser = enrolled_person(site.now, method)
        browser.give_password(ada)
        code = ada.mailed_code() if method == "email" else ada.texted_code()
        change()
        return site.moved(ada, browser, "/login/second-step").answer(method, code).is_signed_in

    return story


def proof_of_the_address(site: Site, change: Callable[[], None]) -> Any:
    """The mailed code came back, and the first factor is set up after it."""
    ada, browser = site.now.person(), site.now.browser()
    browser.give_password(ada).prove_mailbox(ada)
    change()
    browser = site.moved(ada, browser, "/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin").get("/login/set-up/authenticator")
    return "secret=" in browser.page


def link_to_reset(site: Site, change: Callable[[], None]) -> Any:
    """A forgotten password."""
    ada, browser = enrolled_person(site.now)
    ask_for_reset(site.now, ada.email)
    link = link_in(site.now, ada.email)
    change()
    browser = site.moved(ada, browser, link).post("/reset-password", password=ANOTHER)
    return browser.path == "/login"


def reserved_address(site: Site, change: Callable[[], None]) -> Any:
    """An address that was left a while ago is nobody else's yet."""
    ada, browser = enrolled_person(site.now)
    change_email(browser.log_in(ada, "authenticator"), ada, FRESH)
    browser.get(link_in(site.now, FRESH)).post("/confirm-new-email")
    change()
    services = site.now.app.extensions["security"].services
    with site.now.app.app_context(), services.begin() as work:
        digests = mailboxes.digests(services, ada.email)
        return work.unit.link_tokens.is_reserved(digests, None, site.now.clock.now)


def known_browser(site: Site, change: Callable[[], None]) -> Any:
    """A browser that gave two proofs before."""
    ada, browser = enrolled_person(site.now)
    (name,) = known_marks(browser)
    change()
    services = site.now.app.extensions["security"].services
    with site.now.app.app_context(), services.begin() as work:
        account = work.unit.accounts.of_user(site.now.datastore.get_user(ada.email).id)
        return known_mark(services.vault, account, {name: cookie(browser, name)}) is not None


def second_click_of_a_login(site: Site, change: Callable[[], None]) -> Any:
    """The same answer once more, half a minute later at most: the same session."""
    ada, browser = enrolled_person(site.now)
    browser.give_password(ada)
    other, code = moved(browser, site.now), ada.app_code()
    browser.answer("authenticator", code)
    change()
    other = site.moved(ada, other).answer("authenticator", code)
    return other.is_signed_in and cookie(other, SESSION) == cookie(browser, SESSION)


def second_click_of_a_new_password(site: Site, change: Callable[[], None]) -> Any:
    """The same for the form that changes the password."""
    ada, browser = enrolled_person(site.now)
    browser.log_in(ada, "authenticator").get("/change-password")
    other, fields = moved(browser, site.now), {"current": ada.password, "password": ANOTHER}
    browser.post("/change-password", **fields)
    change()
    other = site.moved(ada, other).post("/change-password", **fields)
    return other.is_signed_in and cookie(other, SESSION) == cookie(browser, SESSION)


def link_that_carries_an_address(site: Site, change: Callable[[], None]) -> Any:
    """What it carries is sealed."""
    ada, browser = enrolled_person(site.now)
    change_email(browser.log_in(ada, "authenticator"), ada, FRESH)
    link = link_in(site.now, FRESH)
    change()
    browser = site.moved(ada, browser, link).post("/confirm-new-email")
    return "Your mail address was changed" in browser.page


def pending_set_up(site: Site, change: Callable[[], None]) -> Any:
    """The key on the page is the one that the server keeps."""
    ada, browser = enrolled_person(site.now, "email")
    browser.log_in(ada, "email").get("/login/set-up")
    browser.post("/login/set-up/authenticator", action="begin")
    key = browser.shown_key()
    change()
    return site.moved(ada, browser, "/login/set-up/authenticator").shown_key() == key


def open_session(site: Site, change: Callable[[], None]) -> Any:
    """Tokens are no keyed digests."""
    ada, browser = enrolled_person(site.now)
    browser.log_in(ada, "authenticator")
    change()
    return site.moved(ada, browser).is_signed_in


def factor(method: str) -> "Story":
    """A login with what was set up before."""

    def story(site: Site, change: Callable[[], None]) -> Any:
        ada, _ = enrolled_person(site.now, method)
        change()
        ada.application = site.now
        return site.now.browser().log_in(ada, method).is_signed_in

    return story


Story = Callable[[Site, Callable[[], None]], Any]
# Under keyed digests: nothing can be sealed anew there, they run out.
DIGESTED: dict[str, Story] = {
    "code by mail": code_by("email"),
    "code by text message": code_by("sms"),
    "proof of the address": proof_of_the_address,
    "link to reset": link_to_reset,
    "reserved address": reserved_address,
    "known browser": known_browser,
    "second click of a login": second_click_of_a_login,
    "second click of a new password": second_click_of_a_new_password,
}
LASTING: dict[str, Story] = {
    "link that carries an address": link_that_carries_an_address,
    "pending set-up": pending_set_up,
    "open session": open_session,
    "authenticator": factor("authenticator"),
    "phone": factor("sms"),
}


@pytest.mark.parametrize("name", [*DIGESTED, *LASTING])
def test_nothing_ends_with_a_new_key_in_front(site: Site, name: str) -> None:
    """S-115: keys rotate without downtime, sealed values and keyed digests alike."""

    def put_in_front() -> None:
        site.restart(NEW, OLD)

    assert (DIGESTED | LASTING)[name](site, put_in_front)


@pytest.mark.parametrize("name", [*DIGESTED, *LASTING])
def test_without_the_old_key_what_is_sealed_lasts_and_digests_end(site: Site, name: str) -> None:
    """S-115: a command re-seals; the rest is good for as long as the old key stays in the list."""

    def rotate_and_drop() -> None:
        answer(site.restart(NEW, OLD), "airlock", "rotate-keys")
        site.restart(NEW)

    assert bool((DIGESTED | LASTING)[name](site, rotate_and_drop)) is (name in LASTING)


def test_two_processes_with_the_keys_in_either_order_serve_one_person(site: Site) -> None:
    """S-115: while they are restarted one by one, the new key behind the old one first."""
    ada, browser = enrolled_person(site.now)
    browser.give_password(ada)
    for keys in ((OLD, NEW), (NEW, OLD), (OLD, NEW)):
        site.restart(*keys)
        browser = site.moved(ada, browser, "/login/second-step")
        browser.answer("authenticator", ada.app_code())
        assert browser.is_signed_in
        browser.log_out()
        site.now.clock.advance(minutes=1)
        browser.give_password(ada)


@pytest.mark.parametrize("method", ["authenticator", "sms"])
def test_a_factor_that_is_used_moves_on_to_the_new_key(site: Site, method: str) -> None:
    """S-115: old reads, write uses new: one more statement, once, in the login's transaction."""
    ada, _ = enrolled_person(site.now, method)
    enrolled_person(site.now, method, email="bob@example.com")
    login_statements(site.now, ada, method)
    site.restart(NEW, OLD)
    ada.application = site.now
    first, second = (login_statements(site.now, ada, method) for _ in range(2))
    (more,) = [sent for sent in first if sent.startswith("UPDATE airlock_credentials SET secret")]
    assert "airlock_credentials.secret = " in more
    assert [sent for sent in first if sent != more] == second
    assert lying_under(site.now)["credentials"] == {key_id(NEW): 1, key_id(OLD): 1}


def login_statements(application: Application, person: Person, method: str) -> list[str]:
    """What the answer of a login in a fresh browser costs."""
    application.clock.advance(minutes=1)
    browser = application.browser().give_password(person)
    code = person.app_code() if method == "authenticator" else person.texted_code()
    with counted_statements(application) as sent:
        browser.answer(method, code)
    assert browser.is_signed_in
    return sent


def test_a_wrong_answer_moves_nothing(site: Site) -> None:
    ada, _ = enrolled_person(site.now)
    before = boxes(site.now, "credentials")
    site.restart(NEW, OLD)
    site.now.browser().give_password(ada).answer("authenticator", "000000")
    assert boxes(site.now, "credentials") == before


def test_a_form_that_was_open_when_secret_key_changed_is_shown_again(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    """S-125: Flask-WTF signs its token with the newest key alone; the second try goes through."""
    uri = f"sqlite:///{tmp_path}/secret.sqlite"
    before = applications(uri, SECRET_KEY=OLD)
    ada, browser = enrolled_person(before)
    open_form = browser.give_password(ada).page
    after = applications(uri, SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])
    after.clock.now, ada.application = before.clock.now, after
    browser = moved(browser, after)
    browser.page = open_form
    browser.answer("authenticator", ada.app_code())
    assert "open for too long" in browser.page
    assert browser.answer("authenticator", ada.app_code()).is_signed_in
