"""Long tokens that are mailed as links: what each is good for, and for how long."""

from datetime import timedelta
from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a link is good for; one made for a purpose is good for no other."""

    FACTOR_SETUP = "factor_setup"


LIFETIMES = {LinkPurpose.FACTOR_SETUP: timedelta(hours=24)}
