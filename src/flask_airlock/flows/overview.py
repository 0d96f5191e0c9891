"""What a person's security page tells at a glance."""

from datetime import datetime

from ..domain.directory import MethodLine
from ..domain.records import Record
from ..domain.recovery_codes import RecoveryState
from ..domain.rescue import RescueAddress
from . import own_sessions, policy, recovery_codes, rescue_notices, sessions, trusted_browsers
from .services import Services


class Overview(Record):
    """What an account has; `methods` are its second factors, oldest first, `factor_due_at` when
    it has to have one, where that is a day to come, `sessions` counts the browsers in which it is
    signed in, `rescue_addresses` are those that were proved, `recovery` its set of recovery codes,
    `may_have_codes` whether there may be one, `trusted` counts the browsers that are asked for no
    second factor."""

    methods: tuple[MethodLine, ...]
    factor_due_at: datetime | None
    sessions: int
    rescue_addresses: tuple[RescueAddress, ...]
    recovery: RecoveryState | None
    may_have_codes: bool
    trusted: int


def look(services: Services, token: str | None) -> Overview:
    """The account of who is signed in; raises LoginLapsed."""
    standing = sessions.find_signed_in(services, token)
    account, names = standing.account, [factor.name for factor in services.factors]
    with services.begin() as work:
        recovery = recovery_codes.found(services, work, account.id)
        return Overview(
            methods=tuple(work.unit.credentials.lines(account.id, names)),
            factor_due_at=policy.factor_due_at(
                services, account, lambda: work.unit.users.role_names(account.user_id)
            ),
            sessions=len(own_sessions.signed_in(services, work, account)),
            rescue_addresses=tuple(rescue_notices.proved(work, account.id)),
            recovery=recovery.state,
            may_have_codes=recovery.may_be_made,
            trusted=trusted_browsers.count(services, work, account.id),
        )
