"""What browsers and hands do: double clicks, the back button, the keyboard, a telephone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import ARGUMENTS, chromium_program
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import TELEPHONE, Visitor, visiting
from tests.people import Person
from tests.soak import but_for_the_soak

METHODS = ["email", "authenticator", "sms"]
SETTLED_MS = 500


@pytest.fixture(scope="module")
def remembering_chromium(chromium: Browser) -> Iterator[Browser]:
    """Chromium as people have it: it keeps left pages alive for the back button."""
    launched = chromium.browser_type.launch(
        executable_path=chromium_program(),
        args=list(ARGUMENTS),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        yield launched
    finally:
        launched.close()


@pytest.mark.parametrize(
    "method,scripts",
    but_for_the_soak(
        [("sms", True), ("authenticator", False)],
        [("email", True), ("authenticator", True), ("sms", True), ("authenticator", False)],
    ),
)
def test_a_double_click_on_the_code_form_lands_signed_in_once(
    visitors: Visitors, site: Site, ada: Person, method: str, scripts: bool
) -> None:
    """A script holds the second click back. Without it the browser drops the first answer, with its
    cookie, and shows the second."""
    visitor = visitors(scripts=scripts)
    settle(visitor, site, ada, method, stays=False)
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.page.get_by_label("Code", exact=True).fill(visitor.code_for(method))
    logins = site.application.events().count("login_completed")
    with site.slow():
        visitor.double_click("Continue")
        # Waiting for the navigation would trip over the first one, which the browser gives up.
        expect(visitor.page).to_have_url(f"{site.base}/inside")
    assert site.line.posts == ["/login/second-step"] * (1 if scripts else 2)
    assert visitor.is_inside()
    assert site.application.events().count("login_completed") == logins + 1


@pytest.mark.parametrize("page", but_for_the_soak(["/login/set-up"], ["/inside", "/login/set-up"]))
def test_the_back_button_shows_nothing_after_signing_out(
    remembering_chromium: Browser, site: Site, ada: Person, page: str
) -> None:
    """Neither a page kept alive in memory nor one kept on disk comes back."""
    with visiting(remembering_chromium, site) as visitor:
        visitor.enrol(ada, "email")
        visitor.go(page)
        assert visitor.path == page
        visitor.go("/logout")
        visitor.press("Sign out")
        # A page that was kept alive is shown without being loaded: there is no load to wait for.
        visitor.page.evaluate("history.go(-2)")
        visitor.page.wait_for_timeout(SETTLED_MS)
        assert visitor.path == "/login"
        assert visitor.heading == "Sign in"


def test_everything_is_done_with_the_keyboard_alone(
    visitor: Visitor, site: Site, ada: Person
) -> None:
    """Fields that come first have the focus; everything else is reached by Tab."""
    visitor.go("/inside")
    visitor.type_keys(ada.email, then="Tab")
    visitor.type_keys(ada.password)
    visitor.type_keys(site.mailed_code())
    visitor.tab_to('[data-method="authenticator"]')
    visitor.type_keys("")
    visitor.tab_to("summary")
    visitor.page.keyboard.press("Space")
    visitor.app_key = "".join(visitor.page.locator("details code").inner_text().split())
    visitor.tab_to('[autocomplete="one-time-code"]')
    visitor.type_keys(visitor.app_code())
    visitor.tab_to('a[href="/inside"]')
    visitor.type_keys("")
    assert visitor.path == "/inside"

    visitor.go("/")
    visitor.tab_to("button")
    visitor.type_keys("")
    site.a_minute_later()
    visitor.go("/inside")
    visitor.type_keys(ada.email, then="Tab")
    visitor.type_keys(ada.password)
    visitor.type_keys(visitor.app_code())
    assert visitor.path == "/inside"


def test_whoever_returns_types_the_password_first(visitor: Visitor, ada: Person) -> None:
    """After a wrong password the address stands there, and the focus is where it is needed."""
    visitor.go("/inside")
    visitor.give_password(ada, "not her password")
    assert (
        visitor.page.get_by_label("Password", exact=True)
        .and_(visitor.page.locator(":focus"))
        .count()
    )


@pytest.mark.parametrize("method", but_for_the_soak(["email"], METHODS))
def test_a_telephone_is_enough(visitors: Visitors, site: Site, ada: Person, method: str) -> None:
    """Digits are typed on a number pad, and the telephone may offer the code that came."""
    visitor = visitors(**TELEPHONE)
    settle(visitor, site, ada, method, stays=False)
    visitor.go("/inside")
    visitor.give_password(ada)
    field = visitor.page.get_by_label("Code", exact=True)
    assert field.get_attribute("inputmode") == "numeric"
    assert field.get_attribute("autocomplete") == "one-time-code"
    field.fill(visitor.code_for(method))
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Continue").tap()
    assert visitor.path == "/inside"


def test_show_and_hide_the_password(visitor: Visitor) -> None:
    """A comfort of scripts: without them there is no such button."""
    visitor.go("/login")
    field = visitor.page.get_by_label("Password", exact=True)
    toggle = visitor.page.get_by_role("button", name="Show password")
    toggle.click()
    assert field.get_attribute("type") == "text"
    assert toggle.get_attribute("aria-pressed") == "true"
    toggle.click()
    assert field.get_attribute("type") == "password"


def test_without_scripts_no_button_is_dead(visitors: Visitors) -> None:
    visitor = visitors(scripts=False)
    visitor.go("/login")
    assert visitor.page.get_by_role("button").all_inner_texts() == ["Sign in"]


def test_a_login_in_two_tabs_ends_well(visitor: Visitor, site: Site, ada: Person) -> None:
    """The form of an older tab, sent after the newer one signed in, leads inside as well."""
    settle(visitor, site, ada, "authenticator", stays=False)
    visitor.go("/inside")
    visitor.give_password(ada)
    older = visitor.page
    with visitor.another_tab() as newer:
        newer.go("/login/second-step")
        newer.type_code(newer.app_code())
        assert newer.is_inside()
    older.reload()
    assert visitor.is_inside()
