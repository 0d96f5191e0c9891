"""The developer's outbox: in debug, from this machine, and for nobody else."""

from collections.abc import Callable

import pytest

from tests.applications import Application

OUTBOX = "/_airlock/outbox"
JSON = {"Accept": "application/json"}


@pytest.fixture
def debugged(applications: Callable[..., Application]) -> Application:
    """An application in debug mode, with one letter sent."""
    application = applications(TESTING=False, DEBUG=True, SECURITY_DELIVERY="sync")
    application.browser().give_password(application.person())
    return application


def test_it_shows_every_letter_as_its_reader_would_see_it(debugged: Application) -> None:
    page = debugged.browser().get(OUTBOX).page
    (kept,) = debugged.outbox.messages()
    assert "ada@example.com" in page
    assert kept.message.subject in page
    assert next(part for part in kept.message.text.split() if part.isdigit()) in page


def test_programs_get_a_list(debugged: Application) -> None:
    response = debugged.app.test_client().get(OUTBOX, headers=JSON)
    (letter,) = response.get_json()
    (kept,) = debugged.outbox.messages()
    assert letter == {
        "to": "ada@example.com",
        "channel": "mail",
        "subject": kept.message.subject,
        "text": kept.message.text,
        "at": kept.at.isoformat(),
    }


def test_text_messages_are_there_too_newest_first(debugged: Application) -> None:
    bob = debugged.person("bob@example.com")
    debugged.browser().enrol(bob, "sms")
    letters = debugged.app.test_client().get(OUTBOX, headers=JSON).get_json()
    # The code, and after it the notice that it was set up.
    assert [it["channel"] for it in letters][:2] == ["mail", "sms"]
    assert letters[1]["to"] == bob.phone
    assert letters[1]["subject"] == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"])
def test_loopback_clients_see_it(debugged: Application, address: str, host: str) -> None:
    response = debugged.app.test_client().get(
        OUTBOX, headers={"Host": host}, environ_overrides={"REMOTE_ADDR": address}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.5", "203.0.113.9", "2001:db8::1", ""])
def test_everybody_else_gets_404(debugged: Application, address: str) -> None:
    response = debugged.app.test_client().get(OUTBOX, environ_overrides={"REMOTE_ADDR": address})
    assert response.status_code == 404


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "Via",
    ],
)
def test_behind_a_proxy_it_is_not_there(debugged: Application, header: str) -> None:
    """A loopback address may be the proxy's: whoever is behind it gets 404."""
    response = debugged.app.test_client().get(OUTBOX, headers={header: "for=127.0.0.1"})
    assert response.status_code == 404


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "10.0.0.1:5000", "127.0.0.1.evil.example", "x"],
)
def test_a_foreign_name_for_this_machine_gets_404(debugged: Application, host: str) -> None:
    """DNS rebinding: a page from elsewhere asks under a name of its own."""
    response = debugged.app.test_client().get(OUTBOX, headers={"Host": host})
    assert response.status_code == 404


@pytest.mark.parametrize("mode", [{"TESTING": True}, {"TESTING": True, "DEBUG": False}], ids=str)
def test_outside_debug_it_is_not_there(
    applications: Callable[..., Application], mode: dict[str, bool]
) -> None:
    application = applications(**mode)
    application.browser().give_password(application.person())
    for headers in ({}, JSON):
        assert application.app.test_client().get(OUTBOX, headers=headers).status_code == 404


def test_it_is_no_page_to_post_to(debugged: Application) -> None:
    assert debugged.app.test_client().post(OUTBOX).status_code == 405


def test_letters_can_not_write_into_the_page(debugged: Application) -> None:
    debugged.app.config["SECURITY_SERVICE_NAME"] = "x"
    page = debugged.browser().get(OUTBOX).page
    (kept,) = debugged.outbox.messages()
    assert "<!doctype html>" in kept.message.html
    assert page.count("<!doctype html>") == 1
