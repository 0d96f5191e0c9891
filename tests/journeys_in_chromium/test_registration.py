"""Making an account for oneself and confirming its address, in Chromium, with real letters."""

from typing import Any

import pytest

from tests.applications import WHOLE_LIFE
from tests.journeys_in_chromium.account import (
    ADDRESS,
    ANOTHER,
    CHECK_MAIL,
    CONFIRM,
    CREATE,
    LINK_SPENT,
    PASSWORD,
    SAVE,
    SEND,
    Newcomer,
    come_to_be,
    error_at,
    fill,
    follow,
    let_the_form_expire,
    register,
)
from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import WAYS, Visitor
from tests.servers.smtp import plain_text
from tests.soak import but_for_the_soak

USER_NAME = "User_name_(if_you_like)"


@pytest.fixture
def own_settings() -> dict[str, Any]:
    return WHOLE_LIFE


@pytest.fixture
def grace() -> Newcomer:
    return Newcomer()


@pytest.mark.parametrize("way", but_for_the_soak(["scripts"], WAYS))
def test_a_newcomer_registers_confirms_and_comes_in(
    visitors: Visitors, site: Site, grace: Newcomer, way: str
) -> None:
    """From the sign-in page to the protected one; the mailbox was shown by the link already."""
    visitor = visitors(**WAYS[way])
    visitor.go("/inside")
    visitor.page.get_by_role("link", name="Create an account").click()
    visitor.page.wait_for_url("**/register")
    fill(visitor, Mail_address=grace.email, Password=grace.password)
    visitor.press(CREATE)
    assert visitor.heading == CHECK_MAIL
    assert grace.email in visitor.page.locator("main").inner_text()
    path = follow(visitor, site, grace.email, "confirmation")
    assert visitor.path == "/confirm-email"
    assert path.rpartition("/")[2] not in visitor.page.content()
    visitor.press(CONFIRM)
    assert "your address is confirmed" in visitor.page.get_by_role("status").inner_text()
    visitor.give_password(grace)
    assert visitor.heading == "Set up your second step"
    visitor.set_up("authenticator")
    assert visitor.is_inside()
    assert site.application.events().count("user_registered") == 1


def test_a_taken_address_is_told_to_its_owner_alone(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """S-19: the page is the same to the letter; the mail makes the difference."""
    site.application.person("taken@example.com", username="taken")
    pages = []
    for address in (grace.email, "taken@example.com"):
        visitor = visitors()
        register(visitor, Newcomer(address))
        pages.append(visitor.page.locator("main").inner_text().replace(address, "…"))
    assert pages[0] == pages[1]
    letter = plain_text(site.letter_saying("already have an account", "taken@example.com"))
    assert "/link/" not in letter


REFUSED = (
    ({"Mail_address": "no address"}, "Mail address", "not a mail address"),
    ({"Password": "short"}, "Password", "at least 8 characters"),
    ({"Password": "password123"}, "Password", "Many people use"),
    ({"Password": "grace-example"}, "Password", "little more than your own name"),
    ({"Password": "x" * 257}, "Password", "at most 256"),
    ({USER_NAME: "Taken"}, "User name (if you like)", "Somebody else has"),
    ({USER_NAME: "g@h"}, "User name (if you like)", "3 to 32"),
)


def test_what_is_not_right_is_told_at_its_field(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    """X-02: the reason with advice, tied to the field that has the focus; nothing else is lost."""
    site.application.person("taken@example.com", username="taken")
    visitor.go("/register")
    for fields, label, said in REFUSED:
        given = {"Mail_address": grace.email, USER_NAME: "", "Password": grace.password}
        fill(visitor, **given | fields)
        visitor.press(CREATE)
        assert said in error_at(visitor, label)
        assert visitor.page.title().startswith("Error: ")
        kept = fields.get("Mail_address", grace.email)
        assert visitor.page.get_by_label("Mail address", exact=True).input_value() == kept
        assert visitor.page.locator("[aria-invalid]").count() == 1
    register(visitor, grace)
    assert visitor.heading == CHECK_MAIL


def test_a_page_that_was_open_for_too_long_can_be_sent_again(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    visitor.go("/register")
    fill(visitor, Mail_address=grace.email, Password=grace.password)
    let_the_form_expire(visitor)
    visitor.press(CREATE)
    assert "open for too long" in visitor.alert
    fill(visitor, Password=grace.password)
    visitor.press(CREATE)
    follow(visitor, site, grace.email, "confirmation")
    let_the_form_expire(visitor)
    visitor.press(CONFIRM)
    assert "open for too long" in visitor.alert
    visitor.press(CONFIRM)
    assert visitor.heading == "Sign in"


def test_a_link_is_good_once(visitor: Visitor, site: Site, grace: Newcomer) -> None:
    register(visitor, grace)
    path = follow(visitor, site, grace.email, "confirmation")
    visitor.press(CONFIRM)
    visitor.go(path)
    assert visitor.heading == LINK_SPENT
    visitor.page.get_by_role("link", name="Back to sign in").click()
    visitor.give_password(grace)
    assert visitor.path == "/login/set-up"


def test_a_link_that_is_too_old_leads_to_a_fresh_one(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    register(visitor, grace)
    site.application.clock.advance(hours=24, seconds=1)
    follow(visitor, site, grace.email, "confirmation")
    assert visitor.heading == LINK_SPENT
    visitor.page.get_by_role("link", name="Ask for another one").click()
    visitor.page.wait_for_url("**/send-confirmation")
    fill(visitor, Mail_address=grace.email)
    visitor.press(SEND)
    assert visitor.heading == CHECK_MAIL
    follow(visitor, site, grace.email, "confirmation")
    visitor.press(CONFIRM)
    visitor.give_password(grace)
    assert visitor.path == "/login/set-up"


def test_a_link_may_be_opened_in_another_browser(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """Registered at the desk, confirmed on the telephone: the telephone showed the mailbox."""
    desk, telephone = visitors(), visitors(**WAYS["telephone"])
    register(desk, grace)
    follow(telephone, site, grace.email, "confirmation")
    telephone.press(CONFIRM)
    telephone.give_password(grace)
    assert telephone.heading == "Set up your second step"
    desk.go("/login")
    desk.give_password(grace)
    assert desk.heading == "First, check your mail"
    desk.prove_mailbox()
    desk.set_up("email")
    assert desk.is_inside()


def test_whoever_signs_in_too_early_is_shown_the_way(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    register(visitor, grace)
    first = site.mailed_link(grace.email, "confirmation")
    visitor.go("/login")
    visitor.give_password(grace)
    assert visitor.path == "/login"
    visitor.page.get_by_role("link", name="Send the letter again").click()
    visitor.page.wait_for_url("**/send-confirmation")
    fill(visitor, Mail_address=grace.email)
    visitor.press(SEND)
    site.mailed_link(grace.email, "confirmation")
    visitor.press("Send again")
    assert "Asked again" in visitor.page.get_by_role("status").inner_text()
    site.mailed_link(grace.email, "confirmation")
    visitor.go(first)
    visitor.press(CONFIRM)
    visitor.give_password(grace)
    assert visitor.path == "/login/set-up"


def test_whoever_reads_the_mailbox_chooses_the_password(
    visitors: Visitors, site: Site, grace: Newcomer
) -> None:
    """A thief who registered the address first does not keep a password on it."""
    thief, owner = visitors(), visitors()
    register(thief, Newcomer(password="the thief was here first"))
    site.application.clock.advance(minutes=2)
    register(owner, grace)
    follow(owner, site, ADDRESS, "invitation")
    fill(owner, Password=ANOTHER)
    owner.press(SAVE)
    for guess in (PASSWORD, "the thief was here first"):
        thief.go("/login")
        thief.give_password(grace, guess)
        assert thief.path == "/login"
    owner.give_password(grace, ANOTHER)
    assert owner.path == "/login/set-up"


def test_who_is_inside_is_not_asked_to_register(
    visitor: Visitor, site: Site, grace: Newcomer
) -> None:
    come_to_be(visitor, site, grace)
    visitor.give_password(grace)
    visitor.set_up("email")
    visitor.go("/register")
    assert visitor.path == "/"
