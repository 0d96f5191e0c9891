"""The phone is gone, and a second mailbox leads back."""

import pytest

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.every_rescue_page import (
    PAGE,
    SECOND_MAILBOX,
    add_address,
    rescue_code,
)
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.people import Person
from tests.soak import but_for_the_soak


@pytest.fixture(params=but_for_the_soak(["no-scripts"], WAYS))
def visitor(request: pytest.FixtureRequest, visitors: Visitors) -> Visitor:
    """With and without scripts, and on a telephone."""
    return visitors(**WAYS[request.param])


def test_a_lost_phone_and_the_way_back_by_a_second_mailbox(
    visitor: Visitor, site: Site, ada: Person
) -> None:
    """S-77, S-80: named and proved on one day, used on another."""
    settle(visitor, site, ada, "authenticator")
    visitor.go(PAGE)
    add_address(visitor, SECOND_MAILBOX)
    visitor.type_code(site.mailed_code())
    assert "It leads back from" in visitor.page.content()
    visitor.log_out()
    site.application.clock.advance(hours=25)
    lost = visitor.app_key
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.page.get_by_role("link", name="I can’t get a code").click()
    visitor.page.wait_for_url("**/login/rescue**")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Send a code to").click()
    visitor.type_code(rescue_code(site))
    assert visitor.path == "/login/set-up"
    assert "the second steps that you had are removed" in visitor.page.content()
    visitor.set_up("authenticator")
    assert visitor.is_inside()
    assert visitor.app_key != lost
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()
