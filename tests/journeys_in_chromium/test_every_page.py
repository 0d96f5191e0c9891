"""What holds for every page, in every state: it fits, it is named, it is clean."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys_in_chromium import axe
from tests.journeys_in_chromium.every_account_page import SETTINGS as ACCOUNT_SETTINGS
from tests.journeys_in_chromium.every_account_page import every_account_page
from tests.journeys_in_chromium.every_grace_page import SETTINGS as GRACE_SETTINGS
from tests.journeys_in_chromium.every_grace_page import every_grace_page
from tests.journeys_in_chromium.every_page import SETTINGS, every_page
from tests.journeys_in_chromium.every_security_page import SETTINGS as SECURITY_SETTINGS
from tests.journeys_in_chromium.every_security_page import every_security_page
from tests.journeys_in_chromium.site import Site, open_site
from tests.journeys_in_chromium.visitor import Visitor, visiting
from tests.servers.sms_gateway import SmsGateway
from tests.servers.smtp import MailServer
from tests.soak import but_for_the_soak

WIDEST = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SAME_IDS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}"""
LOOSE_TIES = """() => [...document.querySelectorAll("[aria-describedby]")]
  .flatMap((element) => element.getAttribute("aria-describedby").split(" "))
  .filter((id) => !document.getElementById(id))"""
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden])")]
  .filter((input) => !input.labels.length).map((input) => input.outerHTML)"""
FINGERS = "button, a, summary, select, input:not([type=hidden])"
# A box to tick is as large as its label, which is pressed as well.
SMALL = """(fingers) => [...document.querySelectorAll(fingers)]
  .filter((element) => element.checkVisibility())
  .map((element) => [element, element.matches("[type=checkbox], [type=radio]")
    ? element.labels[0] : element])
  .map(([element, target]) => [element.outerHTML.slice(0, 120), target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"""
# Every word a third longer, as in German; then as it was.
LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), kept = [];
  while (walker.nextNode()) kept.push([walker.currentNode, walker.currentNode.data]);
  const longer = (word) => word + word.slice(-Math.ceil(word.length / 3));
  for (const [node, text] of kept) node.data = text.replace(/\\p{L}{4,}/gu, longer);
  const beyond = WIDEST;
  for (const [node, text] of kept) node.data = text;
  return beyond;
}""".replace("WIDEST", WIDEST)
PHONE_WIDTH, SMALLEST_WIDTH = 390, 320


def look(name: str, page: Page, *, scripts: bool) -> list[str]:
    """What is wrong with a page. Axe-core waits for timers, which stand still without scripts."""
    wrong = [] if name.startswith("letter-") else _look_at_head(page)
    if page.locator("html").get_attribute("lang") != "en":
        wrong.append("it does not name its language")
    if scripts and not name.startswith("letter-"):
        wrong += axe.complaints(page)
    for what, script in (
        ("ids that stand twice", SAME_IDS),
        ("descriptions that lead nowhere", LOOSE_TIES),
        ("fields without a label", UNNAMED),
    ):
        if found := page.evaluate(script):
            wrong.append(f"{what}: {found}")
    for width in (PHONE_WIDTH, SMALLEST_WIDTH):
        page.set_viewport_size({"width": width, "height": 700})
        if (beyond := page.evaluate(WIDEST)) > 0:
            wrong.append(f"at {width} px it is {beyond} px too wide")
    if (beyond := page.evaluate(LONGER)) > 0:
        wrong.append(f"at {SMALLEST_WIDTH} px longer words are {beyond} px too wide")
    if not name.startswith(("letter-", "outbox")) and (small := page.evaluate(SMALL, FINGERS)):
        wrong.append(f"too small for a finger: {small}")
    return [f"{name}: {problem}" for problem in wrong]


def _look_at_head(page: Page) -> list[str]:
    wrong = []
    alerts, title = page.get_by_role("alert").count(), page.title()
    if not title or bool(alerts) != title.startswith("Error: "):
        wrong.append(f"{alerts} alert(s) under the title {title!r}")
    if page.locator("h1").count() != 1:
        wrong.append("it needs one heading")
    return wrong


Walk = Callable[[Visitor, Site], Iterator[str]]
WALKS: dict[str, tuple[Walk, dict[str, Any]]] = {
    "login": (every_page, SETTINGS),
    "account": (every_account_page, ACCOUNT_SETTINGS),
    "security": (every_security_page, SECURITY_SETTINGS),
    "grace": (every_grace_page, GRACE_SETTINGS),
}


@pytest.fixture
def texts(sms_gateway: SmsGateway) -> Callable[[int], list[tuple[str, str]]]:
    """Reads what the gateway got."""
    return lambda count: [
        (request.fields["to"], request.fields["text"]) for request in sms_gateway.wait_for(count)
    ]


@pytest.mark.parametrize("scripts", but_for_the_soak([True], [True, False]))
@pytest.mark.parametrize("walk", WALKS)
def test_every_page_is_whole(
    chromium: Browser,
    tmp_path: Path,
    mail_server: MailServer,
    sms_gateway: SmsGateway,
    texts: Callable[[int], list[tuple[str, str]]],
    walk: str,
    scripts: bool,
) -> None:
    """Axe-core finds nothing, in light and dark; titles tell errors, ids are unique, fields have
    labels, nothing is wider than 320 px, even with longer words, or too small for a finger; the
    browser has no complaint, of the CSP say."""
    pages, own = WALKS[walk]
    config = {"url": sms_gateway.url, "json": {"to": "{to}", "text": "{text}"}}
    settings = {**own, "SECURITY_SMS_SERVICE": "http", "SECURITY_SMS_SERVICE_CONFIG": config}
    with (
        open_site(tmp_path, mail_server, texts, **settings) as site,
        visiting(chromium, site, scripts=scripts) as visitor,
    ):
        wrong = [
            problem
            for name in pages(visitor, site)
            for problem in look(name, visitor.page, scripts=scripts)
        ]
    assert not wrong, "\n".join(wrong)


def test_the_browser_would_complain(visitor: Visitor) -> None:
    """The stories hear what they listen for: a style in the page breaks the CSP."""
    visitor.go("/login")
    with visitor.page.expect_console_message():
        visitor.page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert "Content Security Policy" in visitor.complaints.pop()
    assert visitor.complaints == []
