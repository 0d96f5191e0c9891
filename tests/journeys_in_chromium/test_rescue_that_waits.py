"""An administrator's help waits for a day: it is told, called off by one click, or carried out."""

import re
from typing import Any

import pytest

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.people import Person
from tests.servers.smtp import plain_text
from tests.soak import but_for_the_soak


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return {"SECURITY_RESCUE_DELAY": 24 * 60 * 60}


def approved(site: Site, visitor: Visitor, person: Person) -> str:
    """Somebody with an app, for whom help was approved; gives the path of the link that cancels."""
    settle(visitor, site, person, "authenticator", stays=False)
    site.run("airlock", "rescues", "approve", person.email, "--reason", "She called", "--by", "Bob")
    return site.mailed_link(person.email, "cancel_rescue")


@pytest.mark.parametrize("way", but_for_the_soak(["telephone"], WAYS))
def test_one_click_in_the_letter_calls_it_off(
    visitors: Visitors, site: Site, ada: Person, way: str
) -> None:
    """S-82: nobody has to sign in for it, and nothing is lost."""
    visitor = visitors(**WAYS[way])
    visitor.go(approved(site, visitor, ada))
    assert visitor.heading == "Cancel the help"
    visitor.press("Cancel it")
    assert visitor.heading == "Nothing was changed"
    letter = plain_text(site.letter_saying("was cancelled", ada.email))
    assert "This wasn’t me" in letter
    site.application.clock.advance(hours=25)
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()


def test_a_day_later_it_is_carried_out(visitors: Visitors, site: Site, ada: Person) -> None:
    """S-82: the link leads to a new second step; the password is asked for as ever."""
    visitor = visitors()
    approved(site, visitor, ada)
    site.application.clock.advance(hours=24, minutes=1)
    visitor.go("/login")
    letter = plain_text(site.letter_saying("/login/set-up-link/", ada.email))
    link = re.search(rf"^{re.escape(site.base)}(/login/set-up-link/\S+)$", letter, re.MULTILINE)
    assert link, letter
    visitor.go(link[1])
    visitor.give_password(ada)
    assert visitor.path == "/login/set-up"
    visitor.set_up("authenticator")
    assert visitor.is_inside()
