"""A walk through the time in which somebody may still do without a second factor."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.journeys_in_chromium.every_page import SETTINGS as EVERYDAY
from tests.journeys_in_chromium.every_page import open_letter
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor

SETTINGS: dict[str, Any] = {**EVERYDAY, "SECURITY_TWO_FACTOR_GRACE": timedelta(days=14)}


def every_grace_page(visitor: Visitor, site: Site) -> Iterator[str]:
    """Show one page after the other; gives a name for each, while it is open."""
    ada = site.application.person()
    visitor.go("/login?next=/inside")
    visitor.give_password(ada)
    assert visitor.path == "/login/set-up"
    yield "grace-first-mail"
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name="Later").click()
    assert visitor.path == "/inside"
    visitor.go("/security")
    yield "grace-security"
    open_letter(visitor, site.next_letter())
    yield "letter-due"
    visitor.go("/login/set-up")
    visitor.press("Send code")
    yield "grace-first-mail-sent"
    visitor.prove_mailbox()
    yield "grace-choices"
    visitor.go("/logout")
    visitor.press("Sign out")
    site.application.clock.advance(days=14)
    visitor.go("/login")
    visitor.give_password(ada)
    assert visitor.page.get_by_role("link", name="Later").count() == 0
    yield "grace-over"
