"""What happened to a person's account, in words, newest first."""

from datetime import datetime

from flask import Response, request

from ...domain.directory import EventLine
from ...domain.records import Record
from ...flows import activity
from .. import cookies
from ..context import services
from ..current_user import for_signed_in
from ..visitor import visitor
from ..wording import browser_words
from ..wording_events import FOR_THE_PERSON, event_words
from .rendering import page


class Happening(Record):
    """An event as its page shows it; no browser where nobody asked by one."""

    at: datetime
    words: str
    browser: str
    address: str

    @classmethod
    def of(cls, line: EventLine) -> "Happening":
        """The event in words."""
        return cls(
            at=line.at,
            words=event_words(line.name, line.detail),
            browser=browser_words(line.browser) if line.agent else "",
            address=line.address,
        )


@for_signed_in
def show_activity() -> Response:
    """GET of `security.activity`."""
    token, before = cookies.session_token(), request.args.get("before")
    found = activity.page(services(), token, FOR_THE_PERSON, before, visitor())
    return page(
        "activity.html",
        happenings=[Happening.of(line) for line in found.lines],
        older=found.older,
        is_first=before is None,
    )
