"""The end of a rescue: a new factor is there, and all that was before goes (S-80)."""

from dataclasses import replace

from ..domain.accounts import Visitor
from ..domain.events import RescueCompleted
from ..domain.policy import RESCUE
from ..errors import LoginLapsed
from . import clean_slate, factor_notices, rescue_notices
from .services import Services, Work
from .sessions import Standing


def begin_anew(services: Services, work: Work, standing: Standing, visitor: Visitor) -> Standing:
    """Take everything away but this login; where it stands now. The phones that were lost are told,
    since one that is in other hands may be found by them."""
    account = standing.account
    for number in factor_notices.phones(work, account.id):
        factor_notices.text(services, work, account.id, "factor_removed", number)
    kept = standing.session.id
    clean_slate.take_everything(services, work, account, RESCUE, visitor, kept_session=kept)
    by_now = work.unit.accounts.of_user(account.user_id)
    if by_now is None:
        raise LoginLapsed
    return replace(standing, account=by_now, has_rescue=True)


def tell(
    services: Services, work: Work, standing: Standing, method: str, destination: str | None,
    number: int, visitor: Visitor,
) -> None:  # fmt: skip
    """Record it, and write to every mailbox that is his; who reads the one on file may stop it."""
    account_id, on_file = standing.account.id, standing.person.email
    work.record(RescueCompleted(account_id=account_id, method=method), visitor)
    rescue_notices.tell_all(
        services, work, account_id, on_file, "rescued", visitor, credential_id=number,
        method=method, name=None, destination=destination,
    )  # fmt: skip
