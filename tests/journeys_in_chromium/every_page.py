"""A walk that shows every page of ours, in every state a person can meet."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor
from tests.people import Person
from tests.servers.smtp import html_text

KNOWN_BROWSER = re.compile("^airlock_known_")
TRIES, UNTIL_CLOSED = 5, 20
WRONG = {"email": "00000000", "authenticator": "000000", "sms": "000000"}

# The pages say more in debug: the outbox is a page there.
SETTINGS = {"DEBUG": True, "SECURITY_COOKIE_SECURE": None}


def every_page(visitor: Visitor, site: Site) -> Iterator[str]:
    """Show one page after the other; gives a name for each, while it is open."""
    person = site.application.person()
    yield from _first_door(visitor, person)
    yield from _first_setup(visitor, site, person)
    yield from _more_methods(visitor, site, person)
    yield from _second_door(visitor, site, person)
    yield from _failures(visitor, site, person)
    yield from _rescue(visitor, site, person)
    yield from _around(visitor, site, person)


def _first_door(visitor: Visitor, person: Person) -> Iterator[str]:
    visitor.go("/_airlock/outbox")
    yield "outbox-empty"
    visitor.go("/login")
    yield "login"
    visitor.give_password(person, "not the password")
    yield "login-wrong"
    visitor.go("/login?notice=login_lapsed")
    yield "login-notice"


def _first_setup(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    visitor.go("/login")
    visitor.give_password(person)
    yield "first-mail"
    code = site.mailed_code()
    visitor.type_code(WRONG["email"])
    yield "first-mail-wrong"
    site.mail.refuse()
    visitor.press("Send again")
    yield from _until_told(visitor, "/login/set-up", "first-mail-failed")
    site.mail.behave()
    visitor.press("Send again")
    assert site.mailed_code() != code
    yield "first-mail-again"
    site.application.clock.advance(minutes=11)
    visitor.go("/login")
    visitor.give_password(person)
    visitor.prove_mailbox()
    yield "choices"
    visitor.choose("authenticator")
    yield "authenticator"
    visitor.read_key()
    yield "authenticator-key"
    visitor.type_code(WRONG["authenticator"], "Turn on")
    yield "authenticator-wrong"
    visitor.type_code(visitor.app_code(), "Turn on")


def _more_methods(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    visitor.go("/login/set-up")
    yield "choices-in-use"
    visitor.choose("sms")
    yield "sms-number"
    visitor.page.get_by_label("Phone number").fill("12")
    visitor.press("Send code")
    yield "sms-number-wrong"
    visitor.page.get_by_label("Phone number").fill("+1 201 555 0123")
    visitor.press("Send code")
    yield "sms-code"
    visitor.type_code(WRONG["sms"], "Turn on")
    yield "sms-code-wrong"
    visitor.type_code(site.texted_code(), "Turn on")
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/login?next=/login/set-up")
    visitor.give_password(person)
    visitor.type_code(visitor.app_code())
    # In a browser that has not proved the mailbox, setting up mail takes a code.
    visitor.page.context.clear_cookies(name=KNOWN_BROWSER)
    visitor.choose("email")
    yield "email"
    visitor.type_code(WRONG["email"], "Turn on")
    yield "email-wrong"
    visitor.type_code(site.mailed_code(), "Turn on")
    visitor.go("/login/set-up?notice=added")
    yield "choices-added"
    site.application.clock.advance(minutes=11)
    visitor.go("/login/set-up")
    yield "verify"
    visitor.type_code(WRONG["authenticator"])
    yield "verify-wrong"
    visitor.choose("email")
    yield "verify-email"
    visitor.type_code(site.mailed_code())
    yield from _inside(visitor)


def _inside(visitor: Visitor) -> Iterator[str]:
    visitor.go("/logout")
    yield "logout"
    visitor.press("Sign out")


def _second_door(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    site.a_minute_later()
    visitor.go("/login?next=/inside")
    visitor.give_password(person)
    yield "second-authenticator"
    visitor.type_code(WRONG["authenticator"])
    yield "second-authenticator-wrong"
    visitor.go("/login/second-step?method=email")
    yield "second-email-before"
    visitor.press("Send code")
    yield "second-email"
    visitor.go("/login/second-step?method=sms")
    visitor.press("Send code")
    visitor.type_code("12 34")
    yield "second-sms-not-a-code"
    visitor.go("/login/second-step?method=sms")
    yield "second-sms"


def _failures(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    visitor.go("/login/second-step?method=email")
    site.forget_mail()
    site.mail.refuse()
    visitor.press("Send again")
    yield from _until_told(visitor, "/login/second-step?method=email", "second-email-failed")
    site.mail.behave()
    for _ in range(TRIES):
        visitor.type_code(WRONG["email"])
    yield "second-email-last-try"
    visitor.go("/login/second-step?method=email")
    yield "second-email-too-many"
    _close(site, person, "authenticator")
    visitor.page.context.clear_cookies(name=KNOWN_BROWSER)
    visitor.go("/login/second-step?method=authenticator")
    yield "second-closed"
    visitor.go("/login/second-step?method=sms")
    yield "second-sms-other-closed"


def _rescue(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    visitor.page.get_by_role("link", name="I can’t use any of these").click()
    visitor.page.wait_for_url("**/rescue**")
    yield "rescue-other-ways"
    for method in ("email", "sms"):
        _close(site, person, method)
    visitor.go("/login/rescue")
    yield "rescue"
    site.forget_mail()
    visitor.press("Ask for help")
    yield "rescue-asked"
    letters = site.mail.wait_for(site.read_letters + 2)
    site.forget_mail()
    for letter in letters[-2:]:
        open_letter(visitor, letter)
        yield f"letter-{'request' if person.email not in letter['To'] else 'heard'}"


def _around(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    site.run("users", "reset-factors", person.email, "--reason", "A walk")
    open_letter(visitor, site.next_letter())
    yield "letter-set-up-link"
    visitor.go("/login")
    visitor.give_password(person)
    yield "message"
    visitor.go("/login?notice=setup_link")
    yield "login-set-up-link"
    open_letter(visitor, site.mail.messages[0])
    yield "letter-code"
    visitor.go("/_airlock/outbox")
    yield "outbox"


def open_letter(visitor: Visitor, letter: EmailMessage) -> None:
    """As a mail program shows it, away from the site and its rules."""
    visitor.page.goto("about:blank")
    visitor.page.set_content(html_text(letter))


def _until_told(visitor: Visitor, path: str, name: str) -> Iterator[str]:
    """Messages are sent off the response path: a failure is told a moment later."""
    for _ in range(100):
        visitor.go(path)
        if "could not be sent" in visitor.alert:
            yield name
            return
        visitor.page.wait_for_timeout(50)
    raise AssertionError("the page does not tell that the message could not be sent")


def _close(site: Site, person: Person, method: str) -> None:
    """Somebody else with the password tries until the method is closed for strangers."""
    for attempt in range(UNTIL_CLOSED + 1):
        if attempt % 4 == 0:
            stranger = site.application.browser()
            stranger.give_password(person)
            if method != "authenticator":
                stranger.post("/login/send-code", method=method, purpose="login")
        stranger.answer(method, WRONG[method])
