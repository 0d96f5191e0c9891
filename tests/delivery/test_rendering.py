"""A letter as its reader will see it."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from flask_airlock.delivery.rendering import Renderer
from flask_airlock.domain.letters import Channel, Letter, Message
from tests.applications import Application

CODE = "20471936"
SERVICE = "Ben & Jerry's <b>"
AT: dict[str, object] = {"at": "14:32 UTC", "browser": "Firefox on Linux", "address": "192.0.2.7"}
FACTS: dict[str, dict[str, object]] = {
    "code": {"code": CODE, "minutes": 10, "purpose": "login", **AT},
    "setup_link": {"link": "https://example.com/login/set-up-link/abc?x=1&y=2", "hours": 24},
    "rescue_request": {"email": "ada@example.com", **AT},
    "rescue_heard": AT,
}
# Characters of the GSM 03.38 basic set, as far as our own words may need them.
GSM = re.compile(r"[A-Za-z0-9 \r\n@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà!\"#%&'()*+,\-./:;<=>?_¡¿§]*")


@pytest.fixture
def renderer(application: Application) -> Iterator[Renderer]:
    with application.app.test_request_context():
        made: Renderer = application.app.extensions["security"].services.renderer
        yield made


def mail(renderer: Renderer, template: str, **facts: object) -> Message:
    given = {"service": SERVICE, **FACTS[template], **facts}
    letter = Letter(to="ada@example.com", channel=Channel.MAIL, template=template, facts=given)
    return renderer.message(letter)


def text_message(renderer: Renderer, **facts: object) -> str:
    given = {**FACTS["code"], "code": "204719", "host": "example.com", "service": "Ex Co", **facts}
    letter = Letter(to="+12015550123", channel=Channel.SMS, template="code", facts=given)
    message = renderer.message(letter)
    assert (message.subject, message.html) == ("", "")
    return message.text


def words_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("template", FACTS)
def test_every_letter_has_a_subject_of_one_line_a_text_and_html(
    renderer: Renderer, template: str
) -> None:
    message = mail(renderer, template)
    assert message.to == "ada@example.com"
    assert message.subject
    assert "\n" not in message.subject
    assert message.text.endswith("\n")
    assert "</" in message.html


@pytest.mark.parametrize("template", FACTS)
def test_names_stand_in_text_as_they_are_and_in_html_as_words(
    renderer: Renderer, template: str
) -> None:
    """A service's name is no markup, and a plain letter shows no entities."""
    message = mail(renderer, template)
    plain = message.subject + message.text
    assert SERVICE in plain
    assert "&amp;" not in plain
    assert "&#39;" not in plain
    assert SERVICE not in message.html
    assert "&amp;amp;" not in message.html
    if SERVICE in message.text:
        assert SERVICE in words_of(message.html)


@pytest.mark.parametrize("purpose", ["login", "first_setup", "setup"])
def test_a_code_stands_alone_on_its_line_and_nowhere_in_the_subject(
    renderer: Renderer, purpose: str
) -> None:
    message = mail(renderer, "code", purpose=purpose)
    assert CODE not in message.subject
    assert message.text.splitlines().count(CODE) == 1
    assert re.findall(r"\d{6,10}", message.text) == [CODE]
    assert re.findall(r"\d{6,10}", words_of(message.html)) == [CODE]
    assert "10 minutes" in message.text
    for fact in AT.values():
        assert str(fact) in message.text
        assert str(fact) in words_of(message.html)


def test_a_letter_without_a_network_address_has_no_empty_place_for_it(renderer: Renderer) -> None:
    assert "Network address" not in mail(renderer, "code", address="").text


def test_a_link_stands_whole_in_both_parts(renderer: Renderer) -> None:
    message = mail(renderer, "setup_link")
    link = str(FACTS["setup_link"]["link"])
    assert link in message.text.splitlines()
    (target,) = set(re.findall(r'href="([^"]+)"', message.html))
    assert unescape(target) == link


def test_what_an_administrator_is_told_to_run_can_be_copied_safely(renderer: Renderer) -> None:
    plain = mail(renderer, "rescue_request").text
    assert 'flask users reset-factors ada@example.com --reason "..."' in plain
    odd = mail(renderer, "rescue_request", email="a'$(reboot)`x`@example.com").text
    assert "flask users reset-factors 'a'\\''$(reboot)`x`@example.com' --reason" in odd


def test_a_request_for_rescue_holds_no_code(renderer: Renderer) -> None:
    for template in ("rescue_request", "rescue_heard"):
        message = mail(renderer, template)
        assert not re.search(r"\d{6,}", message.text + words_of(message.html))


def test_the_last_line_of_a_text_message_names_its_host(renderer: Renderer) -> None:
    """S-39: last line '@domain #code', nothing after it; the text <=160 GSM-7 characters."""
    text = text_message(renderer)
    assert text.splitlines()[-1] == "@example.com #204719"
    assert not text.endswith("\n")
    assert re.findall(r"\d{6,}", text) == ["204719", "204719"]


@pytest.mark.parametrize("service", ["Ex Co", "x" * 200, "A service with quite a long name & Co"])
def test_a_text_message_fits_into_one(renderer: Renderer, service: str) -> None:
    """S-39."""
    text = text_message(renderer, service=service, host="accounts.some-long-name.example.co.uk")
    assert len(text) <= 160
    assert GSM.fullmatch(text)


def test_a_text_message_shows_no_entities(renderer: Renderer) -> None:
    assert "Ben & Jerry's <b>" in text_message(renderer, service=SERVICE)


def test_a_letter_may_go_without_html() -> None:
    """An application that overrides the plain templates alone need not write HTML."""

    def render(template: str, **facts: Any) -> str:
        return f"  {template} \n {facts['code']} \n\n"

    message = mail(Renderer(render), "code")
    assert message.subject == f"security/letters/code.subject.txt {CODE}"
    assert message.text == f"security/letters/code.txt \n {CODE}\n"
