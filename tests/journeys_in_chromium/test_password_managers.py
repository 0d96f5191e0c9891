"""What password managers look for, what may be pasted and shown, and an application's fields."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.applications import WHOLE_LIFE
from tests.journeys_in_chromium.account import (
    ADDRESS,
    CHECK_MAIL,
    CREATE,
    OWN_FORM,
    PASSWORD,
    Newcomer,
    ask_for_reset,
    error_at,
    fill,
    follow,
    settle_in,
)
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.soak import but_for_the_soak

TERMS = "I have read the terms of use and accept them"
TOKENS = """() => Object.fromEntries(
  [...document.querySelectorAll("input:not([type=hidden])")].filter((input) => input.autocomplete)
    .map((input) => [input.name || "a hint", input.autocomplete]))"""
HINTED = {"a hint": "username"}
INSIDE = {
    "/change-password": {**HINTED, "current": "current-password", "password": "new-password"},
    "/change-email": {**HINTED, "email": "email", "current": "current-password"},
    "/change-username": {**HINTED, "username": "nickname", "current": "current-password"},
    "/delete-account": {**HINTED, "current": "current-password"},
}


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return WHOLE_LIFE


def fields_of(page: Page) -> dict[str, str]:
    """What each field is for, by its name, as a browser understands it."""
    found: dict[str, str] = page.evaluate(TOKENS)
    return found


def look_at_passwords(visitor: Visitor) -> int:
    """Each can be pasted, shown and hidden; how many there are."""
    fields = visitor.page.locator("input[type=password]").all()
    toggles = visitor.page.get_by_role("button", name="Show password").all()
    assert len(toggles) == len(fields)
    labels = [field.evaluate("(input) => input.labels[0].textContent") for field in fields]
    for label, toggle in zip(labels, toggles, strict=True):
        field = visitor.page.get_by_label(label, exact=True)
        field.focus()
        visitor.page.keyboard.insert_text(PASSWORD)
        toggle.click()
        assert toggle.get_attribute("aria-pressed") == "true"
        assert field.get_attribute("type") == "text"
        assert field.input_value() == PASSWORD
        toggle.click()
        assert toggle.get_attribute("aria-pressed") == "false"
        assert field.get_attribute("type") == "password"
    return len(fields)


def paste(visitor: Visitor, label: str, text: str) -> str:
    """What stands in a field after a paste by the keyboard."""
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    field = visitor.page.get_by_label(label, exact=True)
    field.focus()
    visitor.page.keyboard.press("Control+V")
    return field.input_value()


def test_the_pages_of_who_is_outside_name_their_fields(visitor: Visitor, site: Site) -> None:
    """S-136: the mail address is the user name that is kept with the password."""
    site.application.person(ADDRESS)
    visitor.go("/register")
    assert fields_of(visitor.page) == {
        "email": "username",
        "username": "nickname",
        "password": "new-password",
    }
    visitor.go("/login")
    assert fields_of(visitor.page) == {"email": "username", "password": "current-password"}
    visitor.go("/forgot-password")
    assert fields_of(visitor.page) == {"email": "username"}
    visitor.go("/send-confirmation")
    assert fields_of(visitor.page) == {"email": "email"}
    ask_for_reset(visitor, ADDRESS)
    follow(visitor, site, ADDRESS, "reset")
    assert fields_of(visitor.page) == {"password": "new-password"}


def test_the_pages_of_who_is_inside_name_their_fields_and_whose_password_it_is(
    visitor: Visitor, site: Site
) -> None:
    """S-15, S-136: a hidden field holds the address; one field for each password, and no second
    one to type it again."""
    settle_in(visitor, site, Newcomer(), "authenticator")
    for path, fields in INSIDE.items():
        visitor.go(path)
        assert fields_of(visitor.page) == fields, path
        hint = visitor.page.locator("form input[autocomplete=username]")
        assert hint.input_value() == ADDRESS, path
        assert not hint.is_visible()
        assert look_at_passwords(visitor) == len({"current", "password"} & fields.keys()), path


def test_passwords_are_pasted_shown_and_hidden(visitor: Visitor, site: Site) -> None:
    """S-15, S-135, X-03."""
    site.application.person(ADDRESS)
    for path in ("/register", "/login"):
        visitor.go(path)
        assert look_at_passwords(visitor) == 1
        visitor.go(path)
        assert paste(visitor, "Password", PASSWORD) == PASSWORD
    ask_for_reset(visitor, ADDRESS)
    follow(visitor, site, ADDRESS, "reset")
    assert look_at_passwords(visitor) == 1


def test_a_password_that_was_shown_is_sent_hidden(visitor: Visitor, site: Site) -> None:
    """A browser remembers what was typed into a text field, but not a password."""
    visitor.go("/register")
    fill(visitor, Mail_address="no address", Password=PASSWORD)
    visitor.page.get_by_role("button", name="Show password").click()
    visitor.page.evaluate(
        """() => document.addEventListener("submit", (event) => {
          localStorage.setItem("type", document.querySelector("[name=password]").type) })"""
    )
    visitor.press(CREATE)
    assert visitor.page.evaluate("localStorage.getItem('type')") == "password"
    assert "not a mail address" in error_at(visitor, "Mail address")


@pytest.mark.parametrize("own_settings", [WHOLE_LIFE | OWN_FORM], ids=["own form"])
@pytest.mark.parametrize("way", but_for_the_soak(["no-scripts"], WAYS))
def test_an_applications_own_fields_are_part_of_the_form(
    visitors: Visitors, site: Site, way: str
) -> None:
    """A text, choices and a box to tick: labelled, explained, refused at their place, kept."""
    visitor = visitors(**WAYS[way])
    visitor.go("/register")
    nickname = visitor.page.get_by_label("Nickname", exact=True)
    hint = visitor.page.locator(f"#{nickname.get_attribute('aria-describedby')}")
    assert hint.inner_text() == "It stands beside what you write."
    visitor.page.get_by_role("group", name="News by mail").get_by_text("Each month").click()
    visitor.page.get_by_label("How did you hear of us?").select_option("In the news")
    visitor.page.get_by_text(TERMS).click()
    fill(visitor, Mail_address=ADDRESS, Password=PASSWORD, Nickname="The boss")
    visitor.press(CREATE)
    assert "a nickname that is yours" in error_at(visitor, "Nickname")
    assert visitor.page.get_by_label(TERMS).is_checked()
    assert visitor.page.get_by_label("Each month").is_checked()
    assert visitor.page.get_by_label("How did you hear of us?").input_value() == "In the news"
    fill(visitor, Password=PASSWORD, Nickname="Amazing Grace")
    visitor.press(CREATE)
    assert visitor.heading == CHECK_MAIL
    with site.application.app.app_context():
        user = site.application.datastore.get_user(ADDRESS)
        assert user.nickname == "Amazing Grace"
