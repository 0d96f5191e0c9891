"""The keys of a person's own security page."""

from dataclasses import dataclass

from . import values
from .values import PATH


@dataclass(frozen=True, kw_only=True)
class InsideKeys:
    """One field per key, named like it without the prefix."""

    overview_url: str = values.key("/security", values.path, PATH)
    not_me_url: str = values.key("/not-me", values.path, PATH)
    factors_url: str = values.key("/security/factors", values.path, PATH)
    activity_url: str = values.key("/security/activity", values.path, PATH)
    sessions_url: str = values.key("/security/sessions", values.path, PATH)
    rescue_addresses_url: str = values.key("/security/rescue-addresses", values.path, PATH)
    recovery_codes_url: str = values.key("/security/recovery-codes", values.path, PATH)
