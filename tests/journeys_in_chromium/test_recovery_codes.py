"""Recovery codes in a real browser: shown once, kept, and typed on the day the phone is gone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.recovering import PAGE
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor
from tests.people import Person
from tests.soak import but_for_the_soak

BUTTONS = """() => [...document.querySelectorAll(".airlock :is(button, input)")]
  .some((element) => element.checkVisibility())"""


def shown(visitor: Visitor) -> list[str]:
    """The codes on the page that is open."""
    return visitor.page.locator(".al-codes code").all_inner_texts()


def first_codes(visitor: Visitor, ada: Person) -> list[str]:
    """From nothing to the page that shows the first set."""
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.prove_mailbox()
    visitor.choose("authenticator")
    visitor.read_key()
    visitor.type_code(visitor.app_code(), "Turn on")
    visitor.press("Show my codes")
    return shown(visitor)


@pytest.mark.parametrize("scripts", but_for_the_soak([True], [True, False]))
def test_a_person_keeps_her_codes_and_comes_back_by_one(
    visitors: Visitors, site: Site, ada: Person, scripts: bool, tmp_path: Path
) -> None:
    """S-69, S-72, S-74: downloaded, typed back; the phone is lost, and a new one is set up."""
    visitor = visitors(scripts=scripts)
    codes = first_codes(visitor, ada)
    assert len(codes) == 10
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / download.value.suggested_filename)
    kept = (tmp_path / "recovery-codes.txt").read_text("utf-8").splitlines()
    assert [line for line in kept if line in codes] == codes
    assert shown(visitor) == codes
    visitor.page.get_by_label("One of your codes").fill(kept[4].lower())
    visitor.press("I have kept them")
    assert visitor.path == "/inside"
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.choose("recovery_code")
    visitor.page.get_by_label("Recovery code").fill(kept[5])
    visitor.press("Continue")
    assert visitor.path == PAGE
    assert "9 of your codes are left." in visitor.page.inner_text("main")
    assert "Codes left: 9." in str(site.letter_saying("Codes left", ada.email))
    visitor.page.get_by_role("link", name="Set up another way").click()
    visitor.choose("sms")
    assert visitor.heading != "Is it you?"


def test_codes_are_copied_and_printed_where_scripts_run(visitor: Visitor, ada: Person) -> None:
    """S-74: on paper there are the codes, and no buttons."""
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    codes = first_codes(visitor, ada)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    assert page.evaluate(BUTTONS)
    page.emulate_media(media="print")
    assert not page.evaluate(BUTTONS)
    assert page.locator(".al-codes").is_visible()


@pytest.mark.parametrize("scripts", but_for_the_soak([False], [True, False]))
def test_a_double_click_shows_codes_that_work(
    visitors: Visitors, site: Site, ada: Person, scripts: bool
) -> None:
    """S-74: whichever of two answers the browser draws."""
    visitor = visitors(scripts=scripts)
    first_codes(visitor, ada)
    site.application.clock.advance(minutes=1)
    visitor.go(PAGE)
    with site.slow():
        visitor.double_click("Make new codes")
        expect(visitor.page.locator(".al-codes code")).to_have_count(10)
    (code, *_) = shown(visitor)
    assert site.application.events().count("recovery_codes_made") == 2
    visitor.page.get_by_label("One of your codes").fill(code)
    visitor.press("I have kept them")
    assert "you have kept your recovery codes" in visitor.page.inner_text("main")
