"""Set-up and login with each method, with scripts and without."""

from itertools import product

import pytest
from playwright.sync_api import Browser

from tests.journeys_in_chromium.conftest import Visitors
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor, visiting
from tests.people import Person
from tests.soak import but_for_the_soak

METHODS = ["email", "authenticator", "sms"]


def come_back(visitor: Visitor, site: Site, person: Person, method: str) -> None:
    """Sign out, and in again a minute later."""
    visitor.log_out()
    assert not visitor.is_inside()
    site.a_minute_later()
    visitor.go("/inside")
    visitor.give_password(person)
    assert visitor.path == "/login/second-step"
    visitor.type_code(visitor.code_for(method))


@pytest.mark.parametrize(
    "method,scripts",
    but_for_the_soak(
        [("email", True), ("authenticator", False), ("sms", True)],
        product(METHODS, [True, False]),
    ),
)
def test_a_person_sets_a_method_up_and_signs_in_with_it(
    visitors: Visitors, site: Site, ada: Person, method: str, scripts: bool
) -> None:
    """Codes come from `oathtool`, a mail server and an SMS gateway, not from our code."""
    visitor = visitors(scripts=scripts)
    visitor.enrol(ada, method)
    assert visitor.path == "/inside"
    come_back(visitor, site, ada, method)
    assert visitor.path == "/inside"
    assert "Inside: ada@example.com" in visitor.page.content()


def test_text_messages_travel_by_twilios_own_sdk(chromium: Browser, twilio_site: Site) -> None:
    """Twilio's SDK talks to a local server that behaves like Twilio's API."""
    ada = twilio_site.application.person()
    with visiting(chromium, twilio_site) as visitor:
        visitor.enrol(ada, "sms")
        come_back(visitor, twilio_site, ada, "sms")
        assert visitor.path == "/inside"


@pytest.mark.parametrize("scripts", but_for_the_soak([False], [True, False]))
def test_each_of_three_methods_is_one_click_away(
    visitors: Visitors, site: Site, ada: Person, scripts: bool
) -> None:
    visitor = visitors(scripts=scripts)
    visitor.enrol(ada, "authenticator")
    for method in ("sms", "email"):
        visitor.go("/login/set-up")
        visitor.set_up(method)
        assert "Done." in visitor.page.get_by_role("status").inner_text()
    for method in METHODS:
        visitor.log_out()
        site.a_minute_later()
        visitor.go("/inside")
        visitor.give_password(ada)
        if method != "authenticator":
            visitor.choose(method)
        visitor.type_code(visitor.code_for(method))
        assert visitor.path == "/inside", method


@pytest.mark.parametrize("method", but_for_the_soak(["sms"], METHODS))
def test_a_wrong_code_is_told_and_the_right_one_still_opens(
    visitor: Visitor, site: Site, ada: Person, method: str
) -> None:
    settle(visitor, site, ada, method, stays=False)
    visitor.go("/inside")
    visitor.give_password(ada)
    right = visitor.code_for(method)
    visitor.type_code("1" * len(right) if right[0] != "1" else "2" * len(right))
    assert "That code is not right" in visitor.alert
    assert visitor.page.title().startswith("Error: ")
    field = visitor.page.get_by_label("Code", exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    assert "problem" in (field.get_attribute("aria-describedby") or "")
    visitor.type_code(right)
    assert visitor.path == "/inside"
    assert site.application.events().count("factor_refused") == 1


def test_a_code_may_be_typed_with_spaces(visitor: Visitor, site: Site, ada: Person) -> None:
    settle(visitor, site, ada, "authenticator", stays=False)
    visitor.go("/inside")
    visitor.give_password(ada)
    code = visitor.app_code()
    visitor.type_code(f" {code[:3]} {code[3:]} ")
    assert visitor.path == "/inside"


def test_a_wrong_password_is_told_and_the_address_is_kept(visitor: Visitor, ada: Person) -> None:
    visitor.go("/inside")
    visitor.give_password(ada, "not her password")
    assert visitor.alert == "That mail address or password is not right."
    assert visitor.page.title().startswith("Error: ")
    assert visitor.page.get_by_label("Mail address").input_value() == ada.email
    assert visitor.page.get_by_label("Password", exact=True).input_value() == ""
    visitor.give_password(ada)
    assert visitor.path == "/login/set-up"
