"""A real mail server that keeps what it is given, and can misbehave on request."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
PATIENCE = 10.0
TURNS = 5


class Mode(Enum):
    """How the server treats the next letters."""

    NORMAL = "normal"
    REFUSE = "refuse"
    HANG = "hang"
    DROP = "drop"


@dataclass(frozen=True)
class Delivery:
    """A letter, and the addresses it was really sent to."""

    message: EmailMessage
    recipients: tuple[str, ...]


@dataclass
class MailServer:
    """What the mail server got so far, and how it behaves from now on."""

    port: int
    host: str = HOST
    deliveries: list[Delivery] = field(default_factory=list)
    mode: Mode = Mode.NORMAL
    hang_seconds: float = 0.0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def messages(self) -> list[EmailMessage]:
        """Every letter so far, oldest first."""
        return [delivery.message for delivery in tuple(self.deliveries)]

    def behave(self) -> None:
        """Accept letters again."""
        self.mode = Mode.NORMAL

    def refuse(self) -> None:
        """Answer 550 to every recipient."""
        self.mode = Mode.REFUSE

    def hang(self, seconds: float) -> None:
        """Let every sender wait before its recipient is accepted."""
        self.hang_seconds = seconds
        self.mode = Mode.HANG

    def drop(self) -> None:
        """Close the connection instead of answering about a recipient."""
        self.mode = Mode.DROP

    def clear(self) -> None:
        """Forget the letters."""
        with self._changed:
            self.deliveries.clear()

    def keep(self, delivery: Delivery) -> None:
        """Put a letter with the others and wake whoever waits for one."""
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()

    def wait_for(self, count: int = 1, timeout: float = 10) -> list[EmailMessage]:
        """Every letter, once there are `count` of them."""
        self.wait_until(lambda: len(self.deliveries) >= count, timeout, f"{count} letter(s)")
        return self.messages

    def newest_to(self, address: str, timeout: float = 10) -> EmailMessage:
        """The newest letter to an address; waits for the first one."""
        self.wait_until(lambda: bool(self.all_to(address)), timeout, f"a letter to {address}")
        return self.all_to(address)[-1]

    def all_to(self, address: str) -> list[EmailMessage]:
        """Every letter that was sent to an address, oldest first."""
        wanted = address.lower()
        return [
            delivery.message
            for delivery in tuple(self.deliveries)
            if wanted in (recipient.lower() for recipient in delivery.recipients)
        ]

    def wait_until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait for letters until the condition holds."""
        with self._changed:
            came = self._changed.wait_for(condition, timeout)
        if not came:
            subjects = [message["Subject"] for message in self.messages]
            raise AssertionError(f"waited {timeout} s for {what}; there are {subjects}")


def plain_text(message: EmailMessage) -> str:
    """The plain part of a letter, its lines ended as Python's are."""
    return _part(message, "plain")


def html_text(message: EmailMessage) -> str:
    """The HTML part of a letter, its lines ended as Python's are."""
    return _part(message, "html")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        raise AssertionError(f"the letter has no {kind} part")
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


class _Handler:
    """aiosmtpd's hooks; they run in the server's own thread."""

    def __init__(self, mail: MailServer) -> None:
        self.mail = mail

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Accept a recipient, or do whatever the mode says."""
        if self.mail.mode is Mode.REFUSE:
            return "550 5.1.1 No such mailbox here"
        if self.mail.mode is Mode.DROP and server.transport:
            server.transport.close()
        if self.mail.mode is Mode.HANG:
            await asyncio.sleep(self.mail.hang_seconds)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a letter."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.mail.keep(Delivery(message, tuple(envelope.rcpt_tos)))
        return "250 OK: kept"


class _Controller(Controller):
    """Listens on a socket that is bound already, so that nobody can take the port."""

    def __init__(self, mail: MailServer, listener: socket.socket) -> None:
        super().__init__(_Handler(mail), hostname=mail.host, port=mail.port)
        self.listener = listener
        self._talking: WeakSet[SMTP] = WeakSet()

    def factory(self) -> SMTP:
        """Whom a connection talks to."""
        made = SMTP(self.handler, **self.SMTP_kwargs)
        self._talking.add(made)
        return made

    def hang_up(self) -> None:
        """End every conversation: a letter may be on its way when a test ends."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(PATIENCE)

    async def _hang_up(self) -> None:
        # Nobody else gets in. A server that is closed would let go of whom it has let in just now,
        # with his socket open.
        self.loop.remove_reader(self.listener)
        await _turns()
        for server in tuple(self._talking):
            if server.transport is not None:
                server.transport.close()
        await _turns()

    async def _create_server(self) -> asyncio.AbstractServer:
        return await self.loop.create_server(self._factory_invoker, sock=self.listener)


async def _turns() -> None:
    """Let go on what was begun before: a caller is answered, a socket is closed."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A mail server on a free port, in a thread."""
    listener = socket.create_server((HOST, 0))
    mail = MailServer(port=listener.getsockname()[1])
    controller = _Controller(mail, listener)
    controller.start()
    try:
        yield mail
    finally:
        controller.hang_up()
        controller.stop()
