"""How many codes go out: to an account, to a number or mailbox, and as text messages at all."""

from datetime import datetime

from ..domain.one_time_codes import Purpose
from ..domain.policy import RESCUE
from ..domain.rescue import SENDS
from ..domain.throttle import EVERYBODY, Side, Window, owner_of_user
from ..errors import TooSoon
from ..factors.protocol import Case
from . import attempts
from .services import Services, Work

DESTINATION = "where codes go"
TEXTS = "sms"
# Where anybody may name anybody's number or mailbox.
NAMING = frozenset({Purpose.SETUP, Purpose.RESCUE_ADDRESS})


def count(services: Services, work: Work, case: Case, method: str, to: str) -> None:
    """Count a code that is about to go to `to`; raises TooSoon where it is one too many.

    An account's own browsers and all others are counted apart, so that a thief with the password
    cannot keep the codes from its owner.
    """
    side = attempts.side_for(services, case.account, case.visitor)
    mine = owner_of_user(case.account.user_id)
    there = services.vault.mac(DESTINATION, to)
    windows = {"day": SENDS} if method == RESCUE else services.settings.send_windows
    for name, window in windows.items():
        _take(work, mine, case, f"{method} {name}", side, window)
        if case.purpose in NAMING:
            # Anybody may name anybody's number here. Later it is proved, and its owner's alone to
            # use up: or whoever knows it could keep his codes from him.
            _take(work, there, case, f"{method} set-up {name}", side, window, is_shared=True)
    if method == TEXTS:
        day = services.settings.texts_window
        _take(work, EVERYBODY, case, "texts", Side.STRANGERS, day, is_shared=True)


def _take(
    work: Work, owner: bytes, case: Case, subject: str, side: Side, window: Window,
    *, is_shared: bool = False,
) -> None:  # fmt: skip
    windows, account_id = work.unit.windows, None if is_shared else case.account.id
    if not windows.count(owner, account_id, subject, side, window, case.now):
        raise TooSoon(windows.room_at(owner, subject, side, window, case.now))


def must_be_apart(services: Services, sent_at: datetime) -> None:
    """Raise TooSoon where the last code of this login went out a moment ago."""
    again_at = sent_at + services.settings.send_interval
    if services.clock() < again_at:
        raise TooSoon(again_at)
