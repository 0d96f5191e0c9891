"""The table of faults: what breaks and when, what the person sees, what is told, what is kept.

`test_faults.py` provokes every row, and `docs/faults.rst` is made from them: plain data, for both.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

STEPS = {
    "first request": "the first request after a start",
    "password": "the password is sent",
    "password, code by mail": "the password is sent, and a code goes out by mail",
    "password, code by SMS": "the password is sent, and a code goes out as a text message",
    "second factor": "the second factor is answered",
    "first set-up": "the first authenticator app is confirmed",
    "protected page": "somebody inside opens a protected page",
    "logout": "somebody inside signs out",
    "reset": "a link to reset the password is asked for",
    "new password": "a new password is chosen by the link",
    "registration": "somebody registers",
}
CHANGES = tuple(name for name in STEPS if name not in ("first request", "protected page"))
WITH_A_CODE = ("password, code by mail", "password, code by SMS")
WITH_A_LINK = ("reset", "new password", "registration")
DOORS = ("password", "second factor")


class Moment(Enum):
    """When, within a step."""

    BEFORE = "before it"
    COUNTED = "after the try was counted"
    BETWEEN = "between two statements of the change"
    COMMIT = "at the commit"
    AFTER = "after the commit"


class Kept(Enum):
    """What the database holds afterwards."""

    NOTHING = "As before."
    TRY = "As before, but for the try, which was counted."
    ALL = "The whole change."
    LETTER = "The whole change; the letter waits, and is tried again."


@dataclass(frozen=True, kw_only=True)
class Row:
    """Every fault of it, at every moment, in every step, comes to the same.

    `sees` is a code of `web/wording.py`, or what the page says; empty for the page that always
    comes. Without a `status` there is no answer. `events` are recorded, `logged` is what the error
    log says. `is_inside` overrules what the step and what is kept make one expect. `now` is how
    many of the combinations every test run provokes; the soak provokes them all.
    """

    faults: tuple[str, ...]
    steps: tuple[str, ...]
    moments: tuple[Moment, ...] = (Moment.BEFORE,)
    status: int | None = 200
    sees: str = ""
    events: tuple[str, ...] = ()
    logged: str = ""
    kept: Kept
    is_inside: bool | None = None
    now: int = 1


FAULTS = {
    "database gone": "The database is gone",
    "database full": "The disk of a SQLite file is full",
    "database read-only": "The database can only be read",
    "database locked": "Another writer holds a SQLite file for longer than the driver waits",
    "no connection": "The pool has no connection to spare",
    "killed, SQLite": "The process is killed, with a SQLite file",
    "killed, PostgreSQL": "the process is killed, with PostgreSQL",
    "user removed": "The application's own row of the user vanishes",
    "mail refused": "The mail server refuses the reader",
    "mail hangs": "The mail server is silent for 15 seconds",
    "mail drops": "The mail server hangs up in the middle",
    "mail away": "Nobody listens at the mail server's port",
    "mail raises": "The application's Mail raises what it likes",
    "gateway refuses": "The SMS gateway answers 503",
    "gateway hangs": "The SMS gateway is silent for longer than its timeout",
    "Twilio refuses": "Twilio refuses the number",
    "Twilio hangs": "Twilio is silent for longer than the timeout",
    "stolen passwords": "The list of stolen passwords can't be asked",
    "network counts": "The store that counts networks does not answer",
    "letter template": "A letter's template of the application's raises",
    "page template": "A page's template of the application's raises",
    "receiver": "A receiver of a signal raises",
    "a minute back": "The clock is put back by a minute",
    "a day back": "The clock is put back by a day",
    "a month back": "The clock is put back by a month",
    "a day on": "The clock is put forward by a day",
    "a month on": "The clock is put forward by a month",
}
UNWRITABLE = ("database full", "database read-only", "database locked")
KILLED = ("killed, SQLite", "killed, PostgreSQL")
FAR_BACK, FAR_ON = ("a day back", "a month back"), ("a day on", "a month on")
NOT_SENT = "The message could not be sent. Try again in a moment, or use another way."
OUT_OF_ORDER: dict[str, Any] = {
    "status": 503,
    "sees": "store_failed",
    "logged": "the database failed at",
}

GONE, FIRST = ("database gone",), ("first set-up",)
DATABASE = (
    Row(
        faults=GONE,
        steps=(*CHANGES, "protected page", "first request"),
        **OUT_OF_ORDER,
        kept=Kept.NOTHING,
        now=2,
    ),
    Row(
        faults=GONE,
        steps=DOORS,
        moments=(Moment.COUNTED,),
        **OUT_OF_ORDER,
        kept=Kept.TRY,
        now=2,
    ),
    Row(
        faults=GONE,
        steps=CHANGES,
        moments=(Moment.COMMIT, Moment.BETWEEN),
        **OUT_OF_ORDER,
        kept=Kept.TRY,
        now=4,
    ),
    Row(faults=GONE, steps=DOORS, moments=(Moment.AFTER,), **OUT_OF_ORDER, kept=Kept.ALL),
    Row(faults=GONE, steps=FIRST, moments=(Moment.AFTER,), **OUT_OF_ORDER, kept=Kept.LETTER),
    Row(
        faults=GONE,
        steps=WITH_A_LINK,
        moments=(Moment.AFTER,),
        logged="could not be carried",
        kept=Kept.LETTER,
    ),
    Row(faults=UNWRITABLE, steps=CHANGES, **OUT_OF_ORDER, kept=Kept.NOTHING, now=3),
    Row(faults=UNWRITABLE, steps=("protected page",), kept=Kept.NOTHING, now=2),
    Row(
        faults=("no connection",),
        steps=("password", "protected page", "logout"),
        **OUT_OF_ORDER,
        kept=Kept.NOTHING,
    ),
    Row(
        faults=("user removed",),
        steps=("second factor", "first set-up"),
        sees="login_lapsed",
        kept=Kept.NOTHING,
        is_inside=False,
        now=2,
    ),
    Row(
        faults=("user removed",),
        steps=("protected page",),
        sees="Sign in",
        kept=Kept.NOTHING,
        is_inside=False,
    ),
)

PROCESS = (
    Row(faults=KILLED, steps=DOORS, moments=(Moment.COUNTED,), status=None, kept=Kept.TRY),
    Row(
        faults=KILLED,
        steps=CHANGES,
        moments=(Moment.COMMIT, Moment.BETWEEN),
        status=None,
        kept=Kept.TRY,
        now=6,
    ),
    Row(
        faults=KILLED,
        steps=(*DOORS, "logout"),
        moments=(Moment.AFTER,),
        status=None,
        kept=Kept.ALL,
        now=3,
    ),
    Row(
        faults=KILLED,
        steps=(*WITH_A_CODE, *WITH_A_LINK, "first set-up"),
        moments=(Moment.AFTER,),
        status=None,
        kept=Kept.LETTER,
        now=3,
    ),
)

POST = (
    Row(
        faults=("mail refused", "mail hangs", "mail drops", "mail away", "mail raises"),
        steps=("password, code by mail",),
        sees=NOT_SENT,
        events=("code_requested", "letter_failed"),
        logged="could not be sent",
        kept=Kept.LETTER,
        now=3,
    ),
    Row(
        faults=("gateway refuses", "gateway hangs", "Twilio refuses", "Twilio hangs"),
        steps=("password, code by SMS",),
        sees=NOT_SENT,
        events=("code_requested", "letter_failed"),
        logged="could not be sent",
        kept=Kept.LETTER,
        now=3,
    ),
    Row(
        faults=("stolen passwords",),
        steps=("registration", "new password"),
        events=("breach_check_failed",),
        kept=Kept.ALL,
    ),
    Row(
        faults=("network counts",),
        steps=("reset", "registration"),
        events=("network_counts_gone",),
        kept=Kept.ALL,
    ),
)

OWN_CODE = (
    Row(
        faults=("letter template",),
        steps=("password, code by mail",),
        status=500,
        logged="ZeroDivisionError",
        kept=Kept.TRY,
    ),
    Row(
        faults=("page template",),
        steps=("password",),
        status=500,
        logged="ZeroDivisionError",
        kept=Kept.ALL,
    ),
    Row(
        faults=("receiver",),
        steps=("second factor", "password, code by mail"),
        logged="a receiver of airlock-",
        kept=Kept.ALL,
        now=2,
    ),
)

CLOCK = (
    Row(faults=("a minute back",), steps=("protected page", "new password"), kept=Kept.ALL, now=2),
    Row(
        faults=("a minute back",),
        steps=("second factor",),
        status=422,
        sees="wrong_answer",
        events=("factor_refused",),
        kept=Kept.TRY,
    ),
    Row(
        faults=(*FAR_BACK, *FAR_ON),
        steps=("second factor",),
        sees="login_lapsed",
        kept=Kept.NOTHING,
        now=3,
    ),
    Row(
        faults=(*FAR_BACK, *FAR_ON),
        steps=("protected page",),
        sees="Sign in",
        kept=Kept.NOTHING,
        is_inside=False,
        now=2,
    ),
    Row(faults=FAR_BACK, steps=("new password",), kept=Kept.ALL),
    Row(
        faults=FAR_ON,
        steps=("new password",),
        status=410,
        sees="This link no longer works",
        events=("link_refused",),
        kept=Kept.NOTHING,
    ),
)

# The groups, in the order of the page.
TABLE = {
    "database": DATABASE,
    "process": PROCESS,
    "post": POST,
    "own-code": OWN_CODE,
    "clock": CLOCK,
}
