"""Mail by Flask-Mail, with a time limit that Flask-Mail itself does not set."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import flask_mail

from ..domain.letters import Message
from ..errors import DeliveryFailed

SMTP_TIMEOUT = 15.0


class _PatientConnection(flask_mail.Connection):
    """Flask-Mail's connection, which gives up on a silent server and trusts no strange one.

    Its debug level stays off: that would print every letter, codes and all, to stderr.
    """

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        mail, trust = self.mail, ssl.create_default_context()
        host: smtplib.SMTP | smtplib.SMTP_SSL
        if mail.use_ssl:
            host = smtplib.SMTP_SSL(mail.server, mail.port, timeout=SMTP_TIMEOUT, context=trust)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=SMTP_TIMEOUT)
        try:
            if mail.use_tls:
                host.starttls(context=trust)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(self, *_: object) -> None:
        # A server that drops the line after it took the letter has taken it all the same.
        if self.host is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.host.quit()


class FlaskMailTransport:
    """Hands letters to the application's `Mail`, looked up when a letter is sent."""

    def __init__(self, find_mail: Callable[[], Any], sender: Callable[[], str | None]) -> None:
        self._find_mail = find_mail
        self._sender = sender

    def send(self, message: Message) -> None:
        """Send one letter; raises DeliveryFailed."""
        letter = flask_mail.Message(
            subject=message.subject,
            recipients=[message.to],
            body=message.text,
            html=message.html or None,
            sender=self._sender(),
        )
        try:
            with _PatientConnection(self._find_mail()) as connection:
                connection.send(letter)
        except (smtplib.SMTPException, OSError, UnicodeError) as problem:
            # A server's reply may quote the letter; its type is enough to find the cause.
            raise DeliveryFailed(type(problem).__name__) from None
