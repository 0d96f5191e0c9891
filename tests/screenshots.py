"""Take the pictures of every page: desktop and phone, light and dark (`make screenshots`).

They go to docs/_build/screenshots; two for the README go to docs/images.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Run as a program, this file's own folder is on the path, but the project is not.
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, ViewportSize, sync_playwright  # noqa: E402

from tests.browser import ARGUMENTS, chromium_program  # noqa: E402
from tests.journeys_in_chromium.every_account_page import (  # noqa: E402
    SETTINGS as ACCOUNT_SETTINGS,
)
from tests.journeys_in_chromium.every_account_page import every_account_page  # noqa: E402
from tests.journeys_in_chromium.every_grace_page import (  # noqa: E402
    SETTINGS as GRACE_SETTINGS,
)
from tests.journeys_in_chromium.every_grace_page import every_grace_page  # noqa: E402
from tests.journeys_in_chromium.every_page import SETTINGS, every_page  # noqa: E402
from tests.journeys_in_chromium.every_security_page import (  # noqa: E402
    SETTINGS as SECURITY_SETTINGS,
)
from tests.journeys_in_chromium.every_security_page import every_security_page  # noqa: E402
from tests.journeys_in_chromium.site import Site, open_site  # noqa: E402
from tests.journeys_in_chromium.visitor import Visitor, visiting  # noqa: E402
from tests.quickstart.program import MATT, Program, running  # noqa: E402
from tests.servers.process import free_port  # noqa: E402
from tests.servers.sms_gateway import running_sms_gateway  # noqa: E402
from tests.servers.smtp import running_mail_server  # noqa: E402

PICTURES = ROOT / "docs" / "_build" / "screenshots"
README_PICTURES = ROOT / "docs" / "images"
README_PAGES = {"login": "login", "second-authenticator": "second-step"}
README_VIEW: ViewportSize = {"width": 640, "height": 880}
SHOWN_SERVICE = "Harbour & Co"


@dataclass(frozen=True)
class View:
    """A screen and how its owner likes it."""

    name: str
    width: int
    height: int
    scheme: str

    def options(self) -> dict[str, Any]:
        """What Playwright needs to know."""
        phone = self.name == "phone"
        return {
            "viewport": {"width": self.width, "height": self.height},
            "color_scheme": self.scheme,
            "is_mobile": phone,
            "has_touch": phone,
            "reduced_motion": "reduce",
        }


WALKS = (
    (every_page, SETTINGS),
    (every_account_page, ACCOUNT_SETTINGS),
    (every_security_page, SECURITY_SETTINGS),
    (every_grace_page, GRACE_SETTINGS),
)
VIEWS = [
    View(name, width, height, scheme)
    for name, width, height in (("desktop", 1280, 800), ("phone", 390, 844))
    for scheme in ("light", "dark")
]


@contextmanager
def a_site(own: dict[str, Any]) -> Iterator[Site]:
    """A site with a mail server and an SMS gateway, thrown away afterwards."""
    with ExitStack() as stack:
        mail = stack.enter_context(running_mail_server())
        gateway = stack.enter_context(running_sms_gateway())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        config = {"url": gateway.url, "json": {"to": "{to}", "text": "{text}"}}

        def texts(count: int) -> list[tuple[str, str]]:
            asked = gateway.wait_for(count)
            return [(request.fields["to"], request.fields["text"]) for request in asked]

        settings = {
            **own,
            "SECURITY_SERVICE_NAME": SHOWN_SERVICE,
            "SECURITY_TWO_FACTOR_URI_SERVICE_NAME": SHOWN_SERVICE,
            "SECURITY_SMS_SERVICE": "http",
            "SECURITY_SMS_SERVICE_CONFIG": config,
        }
        yield stack.enter_context(open_site(Path(folder), mail, texts, **settings))


@contextmanager
def the_demo() -> Iterator[Program]:
    """The demo, with a database that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        serve = ROOT / "examples" / "demo" / "serve.py"
        database = str(Path(folder) / "demo.sqlite")
        command: list[str | Path] = [sys.executable, serve, "--port", str(port)]
        with running(command, Path(folder), port, DEMO_DATABASE=database) as demo:
            yield demo


def demo_pages(visitor: Visitor) -> Iterator[str]:
    """The demo's own pages."""
    visitor.go("/")
    visitor.give_password(MATT)
    visitor.prove_mailbox()
    visitor.set_up("email")
    yield "demo-home"
    visitor.go("/vault")
    yield "demo-vault"
    visitor.go("/admin")
    yield "demo-forbidden"


def take(visitor: Visitor, names: Iterator[str], view: View) -> None:
    """One picture of each page."""
    for number, name in enumerate(names):
        file = PICTURES / f"{view.name}-{view.scheme}" / f"{number:02d}-{name}.png"
        visitor.page.screenshot(path=file, full_page=True)
        if view == VIEWS[0] and name in README_PAGES:
            take_for_readme(visitor, README_PAGES[name], view)


def take_for_readme(visitor: Visitor, name: str, view: View) -> None:
    """The same page on a small window, so that the picture can be read in a README."""
    visitor.page.set_viewport_size(README_VIEW)
    visitor.page.screenshot(path=README_PICTURES / f"{name}.png")
    visitor.page.set_viewport_size({"width": view.width, "height": view.height})


def take_all(chromium: Browser, view: View) -> None:
    """Every page in one view."""
    for pages, own in WALKS:
        with a_site(own) as site, visiting(chromium, site, **view.options()) as visitor:
            take(visitor, pages(visitor, site), view)
    with the_demo() as demo, visiting(chromium, demo, **view.options()) as visitor:
        take(visitor, demo_pages(visitor), view)


def main() -> None:
    """Take them all."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    executable = chromium_program()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        for view in VIEWS:
            take_all(chromium, view)
        chromium.close()
    sys.stdout.write(f"The pictures are in {PICTURES.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
