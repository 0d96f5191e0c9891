"""A browser that is trusted, in two real ones: it skips, is stolen, and is caught."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.trust import OFFERED
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.people import Person
from tests.soak import but_for_the_soak

BOX = "Don’t ask for a code in this browser for 14 days"
TOKEN = re.compile("^airlock_trusted_")


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return OFFERED


def trust(visitor: Visitor, site: Site, person: Person) -> None:
    """From nothing to a browser that is trusted, signed out again."""
    settle(visitor, site, person, "authenticator", stays=False)
    visitor.go("/inside")
    visitor.give_password(person)
    visitor.page.get_by_label(BOX).check()
    visitor.type_code(visitor.app_code())
    assert visitor.path == "/inside"
    visitor.log_out()


def give_password(visitor: Visitor, person: Person) -> str:
    """The first door, and where it leads."""
    visitor.go("/login?next=/inside")
    visitor.give_password(person)
    return visitor.path


def steal(owner: Visitor, thief: Visitor) -> None:
    """Copy what the owner's browser keeps."""
    kept = [it for it in owner.page.context.cookies() if TOKEN.match(it.get("name", ""))]
    assert len(kept) == 1
    thief.page.context.add_cookies(kept)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", but_for_the_soak(["telephone"], WAYS))
def test_it_skips_is_stolen_and_is_caught(
    visitors: Visitors, site: Site, ada: Person, way: str
) -> None:
    """S-109, S-111: the thief's session ends within one request, and the owner gets a letter."""
    owner, thief = visitors(**WAYS[way]), visitors()
    trust(owner, site, ada)
    steal(owner, thief)
    assert give_password(owner, ada) == "/inside"
    owner.log_out()
    site.application.clock.advance(hours=1)
    assert give_password(thief, ada) == "/inside"
    site.application.clock.advance(hours=1)
    assert give_password(owner, ada) == "/login/second-step"
    assert not thief.is_inside()
    site.letter_saying("a copy of what a trusted browser", ada.email)
    owner.page.get_by_label(BOX).check()
    owner.type_code(owner.app_code())
    assert owner.path == "/inside"


@pytest.mark.parametrize("scripts", but_for_the_soak([False], [True, False]))
def test_the_box_may_be_pressed_twice(
    visitors: Visitors, site: Site, ada: Person, scripts: bool
) -> None:
    """S-110: whichever answer of a double click the browser keeps, its token is good."""
    visitor = visitors(scripts=scripts)
    settle(visitor, site, ada, "authenticator", stays=False)
    visitor.go("/login?next=/inside")
    visitor.give_password(ada)
    visitor.page.get_by_label(BOX).check()
    visitor.page.get_by_label("Code", exact=True).fill(visitor.app_code())
    with site.slow():
        visitor.double_click("Continue")
        # Waiting for the navigation would trip over the first one, which the browser gives up.
        expect(visitor.page).to_have_url(f"{site.base}/inside")
    visitor.log_out()
    assert give_password(visitor, ada) == "/inside"


@pytest.mark.parametrize("way", but_for_the_soak(["no-scripts"], WAYS))
def test_its_owner_names_it_and_removes_it(
    visitors: Visitors, site: Site, ada: Person, way: str
) -> None:
    """S-112: a form that was stopped for a proof goes on with what was typed."""
    visitor = visitors(**WAYS[way])
    trust(visitor, site, ada)
    site.a_minute_later()
    give_password(visitor, ada)
    visitor.go("/security/trusted-browsers")
    visitor.page.get_by_text("Rename").click()
    visitor.page.get_by_label("Name").fill("The one in the kitchen")
    visitor.press("Save")
    assert visitor.heading == "Is it you?"
    visitor.type_code(visitor.app_code())
    visitor.page.get_by_text("The one in the kitchen").first.wait_for()
    visitor.press("Remove The one in the kitchen")
    assert "trusted no longer" in visitor.page.get_by_role("status").inner_text()
    visitor.log_out()
    assert give_password(visitor, ada) == "/login/second-step"
