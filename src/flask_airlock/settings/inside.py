"""The keys of a person's own security page."""

from datetime import timedelta

from ..domain.link_tokens import LIFETIMES, LinkPurpose
from ..domain.records import Record
from . import values
from .values import DURATION, PATH

LONGEST_TRUST = timedelta(days=30)


class InsideKeys(Record):
    """One field per key, named like it without the prefix."""

    overview_url: str = values.key("/security", values.path, PATH)
    not_me_url: str = values.key("/not-me", values.path, PATH)
    factors_url: str = values.key("/security/factors", values.path, PATH)
    activity_url: str = values.key("/security/activity", values.path, PATH)
    sessions_url: str = values.key("/security/sessions", values.path, PATH)
    rescue_addresses_url: str = values.key("/security/rescue-addresses", values.path, PATH)
    recovery_codes_url: str = values.key("/security/recovery-codes", values.path, PATH)
    trusted_browsers_url: str = values.key("/security/trusted-browsers", values.path, PATH)
    two_factor_trusted_browsers: timedelta | None = values.key(
        None,
        values.optional(values.at_most(LONGEST_TRUST)),
        "a timedelta, or seconds, of 30 days at most, or None",
    )
    remember: timedelta | None = values.key(
        None, values.optional(values.duration), f"{DURATION}, or None"
    )
    cancel_rescue_url: str = values.key("/cancel-rescue", values.path, PATH)
    rescue_delay: timedelta = values.key(
        timedelta(hours=24),
        values.or_none_at_all(values.at_most(LIFETIMES[LinkPurpose.CANCEL_RESCUE])),
        "a timedelta, or seconds, of seven days at the most, or 0",
    )
    rescue_approvers: int = values.key(1, values.whole(1, 2), "1 or 2")
