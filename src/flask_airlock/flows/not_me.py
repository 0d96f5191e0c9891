"""One click in a letter stops whoever did what it tells of.

All sessions end, what the letter reported is taken away, and the password opens nothing until it
was set anew by a link to the very address that the letter went to: a thief may have changed it.
Other factors stay, since whoever reads the mailbox could click as well.
"""

from ..domain.accounts import Visitor
from ..domain.addresses import masked_address
from ..domain.events import ReportedAsForeign
from ..domain.link_tokens import LinkPurpose
from ..domain.records import Record
from ..domain.reports import Report
from ..domain.trust import Ending
from ..errors import LinkSpent
from . import closed_passwords, distrust, factor_removal, mailed_links, rescue_removal
from .services import Services, Work


class Alarm(Record):
    """What the page says: where the link for a new password goes, masked, and what is taken away.
    `needs_help`: no second step is left, and another one needs an administrator's link."""

    address: str
    takes_factor: bool
    takes_address: bool
    takes_codes: bool
    needs_help: bool = False


def peek(services: Services, token: str | None) -> Alarm:
    """What the link would do; spends nothing. Raises LinkSpent."""
    with services.begin() as work:
        link = mailed_links.find(services, work, token, LinkPurpose.NOT_ME)
    report = Report.unpacked(link.carries)
    return _alarm(report, has_taken=report.credential_id is not None)


def act(services: Services, token: str | None, visitor: Visitor) -> Alarm:
    """Use the link; says what it did. Raises LinkSpent."""
    with mailed_links.refusals_recorded(services, LinkPurpose.NOT_ME, visitor):
        return services.in_one_go(lambda work: _act(services, work, token, visitor))


def _act(services: Services, work: Work, token: str | None, visitor: Visitor) -> Alarm:
    link = mailed_links.find(services, work, token, LinkPurpose.NOT_ME)
    account, report, now = link.account, Report.unpacked(link.carries), services.clock()
    mailed_links.spend(services, work, link)
    person = work.unit.users.by_id(account.user_id)
    if person is None:
        raise LinkSpent
    work.unit.sessions.end_all(account.id, now)
    work.unit.setups.void_others(account.id, now)
    work.unit.accounts.forget_browsers(account.id)
    distrust.end_all(services, work, account.id, Ending.REPORTED, visitor)
    work.unit.accounts.cancel_deletion(account.id)
    taken = None
    if report.credential_id is not None:
        taken = factor_removal.take(services, work, account, report.credential_id, "reported")
    if taken == []:
        # Else whoever reads the mailbox takes the only factor away, resets the password, and sets
        # up one of his own by a code to the same mailbox.
        work.unit.accounts.require_setup_link(account.id)
    if report.rescue_address_id is not None:
        rescue_removal.take(
            services, work, account.id, person.email, report.rescue_address_id, "reported", visitor
        )
    if report.batch is not None:
        work.unit.recovery_codes.void_set(account.id, report.batch, now)
    closed_passwords.close(services, work, account, person, report.address, visitor)
    has_taken = taken is not None
    work.record(ReportedAsForeign(account_id=account.id, factor_taken=has_taken), visitor)
    return _alarm(report, has_taken=has_taken, needs_help=taken == [])


def _alarm(report: Report, *, has_taken: bool, needs_help: bool = False) -> Alarm:
    return Alarm(
        address=masked_address(report.address),
        takes_factor=has_taken,
        takes_address=report.rescue_address_id is not None,
        takes_codes=report.batch is not None,
        needs_help=needs_help,
    )
