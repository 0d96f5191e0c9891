"""A walk through a person's own security page: every page behind it, in every state."""

import re
from collections.abc import Iterator
from typing import Any

from tests.applications import WHOLE_LIFE
from tests.journeys.support import signed_in
from tests.journeys_in_chromium.every_page import SETTINGS as LOGIN_SETTINGS
from tests.journeys_in_chromium.every_page import WRONG, open_letter
from tests.journeys_in_chromium.every_rescue_page import every_rescue_page
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor
from tests.people import Person

SETTINGS: dict[str, Any] = {**LOGIN_SETTINGS, **WHOLE_LIFE, "SECURITY_RESCUE_DELAY": 24 * 60 * 60}
TRUSTED = re.compile("airlock_trusted_")
SECOND_PHONE = "+1 201 555 0199"


def every_security_page(visitor: Visitor, site: Site) -> Iterator[str]:
    """Show one page after the other; gives a name for each, while it is open."""
    person = site.application.person()
    visitor.go("/login")
    visitor.give_password(person)
    visitor.prove_mailbox()
    visitor.choose("authenticator")
    visitor.read_key()
    visitor.type_code(visitor.app_code(), "Turn on")
    yield from _recovery_codes(visitor, site, person)
    visitor.go("/security")
    yield "security-one"
    yield from _factors(visitor, site)
    yield from _one_factor(visitor, site)
    yield from _two_phones(visitor, site, person)
    yield from _use(visitor, site, person)
    yield from _trusted_browsers(visitor, site, person)
    yield from every_rescue_page(visitor, site, person)
    yield from _not_me(visitor, site, person)


def _recovery_codes(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    yield "codes-before"
    visitor.press("Show my codes")
    yield "codes-shown"
    visitor.page.get_by_label("One of your codes").fill("0000-0000-0000-0000")
    visitor.press("I have kept them")
    yield "codes-wrong"
    visitor.go("/security/recovery-codes")
    yield "codes-unkept"
    visitor.press("Make new codes")
    codes = visitor.page.locator(".al-codes code").all_inner_texts()
    visitor.page.get_by_label("One of your codes").fill(codes[0])
    visitor.press("I have kept them")
    yield "codes-kept"
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/login?next=/security")
    visitor.give_password(person)
    yield "second-and-codes"
    visitor.choose("recovery_code")
    yield "second-recovery-code"
    _type_recovery_code(visitor, "0000-0000-0000-0000")
    yield "second-recovery-code-wrong"
    _type_recovery_code(visitor, codes[1])
    yield "codes-used"


def _type_recovery_code(visitor: Visitor, code: str) -> None:
    visitor.page.get_by_label("Recovery code").fill(code)
    visitor.press("Continue")


def _add_phone(visitor: Visitor, site: Site, number: str) -> None:
    site.application.clock.advance(minutes=2)
    visitor.go("/login/set-up/sms?next=/security/factors")
    visitor.page.get_by_label("Phone number").fill(number)
    visitor.press("Send code")
    visitor.type_code(site.texted_code(number.replace(" ", "")), "Turn on")


def _factors(visitor: Visitor, site: Site) -> Iterator[str]:
    visitor.go("/security/factors")
    yield "factors-one"
    visitor.choose("authenticator")
    yield "factor-last"
    _add_phone(visitor, site, "+1 201 555 0123")
    visitor.go("/security/factors?notice=added")
    yield "factors-two"
    visitor.go("/security")
    yield "security-two"


def _one_factor(visitor: Visitor, site: Site) -> Iterator[str]:
    visitor.go("/security/factors")
    visitor.choose("sms")
    yield "factor"
    visitor.page.get_by_label("Name").fill("\u202e")
    visitor.press("Save the name")
    yield "factor-name-wrong"
    visitor.page.get_by_label("Name").fill("A phone with a rather long name, for the train to work")
    visitor.press("Save the name")
    yield "factors-renamed"
    site.application.clock.advance(minutes=11)
    visitor.choose("sms")
    visitor.press("Ask for it first")
    yield "factor-verify"
    visitor.type_code(WRONG["authenticator"])
    yield "factor-verify-wrong"
    visitor.type_code(visitor.app_code())
    yield "factors-preferred"
    visitor.go("/security/factors/99999")
    yield "no-such-factor"


def _two_phones(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    _add_phone(visitor, site, SECOND_PHONE)
    yield "factors-three"
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/login?next=/security/factors")
    visitor.give_password(person)
    yield "second-two-phones"
    visitor.type_code(site.texted_code())
    yield "factors-used"


def _use(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    visitor.go("/security/sessions")
    yield "sessions-one"
    signed_in(site.application, person)
    visitor.go("/security/sessions")
    yield "sessions"
    visitor.press("Sign out all other browsers")
    yield "sessions-ended"
    visitor.go("/security/activity")
    yield "activity"


def _trusted_browsers(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    visitor.go("/security/trusted-browsers")
    yield "trusted-browsers-none"
    for number in ("one", "two"):
        visitor.log_out()
        site.a_minute_later()
        visitor.page.context.clear_cookies(name=TRUSTED)
        visitor.go("/login?next=/security/trusted-browsers")
        visitor.give_password(person)
        visitor.page.get_by_label("Don’t ask for a code").check()
        visitor.type_code(site.texted_code())
        yield f"trusted-browsers-{number}"
    visitor.page.get_by_text("Rename").first.click()
    yield "trusted-browsers-rename"
    visitor.page.get_by_label("Name").first.fill("\u202e")
    visitor.page.get_by_role("button", name="Save").first.click()
    visitor.page.get_by_role("alert").wait_for()
    yield "trusted-browsers-name-wrong"
    visitor.go("/security")
    yield "security-trusting"
    # What follows is about being asked.
    visitor.page.context.clear_cookies(name=TRUSTED)


def _not_me(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    letter = site.letter_saying("was added", person.email)
    open_letter(visitor, letter)
    yield "letter-factor-added"
    visitor.go(site.mailed_link(person.email, "not_me"))
    yield "not-me"
    visitor.press("Stop it")
    yield "not-me-done"
    visitor.go("/not-me")
    yield "not-me-spent"
