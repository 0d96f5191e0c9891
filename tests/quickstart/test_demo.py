"""The demo that `make demo` serves."""

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser

from tests.house.source import ROOT
from tests.journeys_in_chromium.visitor import visiting
from tests.quickstart.program import MATT, Program, running
from tests.servers.process import free_port

SERVE = ROOT / "examples" / "demo" / "serve.py"
ANOTHER_STEP = 30.0


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Program]:
    """The demo with a database of its own."""
    port = free_port()
    command: list[str | Path] = [sys.executable, SERVE, "--port", str(port)]
    with running(command, tmp_path, port, DEMO_DATABASE=str(tmp_path / "demo.sqlite")) as program:
        yield program


def test_the_demo_leads_through_both_doors_with_each_method(
    chromium: Browser, demo: Program
) -> None:
    with visiting(chromium, demo) as visitor:
        visitor.go("/")
        visitor.give_password(MATT)
        visitor.prove_mailbox()
        assert visitor.offered() == ["email", "authenticator", "sms"]
        visitor.set_up("email")
        for method in ("authenticator", "sms"):
            visitor.go("/login/set-up")
            visitor.set_up(method)
        for method in ("email", "sms", "authenticator"):
            visitor.log_out()
            visitor.go("/vault")
            visitor.give_password(MATT)
            if method != "email":
                visitor.choose(method)
            later = ANOTHER_STEP if method == "authenticator" else 0.0
            visitor.type_code(visitor.code_for(method, later))
            assert visitor.heading == "The vault"
        visitor.go("/admin")
        assert "flask --app" in visitor.page.content()
        visitor.go("/")
        assert visitor.heading == "Hello matt@nobien.net"


def test_the_demo_says_in_a_few_lines_what_to_do(demo: Program) -> None:
    lines = demo.output().strip().splitlines()
    assert len(lines) < 12
    for needed in (demo.base, "matt@nobien.net", "password", f"{demo.base}/_airlock/outbox"):
        assert any(needed in line for line in lines), needed


def test_the_outbox_lists_what_was_sent_for_this_machine_alone(
    chromium: Browser, demo: Program
) -> None:
    """A page for people and JSON for programs; through a proxy it does not exist."""
    with visiting(chromium, demo) as visitor:
        visitor.go("/")
        visitor.give_password(MATT)
        code = demo.mailed_code()
        visitor.go("/_airlock/outbox")
        assert code in visitor.page.locator("article").first.inner_text()
    (letter,) = demo.outbox("mail")
    assert set(letter) == {"to", "channel", "subject", "text", "at"}
    assert letter["to"] == "matt@nobien.net"
    assert code in demo.output(), "without a mail server the terminal shows letters as well"
    assert code not in letter["subject"]
    for header in ("X-Forwarded-For", "Forwarded"):
        request = Request(  # noqa: S310 (our own address)
            f"{demo.base}/_airlock/outbox", headers={header: "203.0.113.7"}
        )
        with pytest.raises(HTTPError) as refusal:
            urlopen(request, timeout=10)  # noqa: S310
        assert refusal.value.code == 404
        refusal.value.close()


def test_a_second_start_keeps_people_and_key(demo: Program, tmp_path: Path) -> None:
    key = tmp_path / "demo.sqlite-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before, port = key.read_text(), free_port()
    command: list[str | Path] = [sys.executable, SERVE, "--port", str(port)]
    with running(command, tmp_path, port, DEMO_DATABASE=str(tmp_path / "demo.sqlite")) as again:
        assert json.dumps(again.outbox("mail")) == "[]"
    assert key.read_text() == before
