"""A real browser, and a way to serve an application to it.

Playwright's synchronous API keeps an event loop running in the main thread from the first
browser test on: start threads in tests, but no `asyncio.run`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.servers.missing import program

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-gpu",
)
PATIENCE_MS = 10_000


def chromium_program() -> Path:
    """Chromium; the one that Debian builds without windows draws a page in half the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return program(*names, how="apt-get install chromium-headless-shell")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser, one for each process that runs tests."""
    executable = chromium_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a visitor who has never been here."""
    with chromium.new_context() as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


@contextmanager
def serve(app: "WSGIApplication") -> Iterator[str]:
    """Run an application on a free port, in a thread; gives its base URL.

    The name is localhost, not an address: passkeys need a domain.
    """
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
