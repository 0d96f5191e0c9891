"""Whoever lost every factor asks a person; whoever is helped follows a link."""

import re

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor
from tests.people import Person
from tests.servers.smtp import plain_text

RESCUE_MAIL = "rescue@example.com"


def reset_factors(site: Site, person: Person) -> str:
    """The administrator's command; gives the path of the link that was mailed."""
    site.run("users", "reset-factors", person.email, "--reason", "Lost her telephone")
    letter = plain_text(site.letter_saying("/login/set-up-link/", person.email))
    link = re.search(rf"^{re.escape(site.base)}(/login/set-up-link/\S+)$", letter, re.MULTILINE)
    assert link, letter
    return link[1]


def lose_everything(visitor: Visitor, site: Site, person: Person) -> None:
    """Set up an authenticator app, and stand before the second door without it."""
    settle(visitor, site, person, "authenticator", stays=False)
    visitor.go("/inside")
    visitor.give_password(person)
    visitor.page.get_by_role("link", name="I can’t get a code").click()
    visitor.page.wait_for_url("**/login/rescue**")


def test_a_person_without_a_code_asks_for_help_once_a_day(
    visitors: Visitors, site: Site, ada: Person
) -> None:
    """The administrator gets a request without any code, and the person an honest note."""
    visitor = visitors(scripts=False)
    lose_everything(visitor, site, ada)
    assert "A person will read your request" in visitor.page.content()
    visitor.press("Ask for help")
    assert "Your request is on its way." in visitor.page.get_by_role("status").inner_text()
    assert visitor.page.get_by_role("button", name="Ask for help").count() == 0
    site.mail.wait_for(site.read_letters + 2)
    request = plain_text(site.mail.newest_to(RESCUE_MAIL))
    heard = plain_text(site.letter_saying("never", ada.email))
    assert ada.email in request
    assert "flask airlock rescues approve" in request
    for letter in (request, heard):
        assert not re.search(r"\b\d{6,8}\b", letter), letter
        assert "never" in letter
    visitor.go("/login/rescue")
    assert visitor.page.get_by_role("button", name="Ask for help").count() == 0
    assert len(site.mail.all_to(RESCUE_MAIL)) == 1


def test_other_ways_come_before_asking_for_help(visitor: Visitor, site: Site, ada: Person) -> None:
    settle(visitor, site, ada, "authenticator")
    visitor.go("/login/set-up")
    visitor.set_up("email")
    visitor.log_out()
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.page.get_by_role("link", name="I can’t use any of these").click()
    visitor.page.wait_for_url("**/login/rescue**")
    visitor.choose("email")
    visitor.type_code(site.mailed_code())
    assert visitor.path == "/inside"


def test_the_link_from_the_administrator_leads_to_a_new_second_step(
    visitors: Visitors, site: Site, ada: Person
) -> None:
    """Sessions end with the reset; then it takes the password and the link, in that browser."""
    visitor = visitors()
    settle(visitor, site, ada, "authenticator")
    assert visitor.is_inside()
    link = reset_factors(site, ada)
    assert not visitor.is_inside()
    visitor.give_password(ada)
    assert "you need a link that is mailed to you" in visitor.page.content()
    visitor.go(link)
    assert visitor.path == "/login"
    assert "set up your new second step" in visitor.page.get_by_role("status").inner_text()
    visitor.give_password(ada)
    assert visitor.path == "/login/set-up"
    visitor.set_up("authenticator")
    assert visitor.is_inside()
    visitor.log_out()
    site.a_minute_later()
    visitor.go("/inside")
    visitor.give_password(ada)
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()


def test_the_link_is_worth_nothing_a_second_time(
    visitors: Visitors, site: Site, ada: Person
) -> None:
    visitor = visitors()
    settle(visitor, site, ada, "authenticator")
    link = reset_factors(site, ada)
    visitor.go(link)
    visitor.give_password(ada)
    visitor.set_up("authenticator")
    thief = visitors()
    thief.go(link)
    thief.give_password(ada)
    assert thief.path == "/login/second-step"
    thief.go("/login/set-up")
    assert thief.path == "/login/second-step"


def test_a_message_that_cannot_be_sent_is_told_and_another_way_stays_open(
    visitor: Visitor, site: Site, ada: Person
) -> None:
    """The page tells on its next view, without details."""
    settle(visitor, site, ada, "email")
    visitor.go("/login/set-up")
    visitor.set_up("authenticator")
    visitor.log_out()
    site.a_minute_later()
    site.mail.refuse()
    visitor.go("/inside")
    visitor.give_password(ada)
    for _ in range(20):
        visitor.go("/login/second-step")
        if visitor.alert:
            break
        visitor.page.wait_for_timeout(50)
    assert "The message could not be sent." in visitor.alert
    assert "550" not in visitor.page.content()
    visitor.choose("authenticator")
    visitor.type_code(visitor.app_code())
    assert visitor.is_inside()
