"""What who is inside changes: password, mail address, user name; and leaves, and stays."""

from typing import Any

import pytest

from tests.applications import WHOLE_LIFE
from tests.journeys_in_chromium.account import (
    ADDRESS,
    ANOTHER,
    CHANGE,
    CHECK_MAIL,
    CONFIRM,
    DELETE,
    LINK_SPENT,
    NEW_ADDRESS,
    PASSWORD,
    SEND,
    Newcomer,
    error_at,
    fill,
    follow,
    let_the_form_expire,
    reset,
    settle_in,
    sign_in,
)
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.servers.smtp import plain_text
from tests.soak import but_for_the_soak


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return WHOLE_LIFE


@pytest.fixture
def grace() -> Newcomer:
    return Newcomer()


def inside(visitor: Visitor, site: Site, person: Newcomer) -> Visitor:
    """The visitor, with an account and an app, signed in a moment ago."""
    settle_in(visitor, site, person, "authenticator")
    return visitor


def told(visitor: Visitor) -> str:
    """What the page tells first."""
    return visitor.page.get_by_role("status").inner_text()


def change_email(visitor: Visitor, person: Newcomer, new: str = NEW_ADDRESS) -> None:
    """Ask for another address."""
    visitor.go("/change-email")
    fill(visitor, New_mail_address=new, Current_password=person.password)
    visitor.press(SEND)


@pytest.mark.parametrize("way", but_for_the_soak(["telephone"], WAYS))
def test_a_changed_password_signs_others_out_and_this_browser_stays(
    visitors: Visitors, site: Site, grace: Newcomer, way: str
) -> None:
    """S-105; the address is where password managers look for it (S-129)."""
    here = inside(visitors(**WAYS[way]), site, grace)
    there = visitors()
    there.app_key = here.app_key
    sign_in(there, site, grace, "authenticator")
    here.go("/.well-known/change-password")
    assert here.path == "/change-password"
    fill(here, Current_password=grace.password, New_password=ANOTHER)
    here.press(CHANGE)
    assert "Your password was changed" in told(here)
    assert here.is_inside()
    assert not there.is_inside()
    assert "If this was not you" in plain_text(site.letter_saying("was changed", grace.email))
    grace.password = ANOTHER
    sign_in(there, site, grace, "authenticator")
    assert there.is_inside()


def test_what_is_wrong_with_a_change_of_password_is_told(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    inside(visitor, site, grace)
    visitor.go("/change-password")
    for current, new, label, said in (
        ("not her password", ANOTHER, "Current password", "not your current password"),
        (grace.password, "short", "New password", "at least 8 characters"),
        (grace.password, "password123", "New password", "Many people use"),
        (grace.password, "grace-example", "New password", "little more than your own name"),
    ):
        fill(visitor, Current_password=current, New_password=new)
        visitor.press(CHANGE)
        assert said in error_at(visitor, label)
    fill(visitor, Current_password=grace.password, New_password=ANOTHER)
    let_the_form_expire(visitor)
    visitor.press(CHANGE)
    assert "open for too long" in visitor.alert
    fill(visitor, Current_password=grace.password, New_password=ANOTHER)
    visitor.press(CHANGE)
    assert "was changed" in told(visitor)


@pytest.mark.parametrize("way", but_for_the_soak(["no-scripts"], WAYS))
def test_another_address_is_proved_and_undone_from_the_old_mailbox(
    visitors: Visitors, site: Site, grace: Newcomer, way: str
) -> None:
    """S-86, X-52: nothing changes before the link; the old mailbox can take it back."""
    visitor, owner = visitors(**WAYS[way]), visitors()
    inside(visitor, site, grace)
    change_email(visitor, grace)
    assert visitor.heading == CHECK_MAIL
    visitor.go("/change-email")
    assert ADDRESS in visitor.page.locator(".al-lead").inner_text()
    follow(visitor, site, NEW_ADDRESS, "new_email")
    assert NEW_ADDRESS in visitor.page.locator(".al-lead").inner_text()
    visitor.press(CONFIRM)
    assert "Your mail address was changed" in told(visitor)
    assert visitor.is_inside()
    undo = follow(owner, site, ADDRESS, "undo_email")
    assert ADDRESS in owner.page.locator(".al-lead").inner_text()
    owner.press("Undo the change")
    assert "Your address is back" in told(owner)
    assert not visitor.is_inside()
    reset(owner, site, grace)
    owner.app_key = visitor.app_key
    owner.give_password(grace)
    owner.type_code(owner.app_code())
    assert owner.is_inside()
    owner.go(undo)
    assert owner.heading == LINK_SPENT


def test_another_address_may_be_proved_in_another_browser(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """Whoever opens the letter elsewhere proves the mailbox; the session here ends, and the new
    address is the one to sign in with."""
    desk, telephone = visitors(), visitors(**WAYS["telephone"])
    inside(desk, site, grace)
    change_email(desk, grace)
    follow(telephone, site, NEW_ADDRESS, "new_email")
    telephone.press(CONFIRM)
    assert telephone.heading == "Sign in"
    assert "Your mail address was changed" in told(telephone)
    assert not desk.is_inside()
    telephone.app_key = desk.app_key
    sign_in(telephone, site, Newcomer(NEW_ADDRESS), "authenticator")
    assert telephone.is_inside()


def test_what_is_wrong_with_a_change_of_address_is_told(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    inside(visitor, site, grace)
    for new, current, label, said in (
        ("nowhere", PASSWORD, "New mail address", "not a mail address"),
        (ADDRESS.upper(), PASSWORD, "New mail address", "not a mail address"),
        (NEW_ADDRESS, "not her password", "Current password", "not your current password"),
    ):
        change_email(visitor, Newcomer(password=current), new)
        assert said in error_at(visitor, label)
    change_email(visitor, grace)
    path = site.mailed_link(NEW_ADDRESS, "new_email")
    site.application.person(NEW_ADDRESS)
    visitor.go(path)
    visitor.press(CONFIRM)
    assert visitor.alert == "This address belongs to another account by now."
    assert visitor.page.get_by_role("button").count() == 0
    change_email(visitor, grace, "other@example.org")
    path = site.mailed_link("other@example.org", "new_email")
    site.application.clock.advance(hours=24, seconds=1)
    visitor.go(path)
    assert visitor.heading == LINK_SPENT


def test_a_session_that_lies_about_changes_no_address(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    """S-84."""
    inside(visitor, site, grace)
    visitor.go("/change-email")
    fill(visitor, New_mail_address=NEW_ADDRESS, Current_password=grace.password)
    site.application.clock.advance(minutes=11)
    visitor.press(SEND)
    assert visitor.heading == "Is it you?"
    for path in ("/change-email", "/delete-account"):
        visitor.go(path)
        assert visitor.heading == "Is it you?"
    assert site.mail.all_to(NEW_ADDRESS) == []


def test_a_taken_address_is_told_to_its_owner_alone(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    """S-19."""
    site.application.person("taken@example.com")
    inside(visitor, site, grace)
    pages = []
    for address in (NEW_ADDRESS, "taken@example.com"):
        change_email(visitor, grace, address)
        pages.append(visitor.page.locator("main").inner_text().replace(address, "…"))
    assert pages[0] == pages[1]
    letter = plain_text(site.letter_saying("already have an account", "taken@example.com"))
    assert "/link/" not in letter


def test_a_user_name_opens_the_first_door_as_well(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    site.application.person("taken@example.com", username="taken")
    inside(visitor, site, grace)
    visitor.go("/change-username")
    for name, said in (("Taken", "Somebody else has"), ("g@h", "3 to 32")):
        fill(visitor, User_name=name, Current_password=grace.password)
        visitor.press("Save")
        assert said in error_at(visitor, "User name")
    fill(visitor, User_name="Amazing_Grace", Current_password=grace.password)
    visitor.press("Save")
    assert "Your user name was changed" in told(visitor)
    assert "amazing_grace" in visitor.page.locator(".al-lead").inner_text()
    visitor.log_out()
    visitor.go("/login")
    visitor.page.get_by_label("Mail address or user name", exact=True).fill("AMAZING_GRACE")
    fill(visitor, Password=grace.password)
    visitor.press("Sign in")
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()


@pytest.mark.parametrize("way", but_for_the_soak(["scripts"], WAYS))
def test_a_deletion_is_asked_for_and_signing_in_cancels_it(
    visitors: Visitors, site: Site, grace: Newcomer, way: str
) -> None:
    visitor = inside(visitors(**WAYS[way]), site, grace)
    visitor.go("/delete-account")
    fill(visitor, Current_password="not her password")
    visitor.press(DELETE)
    assert "not your current password" in error_at(visitor, "Current password")
    fill(visitor, Current_password=grace.password)
    visitor.press(DELETE)
    assert visitor.heading == "Your account will be removed"
    site.letter_saying("will be removed on", grace.email)
    assert not visitor.is_inside()
    site.application.clock.advance(days=6)
    sign_in(visitor, site, grace, "authenticator")
    assert visitor.is_inside()
    site.letter_saying("It will not be removed", grace.email)
    site.application.clock.advance(days=2)
    site.run("airlock", "purge")
    sign_in(visitor, site, grace, "authenticator")
    assert visitor.is_inside()


def test_an_account_that_nobody_came_back_for_is_gone(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    inside(visitor, site, grace)
    visitor.go("/delete-account")
    fill(visitor, Current_password=grace.password)
    visitor.press(DELETE)
    site.application.clock.advance(days=7, seconds=1)
    site.run("airlock", "purge")
    visitor.go("/login")
    visitor.give_password(grace)
    assert visitor.alert == "That mail address or password is not right."
