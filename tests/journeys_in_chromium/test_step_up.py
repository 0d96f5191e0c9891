"""A form that was interrupted to ask who is there goes on, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.people import PHONE, Person
from tests.soak import but_for_the_soak


@pytest.mark.parametrize(
    "scripts,twice",
    but_for_the_soak([(True, True)], [(True, True), (False, False), (True, False)]),
)
def test_a_form_waits_for_the_proof_and_goes_on(
    visitors: Visitors, site: Site, ada: Person, scripts: bool, twice: bool
) -> None:
    """S-108: it is sent on as it was filled in; also where the button is pressed twice."""
    visitor = visitors(scripts=scripts)
    settle(visitor, site, ada, "authenticator")
    visitor.go("/login/set-up")
    visitor.choose("sms")
    site.application.clock.advance(minutes=11)
    visitor.page.get_by_label("Phone number").fill(PHONE)
    visitor.press("Send code")
    assert visitor.path == "/login/verify"
    assert visitor.heading == "Is it you?"
    if twice:
        visitor.page.get_by_label("Code", exact=True).fill(visitor.app_code())
        visitor.double_click("Continue")
    else:
        visitor.type_code(visitor.app_code())
    expect(visitor.page).to_have_url(f"{site.base}/login/set-up/sms")
    visitor.type_code(site.texted_code(), "Turn on")
    visitor.put_off()
    assert "Done." in visitor.page.get_by_role("status").inner_text()
