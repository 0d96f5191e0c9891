"""What an administrator asks about users, and what he is told: plain data, without secrets."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from .records import Record


class UserFilter(Record):
    """Which users are wanted; a field that says nothing leaves nobody out."""

    active: bool | None = None
    role: str | None = None
    without_factor: bool = False
    unconfirmed: bool = False
    search: str | None = None


class UserLine(Record):
    """A user in a list; `methods` are the second factors he can be asked for."""

    id: Any
    email: str
    username: str | None
    active: bool
    confirmed: bool
    roles: tuple[str, ...]
    methods: tuple[str, ...]


class MethodLine(Record):
    """A factor that is set up; never what it holds."""

    id: int
    method: str
    name: str | None
    added_at: datetime
    last_used_at: datetime | None


class SessionLine(Record):
    """A session that is alive: how it was opened, from where, and until when it may last."""

    id: int
    stage: str
    proofs: tuple[str, ...]
    address: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class LoginLine(Record):
    """A login that was completed."""

    at: datetime
    proofs: tuple[str, ...]
    address: str
    browser: str


class EventLine(Record):
    """What happened, as it is kept: `detail` is what the event says beside its account."""

    id: int
    at: datetime
    name: str
    account_id: int | None
    detail: Mapping[str, Any]
    address: str
    browser: str
    agent: str


class UserDetails(Record):
    """All about one user that an administrator may need."""

    id: Any
    email: str
    username: str | None
    active: bool
    confirmed: bool
    has_password: bool
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    methods: tuple[MethodLine, ...]
    needs_setup_link: bool
    sessions: int
    deletion_due_at: datetime | None
    last_logins: tuple[LoginLine, ...]


class RoleLine(Record):
    """A role, what it permits, and how many users have it."""

    name: str
    description: str | None
    permissions: tuple[str, ...]
    users: int


class OddAddress(Record):
    """An address that is not in normal form.

    `problem` is "not_normal" (to be written anew), "collision" (the rows `others` have the same
    normal form) or "impossible" (no mail server could carry it).
    """

    id: Any
    email: str | None
    normal: str | None
    problem: str
    others: tuple[Any, ...] = ()
    fixed: bool = False


class Demand(Record):
    """Of whom a second factor is demanded: of everybody, of who has one of `roles`, and in any case
    of who had one; and by which methods it may be given. `inactive` users count only on request."""

    everybody: bool
    roles: frozenset[str]
    methods: tuple[str, ...]
    inactive: bool


class Unprepared(Record):
    """A user of whom a second factor is demanded, and who can't be asked for any."""

    id: Any
    email: str | None
    active: bool
    confirmed: bool
    had_one: bool
    needs_setup_link: bool
    asked_at: datetime | None


class Stopped(Record):
    """What becomes of such a user at the next login.

    `why` is "no_factor" or "methods_off", and he is led to set one up, by `due_at` where he may do
    without until then. Where he is `locked_out` it is what stands in the way: "inactive",
    "unconfirmed", "needs_setup_link" or "no_address".
    """

    id: Any
    email: str | None
    why: str
    locked_out: bool
    due_at: datetime | None


class LegacyUser(Record):
    """A user whose second factor lies in the columns of an older program."""

    id: Any
    email: str
    method: str
    totp_secret: str | None = field(repr=False)
    phone_number: str | None

    def __repr__(self) -> str:
        return f"LegacyUser(id={self.id!r}, method={self.method!r})"


class Adoption(Record):
    """What becomes of such a user's factor: `method` is what he has with us afterwards.

    `problem` is an error code where he is left as he is; `bits` the strength of an app's key.
    """

    id: Any
    email: str
    method: str | None
    bits: int | None = None
    problem: str | None = None


class Purged(Record):
    """What was removed: rows by table, and users whose time had come; `stuck` could not go."""

    rows: Mapping[str, int]
    users: int
    stuck: int


class SealedValues(Record):
    """How many values of a column open under which key, by the key's id, the newest first.

    `broken` open under none.
    """

    where: str
    opened: Mapping[str, int]
    broken: int

    @property
    def older(self) -> int:
        """How many open under a key that is not the newest."""
        return sum(list(self.opened.values())[1:])


class Rotation(Record):
    """How many values were sealed anew, by column, and what was found when all were opened after
    that."""

    resealed: Mapping[str, int]
    found: tuple[SealedValues, ...]
