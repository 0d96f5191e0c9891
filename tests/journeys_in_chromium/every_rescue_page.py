"""A walk through the pages of rescue addresses, and back by one of them."""

import re
from collections.abc import Iterator

from tests.journeys_in_chromium.every_page import WRONG, open_letter
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor
from tests.people import Person
from tests.servers.smtp import plain_text

PAGE = "/security/rescue-addresses"
SECOND_MAILBOX = "ada@mailbox.example.net"
THIRD_MAILBOX = "ada.at.the.other.office@a-long-name.example.org"
RESCUE_CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$", re.MULTILINE)


def add_address(visitor: Visitor, address: str) -> None:
    """Name a mailbox, on the page that lists them."""
    visitor.page.get_by_label("Mail address").fill(address)
    visitor.press("Send a code")


def rescue_code(site: Site, address: str = SECOND_MAILBOX) -> str:
    """The code that came to a rescue address to come back."""
    letter = plain_text(site.letter_saying("come back to your account", address))
    found = RESCUE_CODE.search(letter)
    assert found, letter
    return found[0]


def every_rescue_page(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    """From inside: two addresses, and a day later the phone is gone."""
    yield from _addresses(visitor, site)
    site.application.clock.advance(hours=25)
    visitor.go(f"/login?next={PAGE}")
    visitor.give_password(person)
    visitor.go("/login/second-step?method=authenticator")
    visitor.type_code(visitor.app_code())
    yield "rescue-addresses"
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/login")
    visitor.give_password(person)
    yield from _back(visitor, site)
    yield from _help(visitor, site, person)


def _help(visitor: Visitor, site: Site, person: Person) -> Iterator[str]:
    site.run("airlock", "rescues", "approve", person.email, "--reason", "A walk")
    open_letter(visitor, site.letter_saying("asked to help", person.email))
    yield "letter-rescue-approved"
    visitor.go(site.mailed_link(person.email, "cancel_rescue"))
    yield "cancel-rescue"
    visitor.press("Cancel it")
    yield "cancel-rescue-done"


def _addresses(visitor: Visitor, site: Site) -> Iterator[str]:
    site.forget_mail()
    visitor.go(PAGE)
    yield "rescue-addresses-none"
    add_address(visitor, "no address")
    yield "rescue-address-wrong"
    add_address(visitor, SECOND_MAILBOX)
    yield "rescue-address-code"
    code = site.mailed_code()
    visitor.type_code(WRONG["email"])
    yield "rescue-address-code-wrong"
    visitor.type_code(code)
    yield "rescue-address-proved"
    add_address(visitor, THIRD_MAILBOX)
    visitor.type_code(site.mailed_code())
    yield "rescue-addresses-waiting"


def _back(visitor: Visitor, site: Site) -> Iterator[str]:
    visitor.go("/login/rescue?method=authenticator")
    yield "rescue-ways"
    with visitor.page.expect_navigation():
        visitor.page.locator("[data-rescue]").first.click()
    yield "rescue-code"
    visitor.type_code("0000-0000")
    yield "rescue-code-wrong"
    visitor.type_code(rescue_code(site).lower())
    yield "rescued"
    visitor.set_up("authenticator")
    visitor.go("/security")
    yield "security-rescued"
