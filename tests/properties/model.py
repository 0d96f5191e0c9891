"""What must be so, reckoned apart from the code: who may be kept waiting, and what was proved."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_airlock.domain.throttle import EPOCH, Side

PASSWORD = "password"
FREE, CLOSES_AT, BUDGET = 5, 20, 50
PASSWORD_CLOSES_AT = 100
IN_A_ROW_EVER = 100
GIVEN_BACK = 5
MONTH = timedelta(days=30)
# Windows are counted in thirds: what happened may be held against one for four of them.
FORGOTTEN_AFTER = timedelta(days=40, minutes=1)
SENDS = {timedelta(minutes=81): 5, timedelta(hours=33): 10}


def wait_after(failures: int) -> timedelta:
    """30 seconds after the fifth in a row, doubling to an hour."""
    return timedelta(seconds=min(30 * 2 ** (failures - FREE), 3600))


@dataclass
class Row:
    """Wrong answers in a row. A reset of the password, and an answer that is compared with two
    authenticators, may count in two ways: so there are the `most` and the `least` of them."""

    most: int = 0
    least: int = 0
    ever: int = 0
    looked_at: int = 0
    last_at: datetime = EPOCH

    def waits(self, failures: int, now: datetime) -> bool:
        """Whether nobody is listened to yet, after so many."""
        return failures >= FREE and now < self.last_at + wait_after(failures)


@dataclass
class Tally:
    """What one side has spent: the owner's browsers, or all others."""

    rows: dict[str, Row] = field(default_factory=dict)
    month: list[tuple[datetime, int]] = field(default_factory=list)
    month_since_reset: list[datetime] = field(default_factory=list)
    given_back_at: datetime | None = None

    def row(self, subject: str) -> Row:
        """The wrong answers to one question."""
        return self.rows.setdefault(subject, Row())

    def must_be_heard(self, subject: str, now: datetime, tries: int) -> bool:
        """Whether nothing that was wrong is a reason not to listen now."""
        row = self.row(subject)
        stop = PASSWORD_CLOSES_AT if subject == PASSWORD else CLOSES_AT
        if row.most >= stop or row.waits(row.most, now):
            return False
        return subject == PASSWORD or self._spent(now) + tries <= self._budget(now)

    def must_not_be_heard(self, subject: str, now: datetime) -> bool:
        """Whether nobody may be listened to now."""
        row = self.row(subject)
        stop = PASSWORD_CLOSES_AT if subject == PASSWORD else CLOSES_AT
        if row.least >= stop or row.waits(row.least, now):
            return True
        if subject == PASSWORD:
            return False
        recent = [at for at in self.month_since_reset if now - at < MONTH]
        return row.looked_at >= IN_A_ROW_EVER or len(recent) >= BUDGET + GIVEN_BACK

    def fail(self, subject: str, now: datetime, tries: int) -> None:
        """A wrong answer was looked at."""
        row = self.row(subject)
        row.most, row.least, row.last_at = row.most + tries, row.least + 1, now
        row.ever, row.looked_at = row.ever + tries, row.looked_at + 1
        if subject != PASSWORD:
            self.month.append((now, tries))
            self.month_since_reset.append(now)

    def clear(self, subject: str) -> None:
        """A right answer."""
        self.rows[subject] = Row()

    def reset(self, methods: list[str], now: datetime, *, is_first: bool) -> None:
        """The owner has set another password by mail: `is_first` in thirty days."""
        self.clear(PASSWORD)
        self.month_since_reset.clear()
        for row in map(self.row, methods):
            row.least = 0
            if is_first and row.ever + CLOSES_AT <= IN_A_ROW_EVER:
                row.most = 0
        if is_first and sum(now - at < MONTH for at, _ in self.month) >= GIVEN_BACK:
            self.given_back_at = now

    def _spent(self, now: datetime) -> int:
        return sum(tries for at, tries in self.month if now - at < FORGOTTEN_AFTER)

    def _budget(self, now: datetime) -> int:
        given = self.given_back_at is not None and now - self.given_back_at < MONTH
        return BUDGET + GIVEN_BACK if given else BUDGET


@dataclass
class Model:
    """What is true of the owner, plain data all of it: it is copied to try out what would be."""

    password: str
    keys: list[str]
    methods: list[str]
    sides: dict[Side, Tally] = field(default_factory=lambda: {side: Tally() for side in Side})
    # The last time step spent with each authenticator.
    steps: dict[str, int] = field(default_factory=dict)
    # When codes were sent to the browsers that the account knows.
    sends: dict[str, list[datetime]] = field(default_factory=dict)
    # The proofs of every session that somebody opened who may.
    proofs: dict[int, set[str]] = field(default_factory=dict)
    # Codes that others may have seen, and every one that was ever sent to the owner.
    seen: list[tuple[str, str]] = field(default_factory=list)
    sent_codes: set[str] = field(default_factory=set)
    # Paths of mailed links: those that may still be good, and those that are not.
    links: list[str] = field(default_factory=list)
    spent_links: list[str] = field(default_factory=list)
    resets: list[datetime] = field(default_factory=list)
    passwords: int = 0
    last_event: int = 0
    earned: Counter[str] = field(default_factory=Counter)

    def next_password(self) -> str:
        """Another one, that nobody knows."""
        self.passwords += 1
        return f"lighthouse number {self.passwords} by the quiet sea"

    def tries(self, method: str) -> int:
        """With how many secrets an answer is compared."""
        return len(self.keys) if method == "authenticator" else 1

    def fail(self, side: Side, subject: str, now: datetime) -> None:
        """A wrong answer was looked at."""
        self.sides[side].fail(subject, now, self.tries(subject))

    def succeed(self, side: Side, subject: str) -> None:
        """A right one; in a browser that the account knows it counts for all."""
        for freed in Side if side is Side.KNOWN else (side,):
            self.sides[freed].clear(subject)

    def add(self, method: str) -> None:
        """Set up anew: whatever was wrong before was about another one."""
        if method not in self.methods:
            self.methods.append(method)
        for side in Side:
            self.sides[side].clear(method)

    def reset(self, password: str, now: datetime) -> None:
        """The owner has set this password by mail."""
        self.change(password)
        is_first = all(now - at > MONTH + timedelta(minutes=1) for at in self.resets)
        for tally in self.sides.values():
            tally.reset(self.methods, now, is_first=is_first)
        self.resets.append(now)

    def change(self, password: str, session: int = 0) -> None:
        """The owner has another password: no link opens anything any more, and no session goes on
        but this one."""
        self.password = password
        self.spent_links, self.links = [*self.spent_links, *self.links], []
        self.proofs = {number: held for number, held in self.proofs.items() if number == session}

    def may_be_sent(self, method: str, now: datetime) -> bool:
        """Whether one more code to a browser that the account knows is none too many."""
        sent = self.sends.get(method, [])
        return all(
            sum(now - at < length for at in sent) < most for length, most in SENDS.items()
        )  # fmt: skip
