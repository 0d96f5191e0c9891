"""Letters are sealed while they wait, and their text is gone once that is over."""

from collections.abc import Callable, Iterator

import pytest

from flask_airlock.domain.vault import Place
from tests.applications import Application
from tests.journeys.life import ask_for_reset
from tests.secrets_at_rest.life_story import live_a_whole_life
from tests.secrets_at_rest.story import World, settle, world
from tests.servers.sms_gateway import SmsGateway
from tests.servers.smtp import MailServer, plain_text


@pytest.fixture
def here(
    applications: Callable[..., Application], mail_server: MailServer, sms_gateway: SmsGateway
) -> Iterator[World]:
    """An application that sends for real."""
    with world(applications, None, mail_server, sms_gateway) as made:
        yield made


def sealed_text(here: World) -> bytes:
    """What the one letter's box holds; it opens only with the key, and in its own row."""
    (row,) = here.application.rows("letters")
    vault = here.application.app.extensions["security"].services.vault
    place = Place("airlock_letters", "message", row["reference"])
    opened: bytes = vault.open(row["message"], place)
    assert opened not in row["message"]
    return opened


def state_of(here: World) -> tuple[str, bool]:
    """Where the one letter stands, and whether its text is kept."""
    (row,) = here.application.rows("letters")
    return row["state"], row["message"] is not None


def test_a_letter_that_waits_is_sealed_and_is_wiped_once_sent(here: World) -> None:
    here.mail.refuse()
    ada = here.application.person()
    here.application.browser().give_password(ada)
    assert state_of(here) == ("waiting", True)
    text = sealed_text(here)
    assert ada.email.encode() in text
    here.mail.behave()
    settle(here, minutes=1)
    assert state_of(here) == ("sent", False)
    came = plain_text(here.mail.newest_to(ada.email))
    assert came.split()[0].encode() in text


def test_a_letter_that_can_not_be_sent_is_wiped_as_well(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    """X-14: what failed is logged and recorded without its text."""
    here.mail.refuse()
    ada = here.application.person()
    here.application.browser().give_password(ada)
    code = here.canaries.note_code("mail", _code_in(sealed_text(here)))
    for _ in range(4):
        settle(here, minutes=3)
    assert state_of(here) == ("failed", False)
    assert code
    assert here.canaries.found_in(caplog.text.encode()) == []
    assert here.canaries.found_in(repr(here.application.rows("events")).encode()) == []
    assert "letter_failed" in here.application.events()


def test_a_letter_whose_time_has_passed_is_wiped_unsent(here: World) -> None:
    here.mail.refuse()
    ada = here.application.person()
    here.application.browser().give_password(ada)
    here.mail.behave()
    settle(here, hours=1)
    assert state_of(here) == ("failed", False)
    assert here.mail.messages == []


def test_a_text_message_that_fails_is_sealed_and_then_wiped(here: World) -> None:
    here.sms.answer_with(500)
    ada, browser = here.application.person(), here.application.browser()
    browser.enrol(ada, "authenticator").get("/login/set-up")
    browser.post("/login/set-up/sms", action="begin", phone=ada.phone)
    (row,) = [row for row in here.application.rows("letters") if row["channel"] == "sms"]
    assert row["state"] == "waiting"
    assert ada.phone.encode() not in row["message"]
    for _ in range(4):
        settle(here, minutes=3)
    (row,) = [row for row in here.application.rows("letters") if row["channel"] == "sms"]
    assert (row["state"], row["message"]) == ("failed", None)


def test_a_letter_to_nobody_is_wiped_like_any_other_and_its_link_was_never_alive(
    here: World,
) -> None:
    """Its row tells no more than that somebody asked: no reader, no address, no live token."""
    ask_for_reset(here.application, "nobody@example.com")
    assert state_of(here) == ("sent", False)
    assert here.mail.messages == []
    (link,) = here.application.rows("link_tokens")
    assert link["used_at"] is not None
    assert (link["account_id"], link["payload"]) == (None, None)


def test_no_letter_of_a_whole_life_is_kept(here: World) -> None:
    """Once they were handed over; and what links carry is sealed."""
    boxes: set[bytes] = set()

    def look() -> None:
        rows = here.application.rows("link_tokens")
        boxes.update(row["payload"] for row in rows if row["payload"])

    here.looked = look
    live_a_whole_life(here)
    assert {row["message"] for row in here.application.rows("letters")} == {None}
    assert len(boxes) > 2
    assert not any(here.canaries.found_in_private(box) for box in boxes)


def _code_in(text: bytes) -> str:
    words = text.decode().replace("\\n", " ").split()
    return next(word for word in words if len(word) == 8 and word.isdigit())
