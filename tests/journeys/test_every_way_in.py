"""Every route and every command, each with the best that an attacker has: none lets him in.

S-21: all ways in pass the same gate. The routes and commands are found, not listed: a new one
fails here until somebody has said how it is attacked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
from werkzeug.routing import Rule

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.attackers import CHOSEN, OWN_ADDRESS, Attacker
from tests.journeys.life import LINK
from tests.journeys.support import enrolled_person, live_sessions, set_user
from tests.people import Browser
from tests.soak import in_turn

ADDRESS = "ada@example.com"
KNOWN = "the password that may be right"
# Routes that take a form: the fields in which an attacker sends something else than to all others.
# Every field of ours is sent to every route.
FORMS: dict[str, dict[str, str]] = {
    "security.login": {"password": KNOWN},
    "security.logout": {},
    "security.second_step": {},
    "security.send_code": {},
    "security.rescue": {"action": "ask"},
    "security.verify": {},
    "security.factors": {},
    "security.rescue_addresses": {},
    "security.rescue?by=mail": {"action": "send", "number": "1"},
    "security.rescue?by=code": {"action": "answer", "code": "0000-0000"},
    "security.not_me": {},
    "security.sessions": {"end": "all"},
    "security.trusted_browsers": {},
    "security.cancel_rescue": {},
    "security.enrol": {},
    "security.second_step?method=recovery_code": {
        "method": "recovery_code",
        "code": "0000-0000-0000-0000",
    },
    "security.recovery_codes": {"action": "make"},
    "security.register": {},
    "security.send_confirmation": {},
    "security.confirm_email": {},
    "security.forgot_password": {},
    "security.reset_password": {},
    "security.reset_password?by=invitation": {},
    "security.change_password": {},
    "security.change_email": {"email": OWN_ADDRESS},
    "security.confirm_new_email": {},
    "security.undo_email": {},
    "security.change_username": {},
    "security.delete_account": {},
}
# Routes that are only opened, the application's own among them.
PAGES = (
    "security.overview", "security.activity", "security.setup_link", "security.link",
    "security.static", "airlock_change_password", "airlock_outbox.show", "static", "home", "inside",
    "strong", "admin", "staff",
)  # fmt: skip
# Commands that change something, as an administrator would use them on a victim.
CHANGES: dict[str, list[str]] = {
    "users create": [OWN_ADDRESS, "--role", "admin"],
    "users invite": [ADDRESS],
    "users confirm": [ADDRESS],
    "users reset-factors": [ADDRESS, "--reason", "a voice on the phone"],
    "users delete": [ADDRESS, "--yes"],
    "users activate": [ADDRESS],
    "users deactivate": [ADDRESS],
    "roles create": ["staff", "--permission", "everything"],
    "roles add": [ADDRESS, "admin"],
    "roles remove": [ADDRESS, "admin"],
    "roles add-permission": ["admin", "everything"],
    "roles remove-permission": ["admin", "everything"],
    "sessions end": [ADDRESS],
    "airlock purge": [],
    "airlock check-emails": ["--apply"],
    "airlock adopt-legacy": ["--apply"],
    "airlock rotate-keys": [],
    "airlock rescues approve": [ADDRESS, "--reason", "a voice on the phone", "--by", "bob"],
    "airlock rescues cancel": [ADDRESS, "--reason", "another voice"],
}
# Commands that only tell something.
READINGS: dict[str, list[str]] = {
    "users list": [],
    "users show": [ADDRESS],
    "users export": [ADDRESS],
    "roles list": [],
    "sessions list": [ADDRESS],
    "airlock check-keys": [],
    "airlock events": [ADDRESS],
    "airlock who-is-locked-out": [],
    "airlock rescues list": [],
}


@dataclass(frozen=True)
class Holding:
    """Whose account it is, and what the attacker holds of it."""

    name: str
    method: str
    knows_password: bool
    reads_mail: bool
    is_reset: bool = False

    def attacker(self, application: Application) -> Attacker:
        """A victim with a factor, signed out, and somebody who is after the account."""
        victim, _ = enrolled_person(application, self.method, ADDRESS)
        application.clock.advance(hours=2)
        if self.is_reset:
            run = application.app.test_cli_runner().invoke
            run(args=["users", "reset-factors", ADDRESS, "--reason", "lost"])
        attacker = Attacker(application, victim, self.knows_password, self.reads_mail)
        if self.reads_mail:
            attacker.steal_links()
        return attacker


HOLDINGS = [
    Holding("password and mailbox of an app user", "authenticator", True, True),
    Holding("password of a mail user", "email", True, False),
    Holding("mailbox of a mail user", "email", False, True),
    Holding("password after a reset of the factors", "authenticator", True, False, is_reset=True),
    Holding("mailbox after a reset of the factors", "authenticator", False, True, is_reset=True),
]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command of an application, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name))


def assert_outside(attacker: Attacker, *browsers: Browser) -> None:
    """No cookie opens the protected page, and nobody came in, by whatever browser."""
    assert not any(browser.is_signed_in for browser in browsers)
    assert live_sessions(attacker.application) == []


def assert_gained_nothing(attacker: Attacker, *browsers: Browser) -> None:
    """Nor when the attacker walks on with what he has now; nor within a day of a reset (S-36)."""
    assert_outside(attacker, *browsers)
    for browser in browsers:
        assert_outside(attacker, attacker.walk_on(browser))
    if not attacker.reads_mail:
        return
    browser = browsers[-1]
    assert_outside(attacker, attacker.walk_on(attacker.reset_by_mail(browser)))
    attacker.application.clock.advance(hours=23, minutes=58)
    assert_outside(attacker, attacker.walk_on(browser))


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """Everything is switched on."""
    return applications(**WHOLE_LIFE)


def name_of(value: Any) -> str:
    """What a test is called by."""
    return str(value.name if isinstance(value, Holding) else value[0])


@pytest.mark.parametrize(
    "ways,holding", in_turn([*([way] for way in FORMS), PAGES], HOLDINGS, name_of, each=2)
)
def test_no_route_lets_anybody_in_who_lacks_a_proof(
    application: Application, ways: Sequence[str], holding: Holding
) -> None:
    """S-21, S-36, S-76: GET and POST, by a stranger and between the doors, with every link."""
    attacker = holding.attacker(application)
    browsers = list(attacker.browsers())
    for browser in browsers:
        for way in ways:
            attack(attacker, browser, way)
        assert_outside(attacker, browser)
    assert_gained_nothing(attacker, *browsers)


def attack(attacker: Attacker, browser: Browser, way: str) -> None:
    """Everything that can be sent to a route."""
    endpoint, mark, query = way.partition("?")
    rules = [it for it in attacker.application.app.url_map.iter_rules() if it.endpoint == endpoint]
    assert rules, f"the application has no route {endpoint} any more: do not name it here"
    for rule in rules:
        for path in attacker.paths(rule):
            browser.client.get(path + mark + query).close()
            if "POST" in methods(rule):
                send_forms(attacker, browser, path + mark + query, FORMS[way])


def send_forms(attacker: Attacker, browser: Browser, path: str, own: Mapping[str, str]) -> None:
    """All of our fields, with every action that a page of ours has."""
    known = {name: attacker.passwords[0] if it == KNOWN else it for name, it in own.items()}
    token = browser.get("/logout").token()
    for form in attacker.forms(path):
        browser.client.post(path, data={"csrf_token": token, **form, **known})


@pytest.mark.parametrize(
    "names,holding",
    in_turn([*([name] for name in CHANGES), list(READINGS)], HOLDINGS[1:3], name_of),
)
def test_no_command_lets_anybody_in_who_lacks_a_proof(
    application: Application, names: list[str], holding: Holding
) -> None:
    """S-21: nor does a command show a link, a code or a password to who types it."""
    attacker = holding.attacker(application)
    run = application.app.test_cli_runner().invoke
    run(args=["roles", "create", "admin"])
    for name in names:
        done = run(args=[*name.split(), *(CHANGES | READINGS)[name]])
        assert done.exit_code < 2, done.output
        assert not any(secret in done.output for secret in ("/link/", "/set-up-link/", "$argon2"))
    assert_gained_nothing(attacker, *attacker.browsers())


def test_every_route_is_attacked(application: Application) -> None:
    found = {rule.endpoint for rule in application.app.url_map.iter_rules()}
    known = {*(way.partition("?")[0] for way in FORMS), *PAGES}
    assert found == known, (
        f"new routes: {sorted(found - known)}. Add each to FORMS, with the fields in which an "
        f"attacker sends it something of its own (and a new field to Attacker.forms), or to PAGES "
        f"if it takes no form."
    )
    takes_form = {
        it.endpoint for it in application.app.url_map.iter_rules() if "POST" in methods(it)
    }
    assert not takes_form & set(PAGES), "a page that takes a form belongs into FORMS"


def methods(rule: Rule) -> set[str]:
    """How a route may be asked."""
    return set(rule.methods or ())


def test_every_command_is_attacked(application: Application) -> None:
    found, known = set(commands(application.app.cli)), {*CHANGES, *READINGS}
    assert found == known, (
        f"new commands: {sorted(found - known)}. Add each to CHANGES or READINGS, with the "
        f"arguments by which an administrator would use it on somebody with a second factor."
    )


def test_the_attackers_get_in_once_they_have_every_proof(application: Application) -> None:
    """The test of the test: what they do is the way in, and only a proof is missing."""
    both = Holding("both", "email", True, True).attacker(application)
    assert both.walk_on(application.browser()).is_signed_in


def test_the_attackers_get_in_after_the_hold(application: Application) -> None:
    """The same for the mailbox alone: the day after the reset it counts again."""
    mailbox = Holding("mailbox", "email", False, True).attacker(application)
    browser = mailbox.reset_by_mail(application.browser())
    assert not mailbox.walk_on(browser).is_signed_in
    application.clock.advance(hours=24, seconds=1)
    assert mailbox.walk_on(browser).is_signed_in


@pytest.mark.parametrize("page", ["/register", "/send-confirmation"])
def test_a_mailbox_alone_opens_no_account_that_was_in_use_before_addresses_were_confirmed(
    application: Application, page: str
) -> None:
    """S-36: a link that confirms or invites is the same mailbox once more, not a second proof."""
    attacker = Holding("mailbox", "email", False, True).attacker(application)
    set_user(application, attacker.victim, confirmed_at=None)
    browser = application.browser().get(page)
    browser.post(page, email=ADDRESS, password=CHOSEN)
    link = urlsplit(LINK.findall(attacker.victim.newest_letter())[-1]).path
    query = "?by=invitation" if page == "/register" else ""
    browser.get(link).post(browser.path + query, password=CHOSEN)
    assert browser.path == "/login"
    assert_gained_nothing(attacker, browser)
