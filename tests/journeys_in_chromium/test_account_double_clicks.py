"""Hands that press twice, and answers that never come, on the buttons of an account's life."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.applications import WHOLE_LIFE
from tests.journeys_in_chromium.account import (
    ADDRESS,
    ANOTHER,
    CHANGE,
    CHECK_MAIL,
    CONFIRM,
    CREATE,
    DELETE,
    LINK_SPENT,
    NEW_ADDRESS,
    PASSWORD,
    SAVE,
    SEND,
    SEND_LINK,
    Newcomer,
    ask_for_reset,
    fill,
    follow,
    register,
    settle_in,
    sign_in,
)
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor
from tests.soak import but_for_the_soak

PATIENCE_OF_THE_SCRIPT_MS = 10_000


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return WHOLE_LIFE


@pytest.fixture
def grace() -> Newcomer:
    return Newcomer()


def at_register(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    visitor.go("/register")
    fill(visitor, Mail_address=grace.email, Password=grace.password)
    return CREATE


def at_confirm(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    register(visitor, grace)
    follow(visitor, site, grace.email, "confirmation")
    return CONFIRM


def at_forgot(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    site.application.person(grace.email)
    visitor.go("/forgot-password")
    fill(visitor, Mail_address_or_user_name=grace.email)
    return SEND_LINK


def at_reset(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    site.application.person(grace.email)
    ask_for_reset(visitor, grace.email)
    follow(visitor, site, grace.email, "reset")
    fill(visitor, New_password=ANOTHER)
    return SAVE


def at_change_password(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    settle_in(visitor, site, grace, "authenticator")
    visitor.go("/change-password")
    fill(visitor, Current_password=grace.password, New_password=ANOTHER)
    return CHANGE


def at_change_email(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    settle_in(visitor, site, grace, "authenticator")
    visitor.go("/change-email")
    fill(visitor, New_mail_address=NEW_ADDRESS, Current_password=grace.password)
    return SEND


def at_confirm_new_email(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    visitor.press(at_change_email(visitor, site, grace))
    follow(visitor, site, NEW_ADDRESS, "new_email")
    return CONFIRM


def at_undo(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    visitor.press(at_confirm_new_email(visitor, site, grace))
    follow(visitor, site, ADDRESS, "undo_email")
    return "Undo the change"


def at_delete(visitor: Visitor, site: Site, grace: Newcomer) -> str:
    settle_in(visitor, site, grace, "authenticator")
    visitor.go("/delete-account")
    fill(visitor, Current_password=grace.password)
    return DELETE


@pytest.mark.parametrize(
    "come,said",
    but_for_the_soak(
        [(at_register, CHECK_MAIL), (at_change_password, "Your password was changed")],
        [
            (at_register, CHECK_MAIL),
            (at_confirm, "your address is confirmed"),
            (at_forgot, CHECK_MAIL),
            (at_reset, "Your new password is set"),
            (at_change_password, "Your password was changed"),
            (at_change_email, CHECK_MAIL),
            (at_confirm_new_email, "Your mail address was changed"),
            (at_undo, "Your address is back"),
            (at_delete, "Your account will be removed"),
        ],
    ),
)
def test_a_second_click_changes_nothing(
    visitor: Visitor, site: Site, grace: Newcomer, come: Callable[..., str], said: str
) -> None:
    """It is held back: the browser would show the answer to the second click alone."""
    button = come(visitor, site, grace)
    with site.slow():
        visitor.double_click(button)
        expect(visitor.page.locator("main")).to_contain_text(said)
    assert len(site.line.posts) == 1


@pytest.mark.parametrize(
    "come",
    but_for_the_soak([at_confirm], [at_confirm, at_reset, at_confirm_new_email, at_undo]),
)
def test_without_scripts_the_second_click_is_told_that_it_is_done(
    visitors: Visitors, site: Site, grace: Newcomer, come: Callable[..., str]
) -> None:
    visitor = visitors(scripts=False)
    button = come(visitor, site, grace)
    with site.slow():
        visitor.double_click(button)
        expect(visitor.page.locator("h1")).to_have_text(LINK_SPENT)
    assert len(site.line.posts) == 2
    assert "Then it is done" in visitor.page.locator("main").inner_text()


def test_without_scripts_two_clicks_make_one_account_and_one_letter(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    visitor = visitors(scripts=False)
    # The clicks are some milliseconds apart, which a clock that stands still would not show.
    site.application.app.extensions["security"].clock = lambda: datetime.now(UTC)
    button = at_register(visitor, site, grace)
    with site.slow():
        visitor.double_click(button)
        expect(visitor.page.locator("h1")).to_have_text(CHECK_MAIL)
    assert len(site.line.posts) == 2
    follow(visitor, site, grace.email, "confirmation")
    visitor.press(CONFIRM)
    assert len(site.mail.all_to(grace.email)) == 1


def test_a_form_whose_answer_never_comes_can_be_sent_again(visitor: Visitor, site: Site) -> None:
    """The script holds a click back for ten seconds, not for ever."""
    visitor.page.clock.install()
    visitor.go("/forgot-password")
    fill(visitor, Mail_address_or_user_name=ADDRESS)
    visitor.page.route("**/forgot-password", lambda route: route.abort("aborted"))
    button = visitor.page.get_by_role("button", name=SEND_LINK)
    with visitor.page.expect_event("requestfailed"):
        button.click()
    visitor.page.unroute_all()
    site.line.posts.clear()
    button.click()
    visitor.page.clock.fast_forward(PATIENCE_OF_THE_SCRIPT_MS - 1000)
    button.click()
    assert site.line.posts == []
    visitor.page.clock.fast_forward(1000)
    visitor.press(SEND_LINK)
    assert visitor.heading == CHECK_MAIL


def test_the_way_back_leads_to_a_form_that_can_be_sent(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    visitor.press(at_register(visitor, site, grace))
    visitor.page.go_back()
    fill(visitor, Mail_address="other@example.com", Password=PASSWORD)
    visitor.press(CREATE)
    follow(visitor, site, "other@example.com", "confirmation")
    visitor.press(CONFIRM)
    visitor.give_password(Newcomer("other@example.com"))
    assert visitor.path == "/login/set-up"


def test_after_a_double_click_on_the_change_the_new_password_opens(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    button = at_change_password(visitor, site, grace)
    with site.slow():
        visitor.double_click(button)
        expect(visitor.page.get_by_role("status")).to_contain_text("was changed")
    assert visitor.is_inside()
    assert site.application.events().count("password_changed") == 1
    visitor.log_out()
    sign_in(visitor, site, Newcomer(password=ANOTHER), "authenticator")
    assert visitor.is_inside()
