"""The quick start: the program of the README, with only what the README says."""

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.house.source import ROOT
from tests.journeys_in_chromium.visitor import visiting
from tests.quickstart.program import MATT, Program, running
from tests.servers.process import free_port

PROGRAM = ROOT / "examples" / "quickstart" / "app.py"
PACKAGE = ROOT / "src" / "flask_airlock"
ANOTHER_STEP = 30.0


@pytest.fixture
def quickstart(installed: Path, tmp_path: Path) -> Iterator[Program]:
    """The program in a folder of its own, run as the README says."""
    shutil.copy(PROGRAM, tmp_path / "app.py")
    port = free_port()
    flask = installed / "bin" / "flask"
    command: list[str | Path] = [flask, "--app", "app", "run", "--debug", "--port", str(port)]
    with running(command, tmp_path, port) as program:
        yield program


def test_the_quick_start_signs_a_person_in_by_mail_and_by_authenticator(
    chromium: Browser, quickstart: Program
) -> None:
    """The promise of the project's first page, kept in an environment with nothing else in it."""
    with visiting(chromium, quickstart) as visitor:
        visitor.go("/")
        visitor.give_password(MATT)
        visitor.prove_mailbox()
        assert visitor.offered() == ["email", "authenticator"]
        visitor.set_up("email")
        assert "Hello matt@nobien.net" in visitor.page.content()

        visitor.log_out()
        visitor.go("/")
        visitor.give_password(MATT)
        visitor.type_code(quickstart.mailed_code())
        assert "Hello matt@nobien.net" in visitor.page.content()

        visitor.go("/login/set-up")
        visitor.set_up("authenticator")
        visitor.log_out()
        visitor.go("/")
        visitor.give_password(MATT)
        visitor.choose("authenticator")
        visitor.type_code(visitor.app_code(later=ANOTHER_STEP))
        assert "Hello matt@nobien.net" in visitor.page.content()
    assert "SECRET_KEY is weak" in quickstart.output()
    assert "Traceback" not in quickstart.output()


def test_nothing_more_is_installed_than_was_asked_for(installed: Path) -> None:
    """Extras bring what they are named after, and the core stays small."""
    listed = subprocess.run(
        [installed / "bin" / "pip", "list", "--format", "freeze"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.lower()
    names = {line.partition("==")[0].replace("_", "-") for line in listed.split()}
    assert {"flask-airlock", "flask-mail", "flask-login", "flask-wtf", "segno"} <= names
    assert not {"phonenumbers", "twilio", "flask-babel", "redis", "flask-security"} & names


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    """Templates, static files and py.typed are part of it, byte for byte."""
    files = [
        path
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    ]
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for path in files:
            name = path.relative_to(PACKAGE.parent).as_posix()
            assert name in names
            assert archive.read(name) == path.read_bytes(), name
        assert {name for name in names if name.startswith("flask_airlock/")} == {
            path.relative_to(PACKAGE.parent).as_posix() for path in files
        }
    for needed in ("py.typed", "static/airlock.css", "templates/security/login.html"):
        assert f"flask_airlock/{needed}" in names
