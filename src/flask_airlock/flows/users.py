"""What an administrator does with users: every change of his is recorded."""

from typing import Any

from ..domain.accounts import Visitor
from ..domain.events import UserChanged
from .services import Services

TERMINAL = Visitor(agent="command line")


def note_change(services: Services, user_id: Any, change: str) -> None:
    """Record a change that the application's session has committed; a user who was switched
    off loses his sessions for good."""
    now = services.clock()
    with services.begin() as work:
        account = work.unit.accounts.ensure(user_id, now)
        if change == "deactivated":
            work.unit.sessions.end_all(account.id, now)
        work.record(UserChanged(account_id=account.id, change=change), TERMINAL)
