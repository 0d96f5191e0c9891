"""A letter becomes subject, text and HTML, by templates that an application may override."""

from collections.abc import Callable
from typing import Any

from jinja2 import TemplateNotFound

from ..domain.letters import Channel, Letter, Message

FOLDER = "security/letters"


class Renderer:
    """Draws letters with the application's own Jinja environment, handed over as a function."""

    def __init__(self, render: Callable[..., str]) -> None:
        self._render = render

    def message(self, letter: Letter) -> Message:
        """The letter as its reader will see it."""
        if letter.channel is Channel.SMS:
            text = self._draw(letter, "sms.txt").strip()
            return Message(to=letter.to, channel=letter.channel, subject="", text=text)
        subject = " ".join(self._draw(letter, "subject.txt").split())
        return Message(
            to=letter.to,
            channel=letter.channel,
            subject=subject,
            text=self._draw(letter, "txt").strip() + "\n",
            html=self._html(letter),
        )

    def _html(self, letter: Letter) -> str:
        try:
            return self._draw(letter, "html")
        except TemplateNotFound:
            return ""

    def _draw(self, letter: Letter, ending: str) -> str:
        facts: dict[str, Any] = dict(letter.facts)
        return self._render(f"{FOLDER}/{letter.template}.{ending}", **facts)
