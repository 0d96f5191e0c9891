"""Addresses at the first door: one normal form, however they are typed."""

import unicodedata

import pytest

from flask_airlock import InvalidAddress
from tests.applications import Application
from tests.journeys.support import counted_statements


@pytest.mark.parametrize(
    "typed",
    [
        "ADA@EXAMPLE.COM",
        "Ada@Example.com",
        "  ada@example.com ",
        "ada@EXAMPLE.com",
    ],
)
def test_addresses_are_read_in_any_case(application: Application, typed: str) -> None:
    ada, browser = application.person(), application.browser()
    browser.get("/login")
    browser.post("/login", email=typed, password=ada.password)
    assert browser.path == "/login/set-up"


def test_addresses_are_read_in_both_unicode_forms(application: Application) -> None:
    """NFC is what is kept; a phone that types NFD gets in as well."""
    person = application.person("zoë@bücher.example")
    with application.app.app_context():
        assert application.datastore.get_user("ZOË@BÜCHER.example").email == (
            "zoë@xn--bcher-kva.example"
        )
    browser = application.browser()
    browser.get("/login")
    typed = unicodedata.normalize("NFD", "Zoë@Bücher.example")
    browser.post("/login", email=typed, password=person.password)
    assert browser.path == "/login/set-up"


def test_setting_an_address_brings_it_into_its_normal_form(application: Application) -> None:
    """The attribute listener: whatever writes `user.email` writes the normal form."""
    application.person()
    with application.app.app_context():
        user = application.datastore.get_user("ada@example.com")
        user.email = "ADA.New@Example.ORG"
        application.db.session.commit()
        assert user.email == "ada.new@example.org"


def test_create_user_refuses_what_is_no_address(application: Application) -> None:
    with application.app.app_context(), pytest.raises(InvalidAddress):
        application.datastore.create_user(email="no address", password="x")


def test_the_look_up_is_an_indexed_equality(application: Application) -> None:
    ada = application.person()
    browser = application.browser()
    browser.get("/login")
    with counted_statements(application) as sent:
        browser.post("/login", email="ADA@example.com", password=ada.password)
    look_ups = [statement for statement in sent if "user.email = ?" in statement.replace('"', "")]
    assert look_ups
    assert not any("lower(" in statement.lower() or " LIKE " in statement for statement in sent)


def test_letters_go_to_the_stored_address_only(application: Application) -> None:
    """What was typed at the door is never written to."""
    ada = application.person()
    browser = application.browser()
    browser.get("/login")
    browser.post("/login", email="ADA@EXAMPLE.COM", password=ada.password)
    assert {kept.message.to for kept in application.outbox.messages()} == {"ada@example.com"}
