"""A forgotten password, and an invitation: a link by mail, a password, and the second step."""

from typing import Any

import pytest

from tests.applications import WHOLE_LIFE
from tests.journeys_in_chromium.account import (
    ANOTHER,
    CHECK_MAIL,
    LINK_SPENT,
    PASSWORD,
    SAVE,
    SEND_LINK,
    Newcomer,
    ask_for_reset,
    choose_password,
    error_at,
    fill,
    follow,
    let_the_form_expire,
    reset,
    sign_in,
)
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.people import Person
from tests.soak import but_for_the_soak

HELD = "codes by mail are off until"


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return WHOLE_LIFE


@pytest.fixture
def grace(ada: Person) -> Newcomer:
    """Somebody who has an account, and no second step yet."""
    return Newcomer(ada.email, ada.password)


@pytest.mark.parametrize("way", but_for_the_soak(["no-scripts"], WAYS))
def test_a_person_chooses_a_new_password_and_signs_in_with_the_second_step(
    visitors: Visitors, site: Site, grace: Newcomer, way: str
) -> None:
    """X-51, S-76: from the sign-in page and back to it; the app is asked for as ever."""
    visitor, old = visitors(**WAYS[way]), grace.password
    settle(visitor, site, grace, "authenticator", stays=False)
    visitor.go("/login")
    visitor.page.get_by_role("link", name="I forgot my password").click()
    visitor.page.wait_for_url("**/forgot-password")
    visitor.page.get_by_label("Mail address or user name").fill(grace.email)
    visitor.press(SEND_LINK)
    assert visitor.heading == CHECK_MAIL
    path = follow(visitor, site, grace.email, "reset")
    assert visitor.path == "/reset-password"
    assert path.rpartition("/")[2] not in visitor.page.content()
    assert grace.email not in visitor.page.content()
    choose_password(visitor, ANOTHER)
    assert "Your new password is set" in visitor.page.get_by_role("status").inner_text()
    visitor.give_password(grace, old)
    assert "not right" in visitor.alert
    visitor.give_password(grace, ANOTHER)
    assert visitor.path == "/login/second-step"
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()


def test_whoever_was_inside_is_out_after_a_reset(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """S-105."""
    thief, owner = visitors(), visitors()
    settle(thief, site, grace, "authenticator", stays=False)
    sign_in(thief, site, grace, "authenticator")
    assert thief.is_inside()
    reset(owner, site, grace)
    assert not thief.is_inside()


def test_nobodys_address_is_answered_like_anybodys(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """S-19."""
    pages = []
    for address in (grace.email, "nobody@example.com"):
        visitor = visitors()
        ask_for_reset(visitor, address)
        pages.append(visitor.page.locator("main").inner_text().replace(address, "…"))
    assert pages[0] == pages[1]
    site.mailed_link(grace.email, "reset")
    assert site.mail.all_to("nobody@example.com") == []


def test_a_user_name_is_enough(visitor: Visitor, site: Site) -> None:
    site.application.person("named@example.com", username="amazing")
    ask_for_reset(visitor, "Amazing")
    follow(visitor, site, "named@example.com", "reset")
    choose_password(visitor, ANOTHER)
    visitor.page.get_by_label("Mail address or user name", exact=True).fill("amazing")
    fill(visitor, Password=ANOTHER)
    visitor.press("Sign in")
    assert HELD in visitor.page.locator("main").inner_text()


REFUSED = (
    ("short", "at least 8 characters"),
    ("password123", "Many people use"),
    ("ada-ada-ada", "little more than your own name"),
    ("x" * 257, "at most 256"),
)


def test_a_refused_password_is_told_and_the_link_stays_good(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    """X-02."""
    ask_for_reset(visitor, grace.email)
    follow(visitor, site, grace.email, "reset")
    for password, said in REFUSED:
        choose_password(visitor, password)
        assert said in error_at(visitor, "New password")
    choose_password(visitor, ANOTHER)
    assert visitor.heading == "Sign in"


def test_pages_that_were_open_for_too_long_can_be_sent_again(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    visitor.go("/forgot-password")
    fill(visitor, Mail_address_or_user_name=grace.email)
    let_the_form_expire(visitor)
    visitor.press(SEND_LINK)
    assert "open for too long" in visitor.alert
    visitor.press(SEND_LINK)
    follow(visitor, site, grace.email, "reset")
    let_the_form_expire(visitor)
    choose_password(visitor, ANOTHER)
    assert "open for too long" in visitor.alert
    choose_password(visitor, ANOTHER)
    assert visitor.heading == "Sign in"


def test_a_link_is_good_once_and_for_half_an_hour(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """Opened in another browser than it was asked for; then once more; then another, too late."""
    asking, other = visitors(), visitors()
    ask_for_reset(asking, grace.email)
    path = follow(other, site, grace.email, "reset")
    choose_password(other, ANOTHER)
    assert other.heading == "Sign in"
    for visitor in (other, asking):
        visitor.go(path)
        assert visitor.heading == LINK_SPENT
    asking.page.get_by_role("link", name="Ask for another one").click()
    asking.page.wait_for_url("**/forgot-password")
    ask_for_reset(asking, grace.email)
    late = site.mailed_link(grace.email, "reset")
    site.application.clock.advance(minutes=30, seconds=1)
    asking.go(late)
    assert asking.heading == LINK_SPENT


def test_a_page_that_outlived_its_link_says_so(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    """The link was good when it was opened, and is no more when the form is sent."""
    ask_for_reset(visitor, grace.email)
    follow(visitor, site, grace.email, "reset")
    site.application.clock.advance(minutes=31)
    choose_password(visitor, ANOTHER)
    assert visitor.heading == LINK_SPENT


def test_a_mailbox_alone_waits_for_a_day_but_not_in_a_known_browser(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """S-36: who reads the mail alone would give both proofs by one mailbox."""
    known, thief, patient = visitors(), visitors(), visitors()
    settle(known, site, grace, "email", stays=False)
    reset(thief, site, grace)
    thief.give_password(grace)
    assert thief.path == "/login/second-step"
    assert HELD in thief.alert
    assert thief.page.get_by_label("Code", exact=True).count() == 0
    assert thief.page.get_by_role("button", name="Send code").count() == 0
    site.application.clock.advance(hours=24, seconds=1)
    sign_in(patient, site, grace, "email")
    assert patient.is_inside()
    reset(thief, site, grace, PASSWORD)
    sign_in(known, site, grace, "email")
    assert known.is_inside()


def test_before_the_first_set_up_the_mailbox_waits_as_well(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    reset(visitor, site, grace)
    visitor.give_password(grace)
    assert HELD in visitor.page.locator("main").inner_text()
    visitor.page.get_by_role("link", name="Sign out").click()
    visitor.press("Sign out")
    site.application.clock.advance(hours=24, seconds=1)
    visitor.go("/login")
    visitor.give_password(grace)
    visitor.prove_mailbox()
    visitor.set_up("authenticator")
    assert visitor.is_inside()


@pytest.mark.parametrize("way", but_for_the_soak(["telephone"], WAYS))
def test_who_is_invited_chooses_a_password_and_comes_in(
    visitors: Visitors, site: Site, way: str
) -> None:
    """X-04: the administrator never chooses it; the link shows the mailbox as well."""
    visitor, invited = visitors(**WAYS[way]), Newcomer("invited@example.com")
    site.run("users", "create", invited.email)
    path = follow(visitor, site, invited.email, "invitation")
    fill(visitor, Password="invited")
    visitor.press(SAVE)
    assert "at least 8" in error_at(visitor, "Password")
    fill(visitor, Password=invited.password)
    visitor.press(SAVE)
    visitor.give_password(invited)
    assert visitor.heading == "Set up your second step"
    visitor.set_up("authenticator")
    assert visitor.is_inside()
    visitor.go(path)
    assert visitor.heading == LINK_SPENT
    assert visitor.page.get_by_role("link", name="Ask for another one").count() == 0
