"""A site as it runs in production, with the mailbox and the telephone of its visitors."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.applications import Application, make_application
from tests.browser import serve
from tests.people import PHONE
from tests.servers.smtp import MailServer, plain_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Texts = Callable[[int], list[tuple[str, str]]]

PRODUCTION: dict[str, Any] = {
    "TESTING": False,
    "SECRET_KEY": "2a91f4c6d05e7b83f1d2c3b4a5968778",
    # The browser is on this machine, over plain http.
    "SECURITY_COOKIE_SECURE": False,
    "MAIL_DEFAULT_SENDER": "airlock@example.com",
}


class Line:
    """The wire between browser and application: it can be slow, and remembers what was asked."""

    def __init__(self) -> None:
        self.app: WSGIApplication | None = None
        self.delay = 0.0
        self.posts: list[str] = []

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Any:
        """Hand a request on, and its answer back, late if told so."""
        if environ["REQUEST_METHOD"] == "POST":
            self.posts.append(environ["PATH_INFO"])
        assert self.app, "nothing is served yet"
        answer = self.app(environ, start)
        time.sleep(self.delay)
        return answer


@dataclass
class Site:
    """Where a visitor goes, and what reaches her meanwhile."""

    base: str
    application: Application
    line: Line
    mail: MailServer
    texts: Texts
    read_letters: int = field(default=0)
    read_texts: int = field(default=0)

    def now(self) -> datetime:
        """The time by the application's clock, which only the story moves."""
        return self.application.clock.now

    def a_minute_later(self) -> None:
        """Time for an authenticator app to show another code."""
        self.application.clock.advance(minutes=1)

    def next_letter(self) -> EmailMessage:
        """The next letter that the mail server got, and nobody has read yet."""
        letters = self.mail.wait_for(self.read_letters + 1)
        self.read_letters = len(letters)
        return letters[-1]

    def mailed_code(self) -> str:
        """The 8-digit code of the next letter."""
        found = re.findall(r"^\d{8}$", plain_text(self.next_letter()), re.MULTILINE)
        assert len(found) == 1, "the letter has one code on a line of its own"
        return str(found[0])

    def texted_code(self) -> str:
        """The 6-digit code of the next text message, as telephones read it: `@host #code`."""
        texts = self.texts(self.read_texts + 1)
        self.read_texts = len(texts)
        number, text = texts[-1]
        assert number == PHONE
        found = re.search(r"\n@localhost #(\d{6})$", text)
        assert found, f"a telephone would not offer this code: {text!r}"
        return found[1]

    def forget_mail(self) -> None:
        """Read everything that came so far."""
        self.read_letters = len(self.mail.messages)


@contextmanager
def open_site(folder: Path, mail: MailServer, texts: Texts, **settings: Any) -> Iterator[Site]:
    """Serve an application on a SQLite file in `folder`, with mail that is really sent."""
    line = Line()
    with ExitStack() as stack:
        base = stack.enter_context(serve(line))
        where = {"SECURITY_BASE_URL": base, "MAIL_SERVER": mail.host, "MAIL_PORT": mail.port}
        uri = f"sqlite:///{folder}/site.sqlite"
        application = stack.enter_context(make_application(uri, **(PRODUCTION | where | settings)))
        line.app = application.app
        yield Site(base, application, line, mail, texts)
