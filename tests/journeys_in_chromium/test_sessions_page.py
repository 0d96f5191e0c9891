"""A person finds a browser that she does not know, and signs it out, in a real browser."""

import pytest

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import TELEPHONE, Visitor
from tests.people import Person
from tests.servers.smtp import plain_text

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"


def comes_in(visitor: Visitor, site: Site, ada: Person, key: str) -> None:
    """Through both doors, with the key of her app."""
    site.a_minute_later()
    visitor.app_key = key
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="plain", marks=pytest.mark.soak),
        pytest.param({"scripts": False, **TELEPHONE}, id="phone"),
    ],
)
def test_she_signs_another_browser_out_after_a_proof(
    visitors: Visitors, site: Site, ada: Person, options: dict[str, object]
) -> None:
    """S-106, S-108: the form waits for the proof, and then the other is out at once."""
    visitor, other = visitors(**options), visitors(user_agent=AGENT)
    settle(visitor, site, ada, "authenticator")
    comes_in(other, site, ada, visitor.app_key)
    site.application.clock.advance(minutes=11)
    visitor.go("/security")
    visitor.page.get_by_role("link", name="Where you are signed in In 2 browsers.").click()
    assert visitor.heading == "Where you are signed in"
    visitor.page.get_by_role("button", name="Sign out Safari on iPhone 127.0.0.1").click()
    assert visitor.heading == "Is it you?"
    assert other.is_inside()
    visitor.type_code(visitor.app_code())
    assert "That browser was signed out." in visitor.page.get_by_role("status").inner_text()
    assert not other.is_inside()
    letter = site.letter_saying("signed out another browser", ada.email)
    assert "If this was not you" in plain_text(letter)
    visitor.go("/security/activity")
    assert visitor.page.get_by_role("listitem").first.inner_text().startswith("Another browser")


def test_she_signs_out_everywhere(visitors: Visitors, site: Site, ada: Person) -> None:
    """S-106: and stands at the login."""
    visitor, other = visitors(), visitors(user_agent=AGENT)
    settle(visitor, site, ada, "authenticator")
    comes_in(other, site, ada, visitor.app_key)
    visitor.go("/security/sessions")
    visitor.press("Sign out everywhere")
    assert visitor.path == "/login"
    assert "You were signed out everywhere." in visitor.page.get_by_role("status").inner_text()
    assert not visitor.is_inside()
    assert not other.is_inside()
