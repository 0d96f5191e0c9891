"""A person's own security page in a real browser: factors side by side, and a thief is stopped."""

import pytest

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.people import PHONE, Person
from tests.soak import but_for_the_soak


@pytest.mark.parametrize("scripts", but_for_the_soak([False], [True, False]))
def test_two_apps_and_a_phone_live_side_by_side(
    visitors: Visitors, site: Site, ada: Person, scripts: bool
) -> None:
    """S-90: each of them opens the second door, and one that is lost is taken away."""
    visitor = visitors(scripts=scripts)
    settle(visitor, site, ada, "authenticator")
    old_key = visitor.app_key
    for method in ("sms", "authenticator"):
        site.a_minute_later()
        visitor.go("/security/factors")
        visitor.page.get_by_role("link", name="Add another one").click()
        visitor.set_up(method)
        assert "Done." in visitor.page.get_by_role("status").inner_text()
    assert visitor.path == "/security/factors"
    assert visitor.offered() == ["authenticator", "authenticator", "sms"]
    new_key = visitor.app_key
    for key in (old_key, new_key):
        visitor.log_out()
        site.a_minute_later()
        visitor.go("/login?next=/security/factors")
        visitor.give_password(ada)
        visitor.app_key = key
        visitor.type_code(visitor.app_code())
        assert visitor.path == "/security/factors"
    visitor.page.get_by_role("link", name="Authenticator app 1").click()
    visitor.press("Remove it")
    assert visitor.offered() == ["authenticator", "sms"]
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/login?next=/inside")
    visitor.give_password(ada)
    visitor.choose("sms")
    visitor.type_code(site.texted_code(PHONE))
    assert visitor.is_inside()


def test_this_was_not_me_ends_a_thiefs_session_within_one_request(
    visitors: Visitors, site: Site, ada: Person
) -> None:
    """S-81: by the letter alone, on another device, and without a login."""
    thief = visitors()
    settle(thief, site, ada, "authenticator")
    assert thief.is_inside()
    owner = visitors(scripts=False)
    owner.go(site.mailed_link(ada.email, "not_me"))
    assert thief.is_inside()
    owner.press("Stop it")
    assert owner.heading == "You are safe again"
    assert not thief.is_inside()
    owner.go(site.mailed_link(ada.email, "reset"))
    owner.page.get_by_label("New password", exact=True).fill("seven green umbrellas by the sea")
    owner.press("Save the password")
    assert "Your new password is set." in owner.page.get_by_role("status").inner_text()
