"""A letter as its reader will see it."""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import pytest
from jinja2 import StrictUndefined

from flask_airlock.delivery.rendering import FOLDER, Renderer
from flask_airlock.domain.letters import Channel, Letter, Message
from flask_airlock.web.translation import translate
from tests.applications import Application
from tests.delivery.facts import AT, CODE, FACTS, LINK, SERVICE, STOP
from tests.docs.pages import rows
from tests.house.source import PACKAGE

# Nobody asked for these with a browser: housekeeping and a command send them.
SENT_BY_COMMANDS = {"account_gone", "factor_adopted"}
WITH_LINK = [name for name, facts in FACTS.items() if "link" in facts]
STOPPABLE = [name for name, facts in FACTS.items() if "not_me" in facts]
WITH_CIRCUMSTANCES = [
    name
    for name, facts in FACTS.items()
    if facts.keys() >= AT.keys() and name not in SENT_BY_COMMANDS
]
# The one letter that goes to somebody else than the person it is about.
TO_THE_PERSON = [name for name in FACTS if name not in {"rescue_request", *SENT_BY_COMMANDS}]
# How long a link works; the other letters that have one say `hours` as well.
LASTS = {
    "reset_password": "for 30 minutes",
    "email_changed": "for 72 hours",
    "rescue_approved": "until then",
}
# Letters that say something else by their facts.
OTHERWISE: list[tuple[str, dict[str, object]]] = [
    ("reset_password", {"closed": True}),
    ("rescue_request", {"minutes": 0, "hours": 0, "approvers": 2}),
    ("rescue_request", {"minutes": 45, "hours": 0}),
]
# Characters of the GSM 03.38 basic set, as far as our own words may need them.
GSM = re.compile(r"[A-Za-z0-9 \r\n@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà!\"#%&'()*+,\-./:;<=>?_¡¿§]*")


@pytest.fixture
def renderer(application: Application) -> Iterator[Renderer]:
    with application.app.test_request_context():
        made: Renderer = application.app.extensions["security"].services.renderer
        yield made


def mail(renderer: Renderer, template: str, **facts: object) -> Message:
    # The link that stops somebody is there or not; either is well.
    given = {"service": SERVICE, "not_me": "", **FACTS[template], **facts}
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


def paragraphs_of(html: str) -> list[str]:
    """The words of each line that a reader sees."""
    return [" ".join(words_of(part).split()) for part in re.split(r"</p>|<br>", html)]


def test_every_letter_of_the_folder_is_tested_here() -> None:
    folder = PACKAGE / "templates" / FOLDER
    names = {path.name.split(".")[0] for path in folder.glob("[!_]*")}
    assert names == FACTS.keys()


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
    assert not re.search(r"%\(|\{\{|\{%|%[sd]", message.subject + message.text + message.html)


@pytest.mark.parametrize("template", FACTS)
def test_a_letter_needs_the_facts_of_the_table_in_the_docs_and_no_others(
    application: Application, template: str
) -> None:
    own = {cells[0]: cells[2].split(", ") for cells in rows("letters")}[template]
    facts = set(own) - {"none"}
    assert facts == FACTS[template].keys() - AT.keys()
    strict = application.app.jinja_env.overlay(undefined=StrictUndefined)

    def render(template: str, **facts: Any) -> str:
        return strict.get_template(template).render(_=translate, **facts)

    with application.app.test_request_context():
        message = mail(Renderer(render), template)
    shown_otherwise = {
        "purpose", "hours", "minutes", "method", "is_weak", "is_last", "not_me", "which", "closed",
        "approvers",
    }  # fmt: skip
    for fact in facts - shown_otherwise:
        said = str(FACTS[template][fact])
        assert said in message.text
        assert said in words_of(message.html)


@pytest.mark.parametrize("template, facts", [*((name, {}) for name in FACTS), *OTHERWISE])
def test_both_parts_of_a_letter_say_the_same(
    renderer: Renderer, template: str, facts: dict[str, object]
) -> None:
    message = mail(renderer, template, **facts)
    shown = paragraphs_of(message.html)
    lines = [" ".join(line.split()) for line in message.text.splitlines() if line.strip()]
    assert [line for line in lines if line not in shown] == []


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


@pytest.mark.parametrize("template", WITH_CIRCUMSTANCES)
def test_a_letter_tells_when_by_which_browser_and_from_where(
    renderer: Renderer, template: str
) -> None:
    message = mail(renderer, template)
    for fact in AT.values():
        assert str(fact) in message.text
        assert str(fact) in words_of(message.html)
    without = mail(renderer, template, address="")
    assert "Network address" not in without.text + without.html
    assert "\n\n\n" not in message.text + without.text


@pytest.mark.parametrize("template", TO_THE_PERSON)
def test_a_letter_tells_what_to_do_if_it_was_somebody_else(
    renderer: Renderer, template: str
) -> None:
    """The advice that S-81 asks of a notice."""
    message = mail(renderer, template)
    advice = re.compile(
        r"^If (?:this was not you|you did not (?:ask for|expect) this): ", re.MULTILINE
    )
    assert len(advice.findall(message.text)) == 1
    assert len([line for line in paragraphs_of(message.html) if advice.match(line)]) == 1


@pytest.mark.parametrize("template", FACTS)
def test_a_subject_tells_no_secret(renderer: Renderer, template: str) -> None:
    """X-10: it shows on locked screens."""
    subject = mail(renderer, template).subject
    assert not re.search(r"\d{4,}|://", subject)


@pytest.mark.parametrize("template", WITH_LINK)
def test_a_link_stands_whole_in_both_parts(renderer: Renderer, template: str) -> None:
    message = mail(renderer, template)
    assert message.text.splitlines().count(LINK) == 1
    targets = re.findall(r'href="([^"]+)"', message.html)
    assert [unescape(target) for target in targets] == [LINK]
    assert LINK in paragraphs_of(message.html)
    assert f"The link works once, {LASTS.get(template, 'for 24 hours')}." in message.text


@pytest.mark.parametrize("template", sorted({*WITH_LINK} - {"setup_link"}))
def test_who_is_in_a_hurry_sees_the_button_before_all_the_small_print(
    renderer: Renderer, template: str
) -> None:
    html = mail(renderer, template).html
    before, after = html.split("<a href=")
    assert "The link works once" in after
    assert "When: " in after
    assert len(before.split("<body")[1].split("<p")) <= 5


@pytest.mark.parametrize("template", sorted({*FACTS} - {*WITH_LINK, *STOPPABLE}))
def test_a_letter_that_only_tells_holds_no_link(renderer: Renderer, template: str) -> None:
    message = mail(renderer, template)
    assert "://" not in message.text + message.html
    assert "href" not in message.html


@pytest.mark.parametrize("template", STOPPABLE)
def test_what_can_be_stopped_says_so_after_all_else(renderer: Renderer, template: str) -> None:
    """And has no link where there is none: the address on file is a new one."""
    message, without = mail(renderer, template), mail(renderer, template, not_me="")
    assert STOP in message.text
    assert f'href="{escape(STOP)}"' in message.html
    assert message.text.index("When: ") < message.text.index("This wasn’t me")
    assert "://" not in without.text + without.html


def test_a_user_name_is_no_markup(renderer: Renderer) -> None:
    message = mail(renderer, "username_changed")
    name = str(FACTS["username_changed"]["username"])
    assert f"is now {name}." in message.text
    assert name not in message.html
    assert f"is now {name}." in words_of(message.html)


def test_where_a_mailbox_is_not_held_its_letter_says_nothing_of_codes(renderer: Renderer) -> None:
    """S-36: a hold is announced; where there is none, neither is a word about it."""
    assert "codes sent to this address do not count" in mail(renderer, "password_was_reset").text
    free = mail(renderer, "password_was_reset", held_until="")
    for part in (free.text, words_of(free.html)):
        assert "Until" not in part
        assert "codes" not in part
    assert "\n\n\n" not in free.text


def test_what_an_administrator_is_told_to_run_can_be_copied_safely(renderer: Renderer) -> None:
    plain = mail(renderer, "rescue_request").text
    for does in ("approve", "cancel"):
        assert f'flask airlock rescues {does} ada@example.com --reason "..." --by YOU' in plain
    odd = mail(renderer, "rescue_request", email="a'$(reboot)`x`@example.com").text
    for does in ("approve", "cancel"):
        assert f"flask airlock rescues {does} 'a'\\''$(reboot)`x`@example.com' --reason" in odd


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
    assert SERVICE in text_message(renderer, service=SERVICE)


def test_a_letter_may_go_without_html() -> None:
    """An application that overrides the plain templates alone need not write HTML."""

    def render(template: str, **facts: Any) -> str:
        return f"  {template} \n {facts['code']} \n\n"

    message = mail(Renderer(render), "code")
    assert message.subject == f"security/letters/code.subject.txt {CODE}"
    assert message.text == f"security/letters/code.txt \n {CODE}\n"
