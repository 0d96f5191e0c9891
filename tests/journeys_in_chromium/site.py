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

PATIENCE_S = 10
CODE = re.compile(r"^\d{8}$", re.MULTILINE)
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
    followed: set[str] = field(default_factory=set)

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
        """The 8-digit code of the newest letter with one that nobody has read yet."""

        def unread() -> list[list[str]]:
            letters = map(plain_text, self.mail.messages[self.read_letters :])
            return [found for letter in letters if (found := CODE.findall(letter))]

        self.mail.wait_until(lambda: bool(unread()), PATIENCE_S, "a letter with a code")
        codes = unread()[-1]
        self.forget_mail()
        assert len(codes) == 1, "the letter has one code on a line of its own"
        return codes[0]

    def mailed_link(self, address: str, purpose: str) -> str:
        """The path of the newest link for this that came to an address, and was not read yet."""
        link = re.compile(rf"^{re.escape(self.base)}(/link/{purpose}/\S+)$", re.MULTILINE)

        def unread() -> list[str]:
            letters = map(plain_text, self.mail.all_to(address))
            found = [path for letter in letters for path in link.findall(letter)]
            return [path for path in found if path not in self.followed]

        self.mail.wait_until(lambda: bool(unread()), PATIENCE_S, f"a {purpose} link to {address}")
        paths = unread()
        self.followed.update(paths)
        return paths[-1]

    def letter_saying(self, words: str, address: str) -> EmailMessage:
        """The newest letter with these words that came to an address; waits for one."""

        def came() -> list[EmailMessage]:
            return [one for one in self.mail.all_to(address) if words in plain_text(one)]

        self.mail.wait_until(lambda: bool(came()), PATIENCE_S, f"{words!r} to {address}")
        return came()[-1]

    def texted_code(self, to: str = PHONE) -> str:
        """The 6-digit code of the next text message, as telephones read it: `@host #code`."""
        while True:
            texts = self.texts(self.read_texts + 1)
            new, self.read_texts = texts[self.read_texts :], len(texts)
            # Others are notices.
            codes = [(number, text) for number, text in new if " is your " in text]
            if codes:
                break
        number, text = codes[-1]
        assert number == to
        found = re.search(r"\n@localhost #(\d{6})$", text)
        assert found, f"a telephone would not offer this code: {text!r}"
        return found[1]

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Answers take long enough for a second click; the posts are noted from here on."""
        self.line.posts.clear()
        self.line.delay = 0.5
        yield
        self.line.delay = 0.0

    def run(self, *command: str) -> str:
        """A command of the administrator's: `flask` and these words; what it printed."""
        app = self.application.app
        debug = app.debug
        result = app.test_cli_runner().invoke(args=command)
        app.debug = debug  # running a command switches it off, as `flask` without --debug does
        assert result.exit_code == 0, result.output
        return result.output

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
