"""Long tokens that are mailed as links: what each is good for, and for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from .records import Record


class LinkPurpose(StrEnum):
    """What a link is good for; one made for a purpose is good for no other."""

    FACTOR_SETUP = "factor_setup"
    CONFIRMATION = "confirmation"
    INVITATION = "invitation"
    RESET = "reset"
    NEW_EMAIL = "new_email"
    UNDO_EMAIL = "undo_email"
    NOT_ME = "not_me"
    CANCEL_RESCUE = "cancel_rescue"


LIFETIMES = {
    LinkPurpose.FACTOR_SETUP: timedelta(hours=24),
    LinkPurpose.CONFIRMATION: timedelta(hours=24),
    LinkPurpose.INVITATION: timedelta(hours=24),
    LinkPurpose.RESET: timedelta(minutes=30),
    LinkPurpose.NEW_EMAIL: timedelta(hours=24),
    LinkPurpose.UNDO_EMAIL: timedelta(hours=72),
    LinkPurpose.NOT_ME: timedelta(hours=72),
    # As long as a rescue can take: LONGEST_DELAY.
    LinkPurpose.CANCEL_RESCUE: timedelta(days=7),
}
# One that undoes a change outlives what a thief can do next: a new password, another change. One
# that sets up a factor after an administrator's reset is good only together with the password.
SURVIVE_A_NEW_PASSWORD = frozenset(
    {
        LinkPurpose.UNDO_EMAIL,
        LinkPurpose.NOT_ME,
        LinkPurpose.FACTOR_SETUP,
        LinkPurpose.CANCEL_RESCUE,
    }
)
MOST_LIVE = 3
MOST_AN_HOUR = 3
HOUR = timedelta(hours=1)


class Sent(Record, kw_only=False):
    """A letter that really went out: when, and whether its link still opens anything."""

    at: datetime
    is_live: bool


class Allowance(Record, kw_only=False):
    """What asking for one more link may do: send it at all, and void those made until then."""

    may_send: bool
    void_until: datetime | None


def allowance(purpose: LinkPurpose, sent: Sequence[Sent], now: datetime) -> Allowance:
    """Three letters an hour, and one more when none of their links opens any longer; three live
    links, and a fourth one voids the oldest.

    `sent` are those that live and those of the last hour, newest first: what was only asked for
    does not count, else a stranger's requests would keep the owner's letters away. A link that
    undoes a change is always sent, and voided by nothing that a thief could ask for.
    """
    if purpose is LinkPurpose.UNDO_EMAIL:
        return Allowance(may_send=True, void_until=None)
    in_the_hour = sum(now - letter.at < HOUR for letter in sent)
    live = [letter.at for letter in sent if letter.is_live]
    all_have_lapsed = LIFETIMES[purpose] < HOUR and not live
    may_send = in_the_hour < MOST_AN_HOUR or all_have_lapsed
    return Allowance(may_send, live[MOST_LIVE - 1] if len(live) >= MOST_LIVE else None)
